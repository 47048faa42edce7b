"""The part of a phase's report that says what is broken: root causes first, then every claim that does not hold."""

from __future__ import annotations

from collections.abc import Sequence

from audit.model.evidence import Evidence
from audit.model.verdicts import JudgedStatement, RootCause, Verification
from audit.report.markdown_text import chain_diagram, code, counted, escaped, fenced

_SHOWN_EVIDENCE = 10


def broken_section(verification: Verification, claims: Sequence[JudgedStatement]) -> list[str]:
    """Root causes ranked by what they kill, the smallest set of mends, and each refuted claim's evidence."""
    lines = ["## What is broken", ""]
    failing = [each for each in claims if each.verdict in ("refuted", "partly", "error")]
    if not verification.roots and not failing:
        return [*lines, "Nothing that was examined."]
    for rank, root in enumerate(verification.roots, start=1):
        lines += _root(rank, root)
    if verification.roots:
        lines += _fixes(verification.roots)
    for statement in failing:
        lines += _failing(statement)
    return lines[:-1] if lines[-1] == "" else lines


def _root(rank: int, root: RootCause) -> list[str]:
    kills = f"{counted(root.kills_modules, 'module')} and {counted(root.kills_tests, 'test')}"
    if root.kills_entry_points:
        kills += f", and the commands {', '.join(code(name) for name in root.kills_entry_points)}"
    lines = [
        f"### Root cause {rank}: {code(root.target)} is missing",
        "",
        f"- It kills {kills}.",
        f"- It is named at import time by {', '.join(code(site) for site in root.sites)}.",
    ]
    if root.retired_in is not None:
        gone = root.retired_in
        lines.append(
            f"- It was removed in {code(gone['commit'][:10])} ({gone['date'][:10]}): {escaped(gone['subject'])}."
        )
    if root.replacement:
        lines.append(f"- What it became: {code(root.replacement)}.")
    if root.links:
        lines += ["", *chain_diagram([(link.importer, link.imported, link.site) for link in root.links])]
    elif root.chain:
        lines.append(f"- The chain: {' → '.join(code(name) for name in root.chain)}.")
    return [*lines, ""]


def _fixes(roots: Sequence[RootCause]) -> list[str]:
    """Every root's sites, in the order in which mending them brings most back."""
    ranked = sorted(roots, key=lambda root: -root.revives)
    sites = list(dict.fromkeys(site for root in ranked for site in root.sites))
    lines = [
        f"Smallest set of mends ({counted(len(sites), 'place')}; by what each root brings back when mended alone):",
        "",
    ]
    for number, root in enumerate(ranked, start=1):
        places = ", ".join(code(site) for site in root.sites)
        use = f"use {code(root.replacement)}" if root.replacement else f"drop or replace {code(root.target)}"
        lines.append(f"{number}. {places}: {use} ({counted(root.revives, 'module')} revived).")
    return [*lines, ""]


def _failing(statement: JudgedStatement) -> list[str]:
    title = {"refuted": "Refuted", "partly": "Holds only partly", "error": "Could not be judged"}
    lines = [f"### {title[str(statement.verdict)]}: {code(statement.id)}", "", escaped(statement.text), ""]
    lines.append(f"- {escaped(statement.reason)}")
    shown = statement.evidence[:_SHOWN_EVIDENCE]
    lines += [f"- {_place(evidence)}{escaped(evidence.summary)}" for evidence in shown]
    if len(statement.evidence) > len(shown):
        lines.append(f"- and {len(statement.evidence) - len(shown)} more pieces of evidence in the JSON report")
    quoted = next((evidence.excerpt for evidence in statement.evidence if evidence.excerpt), None)
    if quoted:
        lines += ["", *fenced(quoted)]
    return [*lines, ""]


def _place(evidence: Evidence) -> str:
    if evidence.path is None:
        return ""
    return f"{code(evidence.path if evidence.line is None else f'{evidence.path}:{evidence.line}')} "

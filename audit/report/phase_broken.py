"""The part of a phase's report that says what is broken: root causes first, then every claim that does not hold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from audit.model.evidence import Evidence
from audit.model.verdicts import JudgedStatement, RootCause, Verification
from audit.report import phase_view as view
from audit.report.markdown_text import chain_diagram, code, escaped, fenced, folded, folded_list, place

_SHOWN_ROOTS: Final = 3
_SHOWN_SITES: Final = 8
_SHOWN_CLAIMS: Final = 6
_SHOWN_FINDINGS: Final = 10
_SHOWN_EVIDENCE: Final = 5
_TITLES: Final = {"refuted": "Refuted", "partly": "Holds only partly", "error": "Could not be judged"}


def broken_section(verification: Verification, claims: Sequence[JudgedStatement]) -> list[str]:
    """Root causes ranked by what they kill, the smallest set of mends, and each refuted claim's evidence."""
    lines = ["## What is broken", ""]
    failing = [each for each in claims if each.verdict in _TITLES]
    if not verification.roots and not failing and not verification.document_findings:
        return [*lines, "Nothing that was examined."]
    roots = [_root(rank, root) for rank, root in enumerate(verification.roots, start=1)]
    lines += _folded_parts(roots, _SHOWN_ROOTS, "root cause")
    if verification.roots:
        lines += _mends(verification.roots)
    lines += _folded_parts([_failing(each) for each in failing], _SHOWN_CLAIMS, "claim")
    if verification.document_findings:
        found = [
            f"- {place(f'{each.path}:{each.line}')} {each.code}: {escaped(view.fault(each))}."
            for each in verification.document_findings
        ]
        title = f"### Wrong in what was audited: {view.counted(len(found), 'place')}"
        lines += [title, "", *folded_list(found, _SHOWN_FINDINGS, "place"), ""]
    return lines[:-1] if lines[-1] == "" else lines


def _folded_parts(parts: Sequence[list[str]], shown: int, noun: str) -> list[str]:
    """Parts that end in an empty line each, of which the first are shown and the others folded away."""
    lines = [line for part in parts[:shown] for line in part]
    rest = [line for part in parts[shown:] for line in part]
    return [*lines, *folded(rest[:-1], len(parts) - shown, noun), ""] if rest else lines


def _root(rank: int, root: RootCause) -> list[str]:
    lines = [
        f"### Root cause {rank}: {code(root.target)} is missing",
        "",
        f"- {escaped(view.kills(root))}",
        f"- {escaped(view.removal(root))}",
        *([f"- What it became: {code(root.replacement)}."] if root.replacement else []),
        f"- Named by {_places(root.sites)}.",
    ]
    if root.links:
        lines += ["", *chain_diagram(root.links)]
    return [*lines, ""]


def _places(sites: Sequence[str]) -> str:
    shown = ", ".join(place(site) for site in sites[:_SHOWN_SITES])
    rest = len(sites) - _SHOWN_SITES
    return f"{shown} and {view.counted(rest, 'more place')}" if rest > 0 else shown


def _mends(roots: Sequence[RootCause]) -> list[str]:
    """Every root's sites, in the order in which mending them brings most back."""
    sites = {site for root in roots for site in root.sites}
    lines = [f"### Smallest set of mends: {view.counted(len(sites), 'place')}", ""]
    for number, mend in enumerate(view.mends(roots), start=1):
        lines.append(f"{number}. {_places(mend.places)}: {escaped(mend.after)}.")
    return [*lines, ""]


def _failing(statement: JudgedStatement) -> list[str]:
    verdict = str(statement.verdict)
    lines = [
        f"### {_TITLES[verdict]}: {place(view.place_of(statement))}",
        "",
        f"> {escaped(f'“{view.quotable(statement.text)}”')}",
        "",
        f"{escaped(statement.reason)}.",
    ]
    if statement.evidence:
        items = [f"- {_evidence(evidence)}" for evidence in statement.evidence]
        lines += ["", *folded_list(items, _SHOWN_EVIDENCE, "observation")]
    quoted = next((evidence.excerpt for evidence in statement.evidence if evidence.excerpt), None)
    if quoted:
        lines += ["", *fenced(quoted)]
    return [*lines, ""]


def _evidence(evidence: Evidence) -> str:
    if evidence.path is None:
        return escaped(evidence.summary)
    where = place(evidence.path if evidence.line is None else f"{evidence.path}:{evidence.line}")
    return f"{where} {escaped(evidence.summary)}"

"""The closing parts of a phase's report: changes, actions, reproduction, what was left out, and times."""

from __future__ import annotations

from collections.abc import Sequence

from audit.model.verdicts import JudgedStatement, Verification
from audit.report.markdown_text import code, counted, escaped, table

_SHOWN = 20


def changes_section(verification: Verification) -> list[str]:
    """What is otherwise than in the phase before; nothing when there is no such phase."""
    if verification.previous_phase is None:
        return []
    title = f"## What changed since phase {verification.previous_phase}"
    if not verification.changes:
        return [title, "", "No verdict changed."]
    rows = [
        (code(each.id), escaped(each.text), each.before or "not there", each.now or "no longer there")
        for each in verification.changes
    ]
    return [title, "", *table(("Claim", "Text", "Then", "Now"), rows)]


def actions_section(verification: Verification, claims: Sequence[JudgedStatement]) -> list[str]:
    """What to do, in order: roots, then claims that do not hold, core before supporting, then what is unproven."""
    actions = [
        f"Mend {', '.join(code(site) for site in root.sites)}, which revives {counted(root.revives, 'module')}."
        for root in sorted(verification.roots, key=lambda root: -root.revives)
    ]
    by_weight = sorted(claims, key=lambda each: each.weight != "core")
    explained = {root.target for root in verification.roots}
    unmet = {each.id for each in claims if each.verdict != "verified"}
    actions += [
        f"Make {code(each.id)} true, or withdraw it: {escaped(each.reason)}."
        for each in by_weight
        if each.verdict in ("refuted", "partly") and not explained.intersection(each.roots)
    ]
    actions += [
        f"Make {code(each.id)} provable: {escaped(each.reason)}."
        for each in by_weight
        if each.verdict in ("unverified", "error") and not unmet.intersection(each.needs)
    ]
    actions += [
        f"Correct {code(f'{each.path}:{each.line}')}: it {escaped(each.message)} ({each.code})."
        for each in verification.document_findings
    ]
    lines = ["## Next actions", ""]
    if not actions:
        return [*lines, "None: keep it so, by running this audit on every change."]
    return [*lines, *(f"{number}. {action}" for number, action in enumerate(actions, start=1))]


def reproduce_section(claims: Sequence[JudgedStatement]) -> list[str]:
    """A command for each line of the report."""
    rows = [(code(each.id), code(each.reproduce)) for each in claims if each.reproduce]
    head = ["## How to reproduce", "", "Each command runs at the root of the repository.", ""]
    return [*head, *table(("Claim", "Command"), rows)] if rows else []


def unexamined_section(verification: Verification) -> list[str]:
    """What no verdict here speaks of."""
    summary, examined = verification.summary, verification.examined
    unjudged = [each for each in verification.statements if not each.predicate or each.verdict is None]
    lines = ["## What was not examined", ""]
    if summary.plans or summary.admissions or summary.quotations:
        lines.append(
            f"- Not claims: {summary.plans} plans, {summary.admissions} admissions, {summary.quotations} quotations."
        )
    vague = [each for each in unjudged if each.verdict is not None]
    lines += [
        f"- {code(f'{each.document}:{each.line}')} {escaped(each.text)}: {each.reason}" for each in vague[:_SHOWN]
    ]
    if len(vague) > _SHOWN:
        lines.append(f"- {len(vague) - _SHOWN} more sentences without a predicate, listed in the JSON report.")
    lines += [f"- {escaped(note)}." for note in verification.notes]
    lines += [f"- {code(path)}: {escaped(reason)}" for path, reason in examined.skipped[:_SHOWN]]
    if len(examined.skipped) > _SHOWN:
        lines.append(f"- {len(examined.skipped) - _SHOWN} more files, listed in the JSON report.")
    lines += [
        f"- The import contract {escaped(contract.name)} is {contract.outcome}: {escaped(contract.message)}"
        for contract in verification.contracts
        if contract.outcome == "invalid"
    ]
    lines.append("- Whatever no claim speaks of: a claim that nobody made is not judged.")
    return lines


def times_section(verification: Verification, claims: Sequence[JudgedStatement]) -> list[str]:
    """Wall time of each claim's probes, and what ran them: nothing else differs between two runs on one tree."""
    rows = [
        (code(each.id), f"{sum(seconds):.2f}")
        for each in claims
        if (seconds := [piece.seconds for piece in each.evidence if piece.seconds is not None])
    ]
    if not rows:
        return []
    lines = [
        "## Times",
        "",
        f"Run with {escaped(verification.interpreter)}. Only this section differs between two runs.",
        "",
    ]
    return [*lines, *table(("Claim", "Seconds"), rows)]

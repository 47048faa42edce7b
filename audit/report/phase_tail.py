"""The closing parts of a phase's report: changes, actions, reproduction, what was left out, and times."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from audit.model.verdicts import JudgedStatement, Verification
from audit.report import phase_view as view
from audit.report.markdown_text import code, escaped, folded_list, folded_table, place, table
from audit.report.phase_changes import differences

_SHOWN: Final = 10
_SHOWN_VAGUE: Final = 5


def changes_section(verification: Verification) -> list[str]:
    """What is otherwise than in the phase before; nothing when there is no such phase."""
    if verification.previous_phase is None:
        return []
    lines = [f"## What changed since phase {verification.previous_phase}", ""]
    others = [f"- {escaped(line)}" for line in differences(verification)]
    lines += [*folded_list(others, _SHOWN, "difference"), ""] if others else []
    if not verification.changes:
        return [*lines, "No verdict changed.", *_trend(verification)]
    rows = [
        (
            code(each.id),
            f"“{escaped(view.quotable(view.shortened(each.text)))}”",
            view.NAMES[each.before] if each.before else "not there",
            view.NAMES[each.now] if each.now else "no longer there",
        )
        for each in verification.changes
    ]
    head = ("Claim", "Text", "Then", "Now")
    return [*lines, *folded_table(head, rows, _SHOWN, "change"), *_trend(verification)]


def _trend(verification: Verification) -> list[str]:
    """Every phase in numbers."""
    rows = [
        (
            str(point.phase),
            escaped(view.NAMES.get(point.verdict, point.verdict)),
            *(str(number) for number in (point.verified, point.partly, point.refuted, point.unverified)),
            *(str(number) for number in (point.findings, point.roots)),
            f"{point.importable} of {point.modules}",
            "none" if point.tests is None else str(point.tests),
        )
        for point in view.course(verification)
    ]
    head = ("Phase", "Overall", "Verified", "Partly", "Refuted", "Unverified", "Findings", "Root causes")
    return ["", "### Trend", "", *table((*head, "Modules that import", "Tests run"), rows)] if rows else []


def waivers_section(verification: Verification) -> list[str]:
    """What is accepted although it fails, until when and why; and the waivers that have to go."""
    rows = [
        (
            escaped(each.subject),
            escaped(each.reason),
            each.expires,
            view.STATES[each.state],
            place(f"{each.path}:{each.line}"),
        )
        for each in verification.waivers
    ]
    head = ("Waived", "Because", "Until", "State", "Where")
    return ["## Waivers", "", *table(head, rows)] if rows else []


def actions_section(verification: Verification) -> list[str]:
    """What to do, in order."""
    lines = ["## Next actions", ""]
    actions = view.actions(verification)
    if not actions:
        return [*lines, "None: keep it so, by running this audit on every change."]
    items = [
        f"{number}. {escaped(each.before)} {_places(each.places)}{escaped(each.after)}"
        for number, each in enumerate(actions, start=1)
    ]
    return [*lines, *folded_list(items, _SHOWN, "action")]


def _places(places: Sequence[str]) -> str:
    return f"{', '.join(place(each) for each in places)}: " if places else ""


def reproduce_section(claims: Sequence[JudgedStatement]) -> list[str]:
    """A command for each line of the report."""
    rows = [(escaped(view.name_of(each)), code(each.reproduce)) for each in claims if each.reproduce]
    head = ["## How to reproduce", "", "Each command runs at the root of the repository.", ""]
    return [*head, *folded_table(("Claim", "Command"), rows, _SHOWN, "command")] if rows else []


def unexamined_section(verification: Verification) -> list[str]:
    """What no verdict here speaks of."""
    vague, skipped = view.vague(verification), verification.examined.skipped
    lines = ["## What was not examined", "", *(f"- {escaped(line)}" for line in view.unexamined(verification))]
    if vague:
        sentences = [
            (
                place(view.place_of(each)),
                f"“{escaped(view.quotable(view.shortened(each.text)))}”",
                escaped(each.reason),
            )
            for each in vague
        ]
        title = f"### {view.counted(len(vague), 'claim')} without a predicate"
        lines += ["", title, "", *folded_table(("Where said", "Claim", "Why not"), sentences, _SHOWN_VAGUE, "claim")]
    if skipped:
        files = [(code(path), escaped(reason)) for path, reason in skipped]
        title = f"### {view.counted(len(skipped), 'file')} not read"
        lines += ["", title, "", *folded_table(("File", "Why not"), files, _SHOWN, "file")]
    return lines


def times_section(verification: Verification, claims: Sequence[JudgedStatement]) -> list[str]:
    """Wall time of each claim's probes, and what ran them: nothing else differs between two runs on one tree."""
    timed = [(each, view.seconds_of(each)) for each in claims]
    rows = [(escaped(view.name_of(each)), f"{seconds:.2f}") for each, seconds in timed if seconds is not None]
    if not rows:
        return []
    note = f"Run with {escaped(verification.interpreter)}. Only this section differs between two runs."
    return ["## Times", "", note, "", *table(("Claim", "Seconds"), rows)]

"""What a phase's report says has changed since the phase before, beside the verdicts, which stand in a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from audit.model.difference import Difference, FindingChange
from audit.model.verdicts import Verification
from audit.report.phase_view import codes, ended, quotable

_FEW: Final = 5


def differences(verification: Verification) -> tuple[str, ...]:
    """Everything else that is otherwise than in the phase before, what is worse first, as prose."""
    difference = verification.difference
    if difference is None:
        return ()
    told = tuple(f"{change.id} " for change in verification.changes)
    worse = [line for line in difference.regressions if not line.startswith(told)]
    return (
        *(f"Worse: {ended(line)}" for line in worse),
        *(f"{title}: {_some(items)}." for title, items in _groups(difference) if items),
        *(() if difference.findings_known else ("Findings are not compared: the phase before does not list its own.",)),
    )


def _groups(difference: Difference) -> Iterator[tuple[str, Sequence[str]]]:
    """Title and items of each kind of change; the import contracts that broke are told with what is worse."""
    yield "New findings", [_finding(each) for each in difference.findings_new]
    yield "New root causes", [codes([name]) for name in difference.roots_new]
    yield "Modules that no longer import", [codes([name]) for name in difference.modules_died]
    yield "Failures waived now", [codes([each.id]) for each in difference.waived]
    yield "Findings fixed", [_finding(each) for each in difference.findings_fixed]
    yield "Root causes gone", [codes([name]) for name in difference.roots_gone]
    yield "Modules that import again", [codes([name]) for name in difference.modules_revived]
    yield "Waivers gone", [codes([each.id]) for each in difference.unwaived]
    yield "Import contracts kept again", [_quoted(name) for name in difference.contracts_mended]
    yield "Import contracts added", [_quoted(name) for name in difference.contracts_added]
    yield "Import contracts dropped", [_quoted(name) for name in difference.contracts_dropped]
    yield (
        "Numbers",
        [
            f"{_quoted(each.name)} {each.before:g} before, {each.now:g} now{' (better)' if each.worse is False else ''}"
            for each in difference.numbers
            if not each.worse
        ],
    )


def _finding(change: FindingChange) -> str:
    return f"{change.code} {codes([change.target])} at {codes([change.site])}"


def _quoted(name: str) -> str:
    return f"“{quotable(name)}”"


def _some(items: Sequence[str]) -> str:
    rest = len(items) - _FEW
    return "; ".join(items[:_FEW]) + (f"; and {rest:,} more" if rest > 0 else "")

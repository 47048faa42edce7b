"""The numbers of two runs side by side: how much was examined, and what the probes of the same claim counted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from audit.model.difference import NumberChange
from audit.model.records import RunRecord
from audit.model.verdicts import JudgedStatement

_LESS_IS_WORSE: Final = frozenset({"collected", "passed"})
_MORE_IS_WORSE: Final = frozenset({"failed", "errors", "skipped", "deselected"})
_NEITHER: Final = ("modules", "python_files", "other_files")


def number_changes(
    before: RunRecord, now: RunRecord, pairs: Sequence[tuple[JudgedStatement, JudgedStatement]]
) -> tuple[NumberChange, ...]:
    """Every number that is known of both runs and differs.

    Fewer tests, or more that fail or are left out, are worse: a claim on tests is worth what they examine.
    """
    coverage = (
        NumberChange(name=name.replace("_", " "), before=before.coverage[name], now=now.coverage[name])
        for name in _NEITHER
        if name in before.coverage and name in now.coverage
    )
    counted = (change for old, new in pairs for change in _of_claim(old, new))
    return tuple(change for change in (*coverage, *counted) if change.before != change.now)


def _of_claim(old: JudgedStatement, new: JudgedStatement) -> Iterator[NumberChange]:
    earlier, later = _facts(old), _facts(new)
    for name in sorted(earlier.keys() & later.keys()):
        first, second = earlier[name], later[name]
        worse = None
        if name in _LESS_IS_WORSE:
            worse = second < first
        elif name in _MORE_IS_WORSE:
            worse = second > first
        yield NumberChange(name=f"{new.id}: {name.replace('_', ' ')}", before=first, now=second, worse=worse)


def _facts(statement: JudgedStatement) -> dict[str, float]:
    """The numbers of a statement's evidence; those of one name are added up."""
    found: dict[str, float] = {}
    for piece in statement.evidence:
        for name, value in piece.facts.items():
            if isinstance(value, int | float) and not isinstance(value, bool):
                found[name] = found.get(name, 0) + value
    return found

"""Sets a phase beside those before it: the course so far, and what is otherwise than in the last of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from audit.ledger.compare import compare
from audit.ledger.phases import phase_path, phases_on_disk, read_phase
from audit.ledger.records import record_of_phase
from audit.model.difference import Difference
from audit.model.trend import point_of
from audit.model.verdicts import Change, Verification
from audit.report.verify_json import read_verification


def phases_before(root: Path, phase: int) -> tuple[Verification, ...]:
    """The phases with a lower number whose reports lie in ``reports/``, in their order.

    Raises:
        UsageError: a report is damaged.
    """
    found = ((number, read_phase(root, number)) for number in phases_on_disk(root) if number < phase)
    return tuple(
        read_verification(str(phase_path(root, number, "json")), content)
        for number, content in found
        if content is not None
    )


def with_history(now: Verification, before: Sequence[Verification]) -> Verification:
    """A phase's result together with its predecessors."""
    if not before:
        return now
    last = before[-1]
    difference = compare(record_of_phase(last, ""), record_of_phase(now, ""))
    return msgspec.structs.replace(
        now,
        previous_phase=last.phase,
        changes=_changes(difference, now),
        trend=tuple(point for each in before if (point := point_of(each)) is not None),
        difference=difference,
    )


def _changes(difference: Difference, now: Verification) -> tuple[Change, ...]:
    """Every changed verdict in the order of the claims, then those that are no longer made."""
    order = {each.id: position for position, each in enumerate(now.statements)}
    changed = (*difference.improved, *difference.regressed, *difference.unsettled, *difference.claimed)
    listed = (*sorted(changed, key=lambda each: order.get(each.id, len(order))), *difference.dropped)
    return tuple(Change(id=each.id, text=each.text, before=each.before, now=each.now) for each in listed)

"""Finds what was recorded: a phase by its number, in ``reports/`` or else in the ledger; a run by ``run:N``."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from audit.ledger.phases import phase_path, phases_on_disk, read_phase
from audit.ledger.records import record_of_phase
from audit.ledger.store import Ledger, LedgerError
from audit.model.errors import UsageError
from audit.model.records import RunRecord
from audit.model.verdicts import Verification
from audit.recording.place import Place, place_of_work_tree
from audit.report.verify_json import read_verification

_RUN: Final = re.compile(r"run:(\d+)")
_PHASE: Final = re.compile(r"\d+")


class Records:
    """What is recorded of the repository at ``root``.

    A phase whose report lies in ``reports/`` is read from there, because that is what readers of the repository
    see; the ledger adds when and on which commit it was made, and the phases without a report.

    Raises:
        UsageError: there is no such folder.
        ConfigError: its settings have mistakes.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.place: Place = place_of_work_tree(root)

    def report(self, phase: int) -> Verification | None:
        """The result that a phase's report was written from, or None when there is no report.

        Raises:
            UsageError: the file is damaged.
        """
        content = read_phase(self.root, phase)
        return None if content is None else read_verification(str(phase_path(self.root, phase, "json")), content)

    def phases(self) -> dict[int, RunRecord]:
        """Every phase with its last run, in their order.

        Raises:
            UsageError: a report or the ledger is damaged.
        """
        recorded = self._recorded_phases()
        for number in phases_on_disk(self.root):
            report = self.report(number)
            if report is None:
                continue
            recorded[number] = self._told_by(report, recorded)
        return dict(sorted(recorded.items()))

    def find(self, reference: str) -> RunRecord:
        """A phase (``6``) or a run of the ledger (``run:12``).

        Raises:
            UsageError: there is none, with those that there are; or it cannot be read.
        """
        if match := _RUN.fullmatch(reference):
            return self._run(int(match[1]))
        if not _PHASE.fullmatch(reference):
            raise UsageError(f"'{reference}' is neither a phase, such as 6, nor a run of the ledger, such as run:12")
        number = int(reference)
        report = self.report(number)
        if report is not None:
            try:
                return self._told_by(report, self._recorded_phases())
            except LedgerError:
                return self._told_by(report, {})  # the report says enough without the ledger
        phases = self.phases()
        if number in phases:
            return phases[number]
        there = ", ".join(map(str, phases)) or "none"
        raise UsageError(
            f"there is no phase {number}; recorded phases: {there}. Write it with audit verify --phase {number}"
        )

    def _told_by(self, report: Verification, recorded: dict[int, RunRecord]) -> RunRecord:
        """The ledger's run of a report where it is that very run, else what the report tells."""
        known = recorded.get(report.phase) if report.phase is not None else None
        told = record_of_phase(report, self.place.name)
        return known if known is not None and _outcome(known) == _outcome(told) else told

    def runs(self, limit: int) -> tuple[RunRecord, ...]:
        """The last runs in the ledger, newest first.

        Raises:
            UsageError: the ledger is damaged.
        """
        if not self._has_ledger():
            return ()
        with Ledger(self.ledger_path()) as ledger:
            return tuple(ledger.runs(self.place.name, limit))

    def ledger_path(self) -> Path:
        """The ledger's file.

        Raises:
            UsageError: the ledger is switched off.
        """
        if self.place.path is None:
            raise UsageError("the ledger is switched off (AUDIT_LEDGER, or 'ledger' in the settings)")
        return self.place.path

    def _has_ledger(self) -> bool:
        return self.place.path is not None and self.place.path.is_file()

    def _recorded_phases(self) -> dict[int, RunRecord]:
        if not self._has_ledger():
            return {}
        with Ledger(self.ledger_path()) as ledger:
            return ledger.latest_phases(self.place.name)

    def _run(self, number: int) -> RunRecord:
        with Ledger(self.ledger_path()) as ledger:
            found = ledger.run(number)
            if found is None or found.context.repository != self.place.name:
                there = ledger.numbers(self.place.name)
                span = f"run:{there[0]} to run:{there[-1]}" if there else "none"
                raise UsageError(f"the ledger has no run {number} of {self.place.name}; recorded: {span}")
        return found


def _outcome(run: RunRecord) -> tuple[object, ...]:
    """What two records of one run have in common, however its documents are named in them."""
    return run.context.tree, run.context.since, [(each.line, each.text, each.verdict) for each in run.statements]


def rebuild(records: Records) -> int:
    """Put every phase whose report is not in the ledger into it; how many were added.

    Raises:
        UsageError: a report or the ledger is damaged, or cannot be written.
    """
    missing = [run for run in records.phases().values() if run.context.number is None]
    if missing:
        with Ledger(records.ledger_path(), write=True) as ledger:
            for run in missing:
                ledger.append(run)
    return len(missing)

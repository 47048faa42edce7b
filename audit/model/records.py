"""Runs as they are remembered: what was examined, with what, and what came out."""

from __future__ import annotations

from typing import Literal

import msgspec

from audit.model.evidence import SmokeScenario
from audit.model.verdicts import ContractLine, JudgedStatement, RootCause, StandingFinding

RunCommand = Literal["check", "verify", "smoke"]


class RunContext(msgspec.Struct, frozen=True, kw_only=True):
    """When, on what and with what a run was made.

    ``when`` is UTC in ISO 8601, None where only a phase's report tells of the run. ``repository`` names it
    without a path of this machine. ``tree`` is a git tree id: of a phase that without ``reports/``.
    ``configuration`` is a digest of everything that configures the audit; ``arguments`` are those of the command
    line; ``environment`` is what the outcome may depend on. ``number`` is the run's own in its ledger.
    """

    command: RunCommand
    tool_version: str
    repository: str = ""
    when: str | None = None
    commit: str | None = None
    tree: str | None = None
    dirty: bool = False
    since: str | None = None
    configuration: str = ""
    arguments: tuple[str, ...] = ()
    environment: dict[str, str] = {}
    phase: int | None = None
    exit: int | None = None
    number: int | None = None

    @property
    def name(self) -> str:
        """What a user calls it: ``phase 6``, or ``run 12``."""
        return f"phase {self.phase}" if self.phase is not None else f"run {self.number}"


class RunRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One run with its outcome.

    ``coverage`` and ``summary`` are numbers by name. ``findings`` is None where the run does not list them, and
    ``unimportable`` (modules that cannot be imported, told without running them) likewise. ``verdict`` and
    ``risk`` are those of the whole; empty for a run that judges no claim.
    """

    context: RunContext
    coverage: dict[str, int]
    summary: dict[str, int | None]
    verdict: str = ""
    risk: str = ""
    documents: tuple[str, ...] = ()
    findings: tuple[StandingFinding, ...] | None = None
    statements: tuple[JudgedStatement, ...] = ()
    roots: tuple[RootCause, ...] = ()
    contracts: tuple[ContractLine, ...] = ()
    unimportable: tuple[str, ...] | None = None
    scenarios: tuple[SmokeScenario, ...] = ()


class RunList(msgspec.Struct, frozen=True, kw_only=True):
    """Runs of one repository, newest first."""

    repository: str
    runs: tuple[RunRecord, ...]

"""Makes the record of a run from its result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from audit.model.evidence import SmokeRun
from audit.model.findings import CheckResult, printable
from audit.model.records import RunContext, RunRecord
from audit.model.verdicts import ContractLine, RootCause, StandingFinding, Verification


def record_of_check(
    result: CheckResult,
    context: RunContext,
    *,
    findings: Sequence[StandingFinding],
    roots: Sequence[RootCause],
    contracts: Sequence[ContractLine],
) -> RunRecord:
    """The record of `audit check`; its parts are given as records keep them."""
    counted = [finding for finding in result.findings if not finding.baselined]
    coverage = result.coverage
    return RunRecord(
        context=context,
        coverage={
            "python_files": coverage.python_files,
            "modules": coverage.modules,
            "other_files": coverage.other_files,
            "skipped": len(coverage.skipped),
        },
        summary={
            "findings": len(counted),
            "errors": sum(finding.severity == "error" for finding in counted),
            "warnings": sum(finding.severity == "warning" for finding in counted),
            "new": sum(finding.new is True for finding in counted) if result.since else None,
            "baselined": len(result.findings) - len(counted),
            "suppressed": result.suppressed,
        },
        findings=tuple(findings),
        roots=tuple(roots),
        contracts=tuple(contracts),
        unimportable=tuple(sorted({printable(name) for root in result.roots for name in root.killed})),
    )


def record_of_verification(verification: Verification, context: RunContext) -> RunRecord:
    """The record of `audit verify`, or of a phase as its report tells it."""
    examined = verification.examined
    return RunRecord(
        context=context,
        coverage={
            "python_files": examined.python_files,
            "modules": examined.modules,
            "other_files": examined.other_files,
            "skipped": len(examined.skipped),
            "dead_modules": examined.dead_modules,
        },
        summary={"findings": examined.findings, **msgspec.structs.asdict(verification.summary)},
        verdict=verification.overall.verdict,
        risk=verification.overall.risk,
        documents=verification.documents,
        findings=verification.findings,
        statements=verification.statements,
        roots=verification.roots,
        contracts=verification.contracts,
        unimportable=verification.unimportable,
    )


def record_of_phase(verification: Verification, repository: str) -> RunRecord:
    """The record of a phase of which only the committed report is known: it has no time and no environment."""
    context = RunContext(
        command="verify",
        tool_version=verification.tool_version,
        repository=repository,
        tree=verification.tree,
        dirty=verification.dirty,
        since=verification.since,
        phase=verification.phase,
        environment={"interpreter": verification.interpreter},
    )
    return record_of_verification(verification, context)


def record_of_smoke(observed: SmokeRun, context: RunContext) -> RunRecord:
    """The record of `audit smoke`."""
    outcomes = [scenario.outcome for scenario in observed.scenarios]
    stages = [stage for scenario in observed.scenarios for stage in scenario.stages]
    return RunRecord(
        context=context,
        coverage={"scenarios": len(outcomes), "stages": len(stages)},
        summary={"passed": outcomes.count("passed"), "failed": outcomes.count("failed")},
        scenarios=observed.scenarios,
    )


def without_places(record: RunRecord, places: Mapping[str, str]) -> RunRecord:
    """The record with each folder of this machine replaced by what stands for it, longest first."""
    text = msgspec.json.encode(record).decode()
    for place in sorted(places, key=len, reverse=True):
        written = msgspec.json.encode(place).decode()[1:-1]
        text = text.replace(f"{written}/", f"{places[place]}/" if places[place] else "")
        text = text.replace(f'"{written}"', f'"{places[place] or "."}"')
    return msgspec.json.decode(text, type=RunRecord)

"""Runs the repository's own smoke scenarios and reads the evidence that they write."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec

from audit.model.evidence import Run, SmokeRun, SmokeScenario
from audit.probes.sandbox import Checkout, Sandbox

SECONDS: Final = 600.0
"""Time limit of a smoke run that gives none itself."""


class _Report(msgspec.Struct, frozen=True):
    """The file that ``python -m smoke --json FILE`` writes."""

    schema_version: int
    scenarios: tuple[SmokeScenario, ...]


def probe_smoke(sandbox: Sandbox, scenarios: Sequence[str], seconds: float | None = None) -> SmokeRun:
    """Run smoke scenarios by name, or all of them when none is named, in a fresh copy.

    Raises:
        ProbeInterruptedError: the sandbox was told to stop.
    """
    with sandbox.checkout() as checkout:
        if not (checkout.tree / "smoke").exists() and not (checkout.tree / "smoke.py").exists():
            # Without this, a smoke that is installed elsewhere would be run, and would speak for this tree.
            problem = "the tree has no smoke package, so there is no scenario to run"
            return SmokeRun(run=Run(command=("python", "-m", "smoke", *scenarios), problem=problem), scenarios=())
        report = checkout.home / "smoke.json"
        run = checkout.run(
            ["python", "-m", "smoke", *scenarios, "--json", str(report)],
            seconds=seconds or SECONDS,
            shown=("python", "-m", "smoke", *scenarios),
        )
        return _read(report, run, checkout)


def _read(path: Path, run: Run, checkout: Checkout) -> SmokeRun:
    if not path.exists():
        return SmokeRun(run=run, scenarios=(), unreadable="it wrote no report")
    try:
        report = msgspec.json.decode(path.read_bytes(), type=_Report)
    except msgspec.MsgspecError as error:
        return SmokeRun(run=run, scenarios=(), unreadable=f"its report cannot be read: {error}")
    if report.schema_version != 1:
        version = report.schema_version
        return SmokeRun(run=run, scenarios=(), unreadable=f"its report has the unknown version {version}")
    return SmokeRun(run=run, scenarios=tuple(_normalised(each, checkout) for each in report.scenarios))


def _normalised(scenario: SmokeScenario, checkout: Checkout) -> SmokeScenario:
    stages = tuple(
        msgspec.structs.replace(
            stage,
            command=tuple(checkout.normalised(word) for word in stage.command),
            excerpt=checkout.normalised(stage.excerpt) if stage.excerpt else stage.excerpt,
            reason=checkout.normalised(stage.reason),
        )
        for stage in scenario.stages
    )
    return msgspec.structs.replace(scenario, stages=stages)

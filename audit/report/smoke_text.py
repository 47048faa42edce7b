"""Smoke scenarios for a terminal: one line a stage, and the reason and the output of the first that failed."""

from __future__ import annotations

from audit.model.evidence import SmokeRun, SmokeScenario, SmokeStage
from audit.report.terminal_text import Style, plain

__all__ = ["plain", "render_smoke"]

_COLOURS = {"passed": "green", "failed": "red", "blocked": "yellow"}


def render_smoke(observed: SmokeRun, style: Style = plain) -> str:
    """Every scenario with its stages, and how many of them passed."""
    run = observed.run
    if run.problem or observed.unreadable or not observed.scenarios:
        why = run.problem or observed.unreadable or "no scenario ran"
        return "\n".join([style(f"the smoke could not run: {why}", "red"), run.stderr.rstrip()]).rstrip() + "\n"
    lines: list[str] = []
    for scenario in observed.scenarios:
        lines += _scenario(scenario, style)
    stages = [stage for scenario in observed.scenarios for stage in scenario.stages]
    passed = sum(stage.outcome == "passed" for stage in stages)
    lines.append(
        f"{passed} of {len(stages)} stages passed in {len(observed.scenarios)} scenarios ({run.seconds:.1f} s)"
    )
    return "\n".join(lines) + "\n"


def _scenario(scenario: SmokeScenario, style: Style) -> list[str]:
    lines = [f"{scenario.name}: {style(scenario.outcome, _COLOURS[scenario.outcome])}"]
    width = max((len(stage.name) for stage in scenario.stages), default=0)
    for stage in scenario.stages:
        seconds = f"{stage.seconds:6.1f} s" if stage.seconds is not None else " " * 8
        outcome = style(f"{stage.outcome:7}", _COLOURS[stage.outcome])
        reason = f"  {stage.reason}" if stage.reason else ""
        lines.append(f"  {stage.name:{width}}  {outcome}  {seconds}{reason}")
    failed = next((stage for stage in scenario.stages if stage.outcome == "failed"), None)
    return [*lines, *(_detail(failed) if failed is not None else [])]


def _detail(stage: SmokeStage) -> list[str]:
    lines = [f"  {stage.name} ran: {' '.join(stage.command)}"] if stage.command else []
    return lines + [f"    {line}" for line in (stage.excerpt or "").rstrip().splitlines()]

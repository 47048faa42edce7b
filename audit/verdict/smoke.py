"""Judges a smoke scenario by its stages."""

from __future__ import annotations

from audit.model.codebase import Codebase
from audit.model.evidence import Evidence, SmokeRun, SmokeScenario, SmokeStage
from audit.model.predicates import Smoke
from audit.model.suggest import did_you_mean
from audit.model.verdicts import Judgement
from audit.verdict.blame import output_excuse
from audit.verdict.judgements import (
    ending,
    failed_to_judge,
    listed,
    ran,
    refuted,
    unverified,
    verified,
)

_COULD_NOT_RUN = 2


def judge_smoke(predicate: Smoke, codebase: Codebase, observed: SmokeRun | None, why_not: str) -> Judgement:
    """The scenario passes, up to its named stage. ``why_not`` says why it was not run, when it was not."""
    if not codebase.modules("smoke"):
        return unverified("the tree has no smoke package, so there is no scenario to run")
    if observed is None:
        return unverified(why_not or "the scenario was not run", coverage="0 stages run")
    run = ran(observed.run, f"the smoke {ending(observed.run)}")
    if observed.run.problem or observed.run.exit == _COULD_NOT_RUN or observed.unreadable:
        return _not_told(observed, run, codebase)
    known = {scenario.name: scenario for scenario in observed.scenarios}
    scenario = known.get(predicate.scenario)
    if scenario is None:
        hint = did_you_mean(predicate.scenario, known)
        return failed_to_judge(f"the smoke ran no scenario '{predicate.scenario}'{hint}", evidence=(run,))
    return _judge_stages(predicate, scenario, run)


def smoke_exit_code(observed: SmokeRun) -> int:
    """0 when every scenario passed, 1 when one failed, 2 when the smoke could not run or ran nothing."""
    if observed.run.problem or observed.unreadable or not observed.scenarios:
        return _COULD_NOT_RUN
    return 0 if all(scenario.outcome == "passed" for scenario in observed.scenarios) else 1


def _not_told(observed: SmokeRun, run: Evidence, codebase: Codebase) -> Judgement:
    excuse = output_excuse(observed.run.stderr, codebase)
    if excuse:
        return unverified(f"could not be checked here: {excuse}", coverage="0 stages run", evidence=(run,))
    said = observed.run.stderr.strip().splitlines()
    why = observed.unreadable or (said[-1] if said else ending(observed.run))
    return failed_to_judge(f"the smoke could not run: {why}", coverage="0 stages run", evidence=(run,))


def _judge_stages(predicate: Smoke, scenario: SmokeScenario, run: Evidence) -> Judgement:
    names = [stage.name for stage in scenario.stages]
    if predicate.stage and predicate.stage not in names:
        hint = did_you_mean(predicate.stage, names)
        return failed_to_judge(f"scenario {scenario.name} has no stage '{predicate.stage}'{hint}")
    upto = names.index(predicate.stage) + 1 if predicate.stage else len(names)
    stages = scenario.stages[:upto]
    passed = [stage for stage in stages if stage.outcome == "passed"]
    coverage = f"{len(passed)} of {len(stages)} stages passed: {listed((each.name for each in stages), 9)}"
    evidence = (run, *(_evidence(stage, scenario.name) for stage in stages))
    if not stages:
        return unverified("the scenario has no stage, which is never a pass", coverage=coverage, evidence=(run,))
    if len(passed) == len(stages) and not predicate.stage and scenario.outcome != "passed":
        return refuted(
            f"{scenario.name}: every stage passed, but the scenario failed", coverage=coverage, evidence=evidence
        )
    if len(passed) == len(stages):
        return verified(
            f"{scenario.name}: {len(passed)} of {len(stages)} stages passed", coverage=coverage, evidence=evidence
        )
    first = next(stage for stage in stages if stage.outcome != "passed")
    return refuted(
        f"{scenario.name}: stage {first.name} {first.outcome}: {first.reason}", coverage=coverage, evidence=evidence
    )


def _evidence(stage: SmokeStage, scenario: str) -> Evidence:
    """A stage as evidence; what it said is quoted only where it did not pass."""
    return Evidence(
        summary=f"stage {stage.name} {stage.outcome}" + (f": {stage.reason}" if stage.reason else ""),
        command=stage.command or None,
        exit=stage.exit,
        seconds=stage.seconds,
        excerpt=(stage.excerpt or None) if stage.outcome != "passed" else None,
        facts={"scenario": scenario, **stage.facts},
    )

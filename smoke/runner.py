"""Scenarios carried out: each in a directory of its own, stage after stage, with evidence kept."""

import json
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Final

from smoke.checkpoints import Unmet
from smoke.evidence import Artefact, ScenarioResult, StageResult, files_below, write_whole
from smoke.expectations import Facts, Scene, examine
from smoke.process import Completed, run
from smoke.scenario import Scenario, Stage

_PASSED_ON: Final = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "SYSTEMROOT", "VIRTUAL_ENV")
_EXCERPT: Final = 2000
"""Characters of the end of each output stream in the evidence."""

Observer = Callable[[str, StageResult], None]
"""Told the scenario's name and each stage's result as soon as it is known."""


def run_scenario(scenario: Scenario, directory: Path, source: Path, observe: Observer) -> ScenarioResult:
    """Runs all stages of a scenario below `directory`, which must not exist yet.

    Commands work in `work/`, with `DATA_DIR` at `data/` and home and temporary files beside them; of the
    caller's environment only what finding programs needs is passed on, and modules are looked up on the
    caller's PYTHONPATH and then in `source`. Evidence of each stage goes to `evidence/<stage>.json`.
    """
    for name in ("work", "data", "home", "tmp", "evidence"):
        (directory / name).mkdir(parents=True)
    environment = _environment(directory, source)
    results: list[StageResult] = []
    files: dict[str, Artefact] = {}
    for stage in scenario.stages:
        facts = {result.name: dict(result.facts) for result in results if result.outcome == "passed"}
        if missing := [need for need in stage.needs if need not in facts]:
            result = StageResult(stage.name, "blocked", reason=f"needs {', '.join(missing)}, which did not pass")
        else:
            result = _run_stage(stage, directory, environment, facts)
            before, files = files, files_below(directory / "data")
            changed = tuple(artefact for name, artefact in files.items() if before.get(name) != artefact)
            result = replace(result, artefacts=changed)
        evidence = json.dumps(asdict(result), indent=2, allow_nan=False) + "\n"
        write_whole(directory / "evidence" / f"{stage.name}.json", evidence)
        observe(scenario.name, result)
        results.append(result)
    return ScenarioResult(scenario.name, tuple(results))


def _run_stage(
    stage: Stage, directory: Path, environment: Mapping[str, str], facts: Mapping[str, Facts]
) -> StageResult:
    command = _command(stage)
    result = StageResult(stage.name, "failed", command)
    completed: Completed | None = None
    if command:
        try:
            completed = run(command, directory / "work", environment, stage.timeout)
        except OSError as error:
            return replace(result, reason=f"cannot be started: {error}")
        result = replace(
            result,
            exit=completed.exit,
            seconds=completed.seconds,
            digest=completed.digest,
            excerpt=_excerpt(completed),
        )
        if reason := _went_wrong(completed, stage.timeout):
            return replace(result, reason=reason)
    scene = Scene(directory / "data", completed.stdout if completed else "", facts)
    shown: Facts = {}
    try:
        for expectation in stage.expect:
            shown |= examine(expectation, scene)
    except Unmet as unmet:
        return replace(result, reason=str(unmet), facts=shown)
    return replace(result, outcome="passed", facts=shown)


def _command(stage: Stage) -> tuple[str, ...]:
    return tuple(sys.executable if word == "python" else word for word in stage.run)


def _went_wrong(completed: Completed, timeout: float) -> str:
    if completed.timed_out:
        return f"did not end within {timeout:g} s and was killed"
    if completed.exit < 0:
        return f"was ended by signal {-completed.exit}"
    if completed.exit:
        return f"exit status {completed.exit}"
    if completed.leftovers:
        return "ended and left processes running, which were killed"
    return ""


def _environment(directory: Path, source: Path) -> dict[str, str]:
    passed = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    paths = [*filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep)), str(source)]
    return passed | {
        "PYTHONPATH": os.pathsep.join(paths),
        "PYTHONUNBUFFERED": "1",
        "DATA_DIR": str(directory / "data"),
        "HOME": str(directory / "home"),
        "TMPDIR": str(directory / "tmp"),
        "COLUMNS": "120",
        "NO_COLOR": "1",
        # Several threads waiting for each other on few cores are the difference between seconds and minutes.
        "OMP_NUM_THREADS": "1",
        "OMP_WAIT_POLICY": "PASSIVE",
    }


def _excerpt(completed: Completed) -> str:
    parts = (("stdout", completed.stdout), ("stderr", completed.stderr))
    return "\n".join(f"[{name}]\n{text[-_EXCERPT:].rstrip()}" for name, text in parts if text.strip())

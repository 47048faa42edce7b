"""What a stage must have left behind, examined from outside.

Each examiner returns facts for the evidence (and for later stages to compare with) or raises Unmet.
"""

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, assert_never

from smoke.checkpoints import Position, Unmet, epochs, newest, verified
from smoke.scenario import Analysed, Complete, Evaluated, Expectation, Resumed, Trained

Facts = dict[str, Any]

_CURVE_POINTS: Final = 32
"""Most points of a learning curve that the evidence keeps."""

_EVALUATED: Final = re.compile(r"^evaluated (?P<pairs>\S+=\S+(?: \S+=\S+)*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Scene:
    """What an examiner sees: the data directory, the stage's standard output, facts of earlier stages."""

    data: Path
    stdout: str
    facts: Mapping[str, Facts]


def examine(expectation: Expectation, scene: Scene) -> Facts:
    """The facts that show an expectation to be met.

    Raises:
        Unmet: it is not.
    """
    match expectation:
        case Trained():
            return _trained(expectation, scene)
        case Complete():
            return _complete(expectation, scene)
        case Resumed():
            return _resumed(expectation, scene)
        case Evaluated():
            return _evaluated(expectation, scene)
        case Analysed():
            return _analysed(expectation, scene)
        case _:
            assert_never(expectation)


def _trained(expected: Trained, scene: Scene) -> Facts:
    position = newest(scene.data / expected.run)
    if position.step < expected.min_step:
        raise Unmet(f"{expected.run} stands at step {position.step}, expected {expected.min_step} or later")
    _announced(position, scene.stdout)
    return _facts(position) | _curve(scene.data / expected.run)


def _curve(directory: Path) -> Facts:
    """The return over the steps of training, thinned to a few points, where the run logs it."""
    log = directory / "metrics.jsonl"
    if not log.is_file():
        return {}
    points = []
    for line in log.read_text(encoding="utf-8").splitlines():
        try:
            record = json.loads(line)
            step, score = record["agent_step"], record["score"]
        except (ValueError, KeyError, TypeError):
            raise Unmet(f"{directory.name}/metrics.jsonl has a line that is no record: {line[:80]!r}") from None
        if score is not None:
            points.append([step, _finite(score, f"score at step {step}")])
    every = -(-len(points) // _CURVE_POINTS)
    return {"curve": points[:: every or 1]}


def _complete(expected: Complete, scene: Scene) -> Facts:
    checkpoints = [verified(path) for path in epochs(scene.data / expected.run).values()]
    if not checkpoints:
        raise Unmet(f"no checkpoint under {expected.run}/checkpoints")
    return {
        "run": expected.run,
        "epochs": [checkpoint.position.epoch for checkpoint in checkpoints],
        "verified_files": sum(len(checkpoint.files) for checkpoint in checkpoints),
    }


def _resumed(expected: Resumed, scene: Scene) -> Facts:
    before = scene.facts[expected.since]
    position = newest(scene.data / expected.run)
    if position.epoch <= before["epoch"] or position.step <= before["step"]:
        raise Unmet(f"{expected.run} stands at epoch {position.epoch}, it stood at {before['epoch']} before")
    resumed = verified(position.path)
    if resumed.parent != before["epoch"]:
        raise Unmet(f"{expected.run} went on from epoch {resumed.parent}, not from {before['epoch']}")
    whole = epochs(scene.data / expected.same_as).get(position.epoch)
    if whole is None:
        raise Unmet(f"{expected.same_as} has no checkpoint of epoch {position.epoch} to compare with")
    uninterrupted = verified(whole)
    if uninterrupted.parent is not None:
        raise Unmet(f"{expected.same_as} was itself resumed, from epoch {uninterrupted.parent}")
    names = sorted(resumed.state.keys() | uninterrupted.state.keys())
    unequal = [name for name in names if resumed.state.get(name) != uninterrupted.state.get(name)]
    if unequal:
        raise Unmet(f"resumed and uninterrupted differ in {', '.join(unequal)} (of {len(names)} state files)")
    _announced(position, scene.stdout)
    return _facts(position) | {"resumed_from": before["epoch"], "equal_state_files": names}


def _evaluated(expected: Evaluated, scene: Scene) -> Facts:
    checkpoint = newest(scene.data / expected.run)
    lines = _EVALUATED.findall(scene.stdout)
    if len(lines) != 1:
        raise Unmet(f"the output has {len(lines)} lines of the form 'evaluated key=value ...', expected one")
    said = dict(pair.split("=", 1) for pair in lines[0].split(" "))
    wanted = {
        "run": expected.run,
        "epoch": str(checkpoint.epoch),
        "episodes": str(expected.episodes),
        "completed": str(expected.episodes),
        "added": str(expected.episodes),
    }
    if wrong := [
        f"{key}={said.get(key)} instead of {value}" for key, value in wanted.items() if said.get(key) != value
    ]:
        raise Unmet(f"the evaluation reports {', '.join(wrong)}")
    reward = _finite(said.get("mean_reward"), "mean_reward of the evaluation")
    if reward < expected.min_reward:
        raise Unmet(f"mean reward {reward:g} of {expected.episodes} episodes, expected {expected.min_reward:g} or more")
    if reward > expected.max_reward:
        raise Unmet(f"mean reward {reward:g} of {expected.episodes} episodes, expected {expected.max_reward:g} or less")
    if not (scene.data / expected.run / "stats.duckdb").is_file():
        raise Unmet(f"no {expected.run}/stats.duckdb")
    return {
        "run": expected.run,
        "epoch": checkpoint.epoch,
        "episodes": expected.episodes,
        "mean_reward": reward,
    }


def _analysed(expected: Analysed, scene: Scene) -> Facts:
    evaluation = scene.facts[expected.evaluation]
    path = scene.data / expected.run / "analysis.json"
    try:
        analysis = json.loads(path.read_text(encoding="utf-8"))
        found = [c for c in analysis["checkpoints"] if (c["run"], c["epoch"]) == (expected.run, evaluation["epoch"])]
        [checkpoint] = found
        figures = {metric["metric"]: metric for metric in checkpoint["metrics"]}
        counts = {"episodes": checkpoint["episodes"]} | {
            f"potential samples of {name}": metric["potential"] for name, metric in figures.items()
        }
        for name, metric in figures.items():
            _sound(name, metric)
    except FileNotFoundError:
        raise Unmet(f"no {expected.run}/analysis.json") from None
    except (ValueError, KeyError, TypeError) as error:
        raise Unmet(
            f"{expected.run}/analysis.json has no readable figures for epoch {evaluation['epoch']}: {error!r}"
        ) from error
    for what, count in counts.items():
        if count != evaluation["episodes"]:
            raise Unmet(f"the analysis counts {count} {what}, the evaluation recorded {evaluation['episodes']}")
    reward = figures.get("reward")
    if reward is None:
        raise Unmet("the analysis has no figures for reward")
    if abs(reward["mean"] - evaluation["mean_reward"]) > 1e-6:
        raise Unmet(f"mean reward {reward['mean']} analysed, {evaluation['mean_reward']} evaluated")
    if not any(name in scene.stdout for name in figures):
        raise Unmet("the analysis printed no table of its figures")
    return {
        "run": expected.run,
        "epoch": evaluation["epoch"],
        "episodes": checkpoint["episodes"],
        "mean_reward": reward["mean"],
        "metrics": sorted(figures),
        "intervals": [_interval(name, figures[name]) for name in sorted(figures)],
    }


def _interval(name: str, metric: Mapping[str, Any]) -> Facts:
    low, high = metric["mean_interval"]
    return {"metric": name, "mean": metric["mean"], "low": low, "high": high}


def _sound(name: str, metric: Mapping[str, Any]) -> None:
    for figure in ("mean", "iqm", "std"):
        _finite(metric[figure], f"{figure} of {name}")
    for figure in ("mean", "iqm"):
        low, high = (_finite(end, f"interval of the {figure} of {name}") for end in metric[f"{figure}_interval"])
        if low > high:
            raise Unmet(f"the interval of the {figure} of {name} runs from {low} down to {high}")
    if not 0 <= metric["recorded"] <= metric["potential"]:
        raise Unmet(f"{name} was recorded {metric['recorded']} times in {metric['potential']} samples")


def _announced(position: Position, stdout: str) -> None:
    lines = [line for line in stdout.splitlines() if "checkpoint" in line]
    if not any(position.path.name in line for line in lines):
        raise Unmet(f"the output names no checkpoint {position.path.name}")


def _facts(position: Position) -> Facts:
    return {"run": position.run, "epoch": position.epoch, "step": position.step}


def _finite(value: object, what: str) -> float:
    try:
        number = float(value)  # type: ignore[arg-type]  # whatever JSON holds; the error is the answer
    except (TypeError, ValueError):
        raise Unmet(f"{what} is {value!r}, not a number") from None
    if not math.isfinite(number):
        raise Unmet(f"{what} is {number}")
    return number

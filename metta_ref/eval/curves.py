"""How training went, from the logs of runs: one curve for runs that differ in nothing but their seed."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from metta_ref.config import ConfigError
from metta_ref.eval.intervals import LIMITS, Values

SERIES: Final = {
    "score": "return per episode",
    "policy": "policy loss",
    "value": "value loss",
    "entropy": "entropy (nats)",
    "approximate_kl": "divergence of an update (nats)",
    "explained_variance": "explained variance of returns",
}
"""What is drawn of the numbers in a log, with its title."""

_MOST_POINTS: Final = 200
"""More would lie closer together than the dots of a screen."""

_RESAMPLES: Final = 1000


@dataclass(frozen=True, slots=True)
class Curve:
    """Means over `runs` at agent steps [P], as [P, series]; `low` and `high` are the limits of an interval of the mean
    that resampling the runs gives, and the mean itself for a single run.
    """

    runs: tuple[str, ...]
    steps: Values
    mean: Values
    low: Values
    high: Values


def load_curves(groups: Sequence[Mapping[str, Path]], seed: int) -> tuple[Curve, ...]:
    """The curves of groups of runs, each by its name and the path of its log, as far as all runs of a group came.

    Raises ConfigError when a log is missing, empty or damaged.
    """
    return tuple(_curve(tuple(group), [_read(path) for path in group.values()], seed) for group in groups)


def _curve(runs: tuple[str, ...], logs: Sequence[Sequence[Sequence[float]]], seed: int) -> Curve:
    length = min(len(log) for log in logs)
    values = np.array([log[:length] for log in logs])  # [runs, updates, 1 + series]
    # Neighbouring updates are averaged, not left out: a loss varies too much for one to stand for all.
    parts = np.array_split(values, min(length, _MOST_POINTS), axis=1)
    points = np.stack([_mean(part, axis=1) for part in parts], axis=1)
    steps, series = points[0, :, 0], points[:, :, 1:]
    mean = _mean(series, axis=0)
    resamples = np.random.default_rng(seed).integers(len(runs), size=(_RESAMPLES if len(runs) > 1 else 1, len(runs)))
    drawn = np.stack([_mean(series[rows], axis=0) for rows in resamples])
    low, high = np.quantile(np.where(np.isnan(drawn), mean, drawn), LIMITS, axis=0)
    return Curve(runs, steps, mean, low, high)


def _mean(values: Values, axis: int) -> Values:
    """Of what is known, and nan where nothing is: a return, before the first episode ended."""
    return np.asarray(np.ma.array(values, mask=np.isnan(values)).mean(axis=axis).filled(np.nan))


def _read(path: Path) -> list[list[float]]:
    """A row for each whole line: the step, then the series."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        updates = [json.loads(line) for line in lines if line.endswith("\n")]
        rows = [[float(update["agent_step"]), *(_number(update.get(name)) for name in SERIES)] for update in updates]
    except FileNotFoundError:
        raise ConfigError([f"{path}: missing; train the run, or name others to draw"]) from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConfigError([f"{path}: holds a line that no update wrote ({error!r}); remove it"]) from error
    if not rows:
        raise ConfigError([f"{path}: holds no update yet; train the run, or name others to draw"])
    return rows


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else float("nan")

"""Which policy is better, by how much, and how sure that is.

After Agarwal et al. 2021 (arXiv 2108.13264): the interquartile mean, and a percentile bootstrap, stratified by task.
Episodes that were begun alike (equal simulation, seed and number) are pairs: their differences leave out what they have
in common, and so say more than two intervals side by side.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from metta_ref.eval.eval_stats_db import Task
from metta_ref.eval.simulation_stats_db import PolicyKey

Values = NDArray[np.float64]

Statistic = Callable[[Sequence[Values]], Values]
"""A figure of each of R samples, as [R]: a sample is a row in each of several arrays [R, n], one a task."""

Episodes = Mapping[Task, Sequence[tuple[str, float]]]
"""By task, the value of each episode with a name that equal beginnings share; no task is without episodes."""

CONFIDENCE: Final = 0.95
POWER: Final = 0.8
"""How often an effect of the smallest detectable size would be found."""

_LIMITS: Final = ((1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2)
_CELLS_AT_ONCE: Final = 1_000_000
"""Resampled values held in memory at a time: 8 MB."""


class Estimate(NamedTuple):
    """A figure, and the two-sided percentile interval in which resampling puts it."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Bootstrap:
    """Values resampled within their tasks, `resamples` times, from the seed anew: nothing else moves an interval."""

    seed: int
    resamples: int

    def estimate(self, tasks: Sequence[Values], statistic: Statistic) -> Estimate:
        """A statistic of the values of tasks, [n] each, of which none is empty, and where resampling puts it."""
        if not tasks or any(values.size == 0 for values in tasks):
            raise ValueError("a bootstrap needs at least one value in every task")
        generator = np.random.default_rng(self.seed)
        batch = max(1, _CELLS_AT_ONCE // sum(values.size for values in tasks))
        drawn = []
        for start in range(0, self.resamples, batch):
            rows = min(batch, self.resamples - start)
            drawn.append(statistic([v[generator.integers(v.size, size=(rows, v.size))] for v in tasks]))
        low, high = np.quantile(np.concatenate(drawn), _LIMITS).tolist()
        return Estimate(float(statistic([values[None] for values in tasks])[0]), low, high)


def mean(tasks: Sequence[Values]) -> Values:
    """The mean of all values of a sample."""
    return np.asarray(np.concatenate(tasks, axis=-1).mean(axis=-1))


def interquartile_mean(tasks: Sequence[Values]) -> Values:
    """The mean without the floor(n / 4) lowest and highest of the n values of a sample: a 25 % trimmed mean."""
    values = np.sort(np.concatenate(tasks, axis=-1), axis=-1)
    cut = values.shape[-1] // 4
    return np.asarray(values[..., cut : values.shape[-1] - cut].mean(axis=-1))


def improvement(sides: Sequence[Values]) -> Values:
    """P(x > y) + P(x = y) / 2 (section 4.3 of the paper), averaged over tasks: x and y of each in turn."""
    return np.asarray(np.mean([_won(x, y) for x, y in zip(sides[::2], sides[1::2], strict=True)], axis=0))


@dataclass(frozen=True, slots=True)
class Comparison:
    """`policy` against `baseline` over the tasks that both played.

    `difference` is the mean of the paired differences and None without pairs; `detectable` is the smallest difference
    that as many pairs, varying as much, would find with `POWER`, and None where a task has but one pair. `verdict` is
    `undecided` when the interval of the difference (without pairs, of the improvement) holds that of none.
    """

    policy: PolicyKey
    baseline: PolicyKey
    pairs: int
    difference: Estimate | None
    detectable: float | None
    improvement: Estimate
    verdict: str


@dataclass(frozen=True, slots=True)
class Standing:
    """A policy's place by interquartile mean over the tasks that all policies played."""

    policy: PolicyKey
    place: int
    iqm: Estimate


def values_of(episodes: Episodes) -> list[Values]:
    return [np.array([value for _, value in own]) for own in episodes.values()]


def compare(
    played: Mapping[PolicyKey, Episodes], policy: PolicyKey, baseline: PolicyKey, bootstrap: Bootstrap
) -> Comparison | None:
    """None when they have no task in common."""
    tasks = sorted(played[policy].keys() & played[baseline].keys())
    if not tasks:
        return None
    ours, theirs = ({task: played[key][task] for task in tasks} for key in (policy, baseline))
    differences = [found for task in tasks if (found := _differences(ours[task], theirs[task])).size]
    difference = bootstrap.estimate(differences, mean) if differences else None
    sides = [values for pair in zip(values_of(ours), values_of(theirs), strict=True) for values in pair]
    chance = bootstrap.estimate(sides, improvement)
    decisive, even = (chance, 0.5) if difference is None else (difference, 0.0)
    return Comparison(
        policy=policy,
        baseline=baseline,
        pairs=sum(values.size for values in differences),
        difference=difference,
        detectable=_detectable(differences),
        improvement=chance,
        verdict="better" if decisive.low > even else "worse" if decisive.high < even else "undecided",
    )


def rank(played: Mapping[PolicyKey, Episodes], bootstrap: Bootstrap) -> tuple[Standing, ...]:
    """All policies, the highest interquartile mean first, over the tasks that all played; equals share a place."""
    tasks = sorted(set.intersection(*(set(episodes) for episodes in played.values())))
    if not tasks:
        return ()
    common = {policy: values_of({task: episodes[task] for task in tasks}) for policy, episodes in played.items()}
    found = {policy: bootstrap.estimate(values, interquartile_mean) for policy, values in common.items()}
    standings = [
        Standing(policy, 1 + sum(other.value > iqm.value for other in found.values()), iqm)
        for policy, iqm in found.items()
    ]
    return tuple(sorted(standings, key=lambda standing: (standing.place, standing.policy)))


def _won(x: Values, y: Values) -> Values:
    rows = list(zip(np.sort(y, axis=-1), x, strict=True))
    below, upto = (np.stack([np.searchsorted(*row, side=side) for row in rows]) for side in ("left", "right"))
    return np.asarray((below + upto).mean(axis=-1) / (2 * y.shape[-1]))


def _differences(ours: Sequence[tuple[str, float]], theirs: Sequence[tuple[str, float]]) -> Values:
    there = dict(theirs)
    return np.array([value - there[name] for name, value in ours if name in there])


def _detectable(differences: Sequence[Values]) -> float | None:
    """(z of the confidence + z of the power) standard errors of the mean over all differences."""
    if not differences or any(values.size == 1 for values in differences):
        return None
    count = sum(values.size for values in differences)
    error = math.sqrt(sum(values.size * values.var(ddof=1) for values in differences)) / count
    return (NormalDist().inv_cdf((1 + CONFIDENCE) / 2) + NormalDist().inv_cdf(POWER)) * error

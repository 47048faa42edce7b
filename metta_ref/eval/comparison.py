"""Which policy is better, by how much, how sure that is, and whether it is good enough.

Episodes that were begun alike (equal simulation, seed and number) are pairs: their differences leave out what
the episodes have in common, and so say more than two intervals side by side. Where there are no pairs, the
probability of improvement still compares (Agarwal et al. 2021, arXiv 2108.13264, section 4.3).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final, Literal

import numpy as np

from metta_ref.eval.eval_stats_db import Task
from metta_ref.eval.intervals import (
    CONFIDENCE,
    LIMITS,
    Bootstrap,
    Interval,
    Values,
    interquartile_mean,
    mean,
    percentiles,
)
from metta_ref.eval.records import PolicyKey

Episodes = Mapping[Task, Sequence[tuple[str, float]]]
"""By task, the value of each episode with a name that equal beginnings share; no task is without episodes."""

Outcome = Literal["passed", "regressed", "undecided"]
"""What the gate says of a policy."""

POWER: Final = 0.8
"""How often an effect of the smallest detectable size would be found."""

_FEWEST_PAIRS: Final = 10
"""Of fewer values, resampling knows too little of how they vary."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """`policy` against `baseline` over the tasks that both played.

    `difference` is the mean of the paired differences and None without pairs; `detectable` is the smallest
    difference that as many pairs, varying as much, would find with `POWER`, and None where a task has but one pair.
    The probability is that of an episode of the policy being better than one of the baseline, equal ones counted
    half, averaged over tasks. `verdict` is `better`, `worse`, or `undecided` when the interval of the difference (or
    of the probability, without pairs) holds the value of no difference.
    """

    policy: PolicyKey
    baseline: PolicyKey
    pairs: int
    difference: float | None
    difference_interval: Interval | None
    detectable: float | None
    probability_of_improvement: float
    probability_interval: Interval
    verdict: str


@dataclass(frozen=True, slots=True)
class Standing:
    """A policy's place by interquartile mean among all, and the places that resampling gives it."""

    policy: PolicyKey
    place: int
    iqm: float
    places: Interval


def strata(episodes: Episodes) -> list[Values]:
    """The values of each task."""
    return [np.array([value for _, value in own]) for own in episodes.values()]


def compare(
    played: Mapping[PolicyKey, Episodes], policy: PolicyKey, baseline: PolicyKey, bootstrap: Bootstrap
) -> Comparison | None:
    """One policy against another; None when they have no task in common."""
    tasks = sorted(played[policy].keys() & played[baseline].keys())
    if not tasks:
        return None
    ours, theirs = ({task: played[key][task] for task in tasks} for key in (policy, baseline))
    differences = [found for task in tasks if (found := _differences(ours[task], theirs[task])).size]
    difference, interval = bootstrap.estimate(differences, mean) if differences else (None, None)
    sides = [values for pair in zip(strata(ours), strata(theirs), strict=True) for values in pair]
    chances = percentiles(bootstrap.draws(sides, _improvement))
    decisive, even = (chances, 0.5) if interval is None else (interval, 0.0)
    return Comparison(
        policy=policy,
        baseline=baseline,
        pairs=sum(stratum.size for stratum in differences),
        difference=difference,
        difference_interval=interval,
        detectable=_detectable(differences),
        probability_of_improvement=float(_improvement([values[None] for values in sides])[0]),
        probability_interval=chances,
        verdict="better" if decisive.low > even else "worse" if decisive.high < even else "undecided",
    )


def rank(played: Mapping[PolicyKey, Episodes], bootstrap: Bootstrap) -> tuple[Standing, ...]:
    """All policies, the highest interquartile mean first, over the tasks that every one of them played.

    Equal means share the better place. Empty when they have no task in common.
    """
    tasks = sorted(set.intersection(*(set(episodes) for episodes in played.values())))
    if not tasks:
        return ()
    values = [strata({task: episodes[task] for task in tasks}) for episodes in played.values()]
    means = np.array([interquartile_mean(np.concatenate(own)) for own in values])
    drawn = np.stack([bootstrap.pooled_draws(own, interquartile_mean) for own in values])
    bounds = np.quantile(_places(drawn), LIMITS, axis=1).T.tolist()
    figures = zip(played, _places(means[:, None])[:, 0], means, bounds, strict=True)
    standings = [Standing(policy, int(place), float(iqm), Interval(*places)) for policy, place, iqm, places in figures]
    return tuple(sorted(standings, key=lambda standing: (standing.place, standing.policy)))


def judge(comparison: Comparison, margin: float) -> tuple[Outcome, int | None]:
    """The regression gate: may a policy be at most a margin worse than another?

    Passed when the whole interval of the difference lies at or above -margin, regressed when it lies below. Only
    differences of equal episodes decide; what too few of them cannot tell is undecided, and about how many would
    tell a difference as small as the margin is said as well, None where no number is known to.
    """
    interval, pairs, effect = comparison.difference_interval, comparison.pairs, comparison.detectable
    if interval is None or effect is None:
        return "undecided", None
    if pairs >= _FEWEST_PAIRS and interval.low >= -margin:
        return "passed", None
    if pairs >= _FEWEST_PAIRS and interval.high < -margin:
        return "regressed", None
    if margin <= 0:
        return "undecided", None
    return "undecided", max(math.ceil(pairs * (effect / margin) ** 2), pairs + 1, _FEWEST_PAIRS)


def _differences(ours: Sequence[tuple[str, float]], theirs: Sequence[tuple[str, float]]) -> Values:
    there = dict(theirs)
    return np.array([value - there[name] for name, value in ours if name in there])


def _detectable(differences: Sequence[Values]) -> float | None:
    """(z of the confidence + z of the power) standard errors of the mean over all differences."""
    if not differences or any(stratum.size == 1 for stratum in differences):
        return None
    count = sum(stratum.size for stratum in differences)
    error = math.sqrt(sum(stratum.size * stratum.var(ddof=1) for stratum in differences)) / count
    return (NormalDist().inv_cdf((1 + CONFIDENCE) / 2) + NormalDist().inv_cdf(POWER)) * error


def _improvement(sides: Sequence[Values]) -> Values:
    """P(x > y) + P(x = y) / 2 in each row, averaged over tasks: x [R, n] and y [R, m] in turn, to [R]."""
    return np.asarray(np.mean([_won(x, y) for x, y in zip(sides[::2], sides[1::2], strict=True)], axis=0))


def _won(x: Values, y: Values) -> Values:
    rows = list(zip(np.sort(y, axis=-1), x, strict=True))
    below, upto = (np.stack([np.searchsorted(*row, side=side) for row in rows]) for side in ("left", "right"))
    return np.asarray((below + upto).mean(axis=-1) / (2 * y.shape[-1]))


def _places(means: Values) -> Values:
    """Places from 1 on in each column of [policies, R], equal values sharing the better one."""
    return np.asarray(1.0 + (means[None, :, :] > means[:, None, :]).sum(axis=1))

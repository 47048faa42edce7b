"""Which policy is better, by how much, and how sure that is.

Episodes that were begun alike (equal simulation, seed and number) are pairs: their differences leave out what
the episodes have in common, and so say more than two intervals side by side. Where there are no pairs, the
probability of improvement still compares (Agarwal et al. 2021, arXiv 2108.13264, section 4.3). Every draw comes
from the generator that is passed in.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

import numpy as np

from metta_ref.eval.intervals import Interval, Values, bootstrap_interval, interquartile_mean, mean
from metta_ref.eval.records import PolicyKey

Task = tuple[str, str]
"""Name and environment of a simulation."""

Episodes = Mapping[Task, Mapping[str, float]]
"""By task, one value an episode under a name that equal beginnings share."""

POWER: Final = 0.8
"""How often an effect of the smallest detectable size would be found."""

_CELLS_AT_ONCE: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Comparison:
    """`policy` against `baseline` over the tasks that both played.

    `difference` is the mean of the paired differences and None without pairs; `detectable` is the smallest
    difference that as many pairs, varying as much, would find with `POWER`, and None where a task has but one pair.
    `probability` is that of an episode of the policy being better than one of the baseline, equal ones counted half,
    averaged over tasks.
    """

    policy: PolicyKey
    baseline: PolicyKey
    pairs: int
    difference: float | None
    difference_interval: Interval | None
    detectable: float | None
    probability: float
    probability_interval: Interval

    @property
    def verdict(self) -> str:
        """`better`, `worse`, or `undecided` when the interval of the difference (or of the probability, without
        pairs) holds the value of no difference.
        """
        interval, even = self.difference_interval, 0.0
        if interval is None:
            interval, even = self.probability_interval, 0.5
        if interval.low > even:
            return "better"
        return "worse" if interval.high < even else "undecided"


@dataclass(frozen=True, slots=True)
class Standing:
    """A policy's place by interquartile mean among all, and the places that resampling gives it."""

    policy: PolicyKey
    place: int
    iqm: float
    places: Interval


def compare(
    policy: tuple[PolicyKey, Episodes],
    baseline: tuple[PolicyKey, Episodes],
    seed: int,
    resamples: int,
    confidence: float,
) -> Comparison | None:
    """One policy against another; None when they have no task in common."""
    (key, ours), (base, theirs) = policy, baseline
    tasks = sorted(task for task in ours.keys() & theirs.keys() if ours[task] and theirs[task])
    if not tasks:
        return None
    paired = [_paired(ours[task], theirs[task]) for task in tasks]
    strata = [differences for differences in paired if differences.size]
    differences = np.concatenate(strata) if strata else None
    sides = [(_values(ours[task]), _values(theirs[task])) for task in tasks]
    return Comparison(
        policy=key,
        baseline=base,
        pairs=0 if differences is None else differences.size,
        difference=None if differences is None else float(differences.mean()),
        difference_interval=bootstrap_interval(strata, mean, np.random.default_rng(seed), resamples, confidence)
        if strata
        else None,
        detectable=_detectable(strata, confidence),
        probability=float(np.mean([_improvement(better[None], worse[None])[0] for better, worse in sides])),
        probability_interval=_improvement_interval(sides, np.random.default_rng(seed), resamples, confidence),
    )


def rank(
    policies: Sequence[tuple[PolicyKey, Episodes]], seed: int, resamples: int, confidence: float
) -> tuple[Standing, ...]:
    """All policies, the highest interquartile mean first, over the tasks that every one of them played.

    Equal means share the better place. Empty when they have no task in common.
    """
    common = set.intersection(*(set(episodes) for _, episodes in policies)) if policies else set()
    tasks = sorted(task for task in common if all(episodes[task] for _, episodes in policies))
    if not tasks:
        return ()
    generator = np.random.default_rng(seed)
    strata = [[_values(episodes[task]) for task in tasks] for _, episodes in policies]
    means = np.array([interquartile_mean(np.concatenate(own)) for own in strata])
    drawn = np.stack([_resampled_means(own, generator, resamples) for own in strata])
    tail = (1.0 - confidence) / 2.0
    low, high = np.quantile(_places(drawn), [tail, 1.0 - tail], axis=1)
    places = _places(means[:, None])[:, 0]
    standings = [
        Standing(key, int(places[row]), float(means[row]), Interval(float(low[row]), float(high[row])))
        for row, (key, _) in enumerate(policies)
    ]
    return tuple(sorted(standings, key=lambda standing: (standing.place, standing.policy)))


def _paired(ours: Mapping[str, float], theirs: Mapping[str, float]) -> Values:
    return np.array([ours[name] - theirs[name] for name in sorted(ours.keys() & theirs.keys())])


def _detectable(strata: Sequence[Values], confidence: float) -> float | None:
    """(z of the confidence + z of the power) standard errors of the mean over all differences."""
    if not strata or any(stratum.size == 1 for stratum in strata):
        return None
    count = sum(stratum.size for stratum in strata)
    error = float(np.sqrt(sum(stratum.size * stratum.var(ddof=1) for stratum in strata))) / count
    normal = NormalDist()
    return (normal.inv_cdf(0.5 + confidence / 2) + normal.inv_cdf(POWER)) * error


def _values(episodes: Mapping[str, float]) -> Values:
    return np.array([episodes[name] for name in sorted(episodes)])


def _improvement(better: Values, worse: Values) -> Values:
    """P(x > y) + P(x = y) / 2 for each row: [R, n] and [R, m] to [R]."""
    order = np.sort(worse, axis=-1)
    below = np.stack([np.searchsorted(row, x, "left") for row, x in zip(order, better, strict=True)])
    upto = np.stack([np.searchsorted(row, x, "right") for row, x in zip(order, better, strict=True)])
    return np.asarray((below + upto).mean(axis=-1) / (2 * worse.shape[-1]))


def _improvement_interval(
    sides: Sequence[tuple[Values, Values]], generator: np.random.Generator, resamples: int, confidence: float
) -> Interval:
    cells = sum(better.size + worse.size for better, worse in sides)
    batch = max(1, _CELLS_AT_ONCE // cells)
    drawn = []
    for start in range(0, resamples, batch):
        size = min(batch, resamples - start)
        drawn.append(
            np.mean([_improvement(_drawn(x, generator, size), _drawn(y, generator, size)) for x, y in sides], axis=0)
        )
    tail = (1.0 - confidence) / 2.0
    low, high = np.quantile(np.concatenate(drawn), [tail, 1.0 - tail])
    return Interval(float(low), float(high))


def _resampled_means(strata: Sequence[Values], generator: np.random.Generator, resamples: int) -> Values:
    batch = max(1, _CELLS_AT_ONCE // sum(stratum.size for stratum in strata))
    means = [
        interquartile_mean(np.concatenate([_drawn(stratum, generator, size) for stratum in strata], axis=1))
        for size in (min(batch, resamples - start) for start in range(0, resamples, batch))
    ]
    return np.concatenate(means)


def _drawn(values: Values, generator: np.random.Generator, resamples: int) -> Values:
    return values[generator.integers(values.size, size=(resamples, values.size))]


def _places(means: Values) -> Values:
    """Places from 1 on in each column of [policies, R], equal values sharing the better one."""
    return np.asarray(1.0 + (means[None, :, :] > means[:, None, :]).sum(axis=1))

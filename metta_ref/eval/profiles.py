"""Performance profiles: which share of a policy's episodes did better than any given value.

After Agarwal et al. 2021 (arXiv 2108.13264, section 4.2): where one profile lies above another everywhere, its
policy is better by every figure; where they cross, a single figure would hide it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from metta_ref.eval.intervals import Interval, Values
from metta_ref.eval.records import PolicyKey

_MOST_THRESHOLDS: Final = 50


@dataclass(frozen=True, slots=True)
class Profile:
    """At each threshold, the share of episodes above it, and where resampling puts it at that threshold alone."""

    policy: PolicyKey
    thresholds: tuple[float, ...]
    shares: tuple[float, ...]
    intervals: tuple[Interval, ...]


def thresholds(values: Values) -> Values:
    """Every value that occurs, sorted, or 50 evenly spaced from the least to the highest where there are more."""
    distinct = np.unique(values)
    if distinct.size <= _MOST_THRESHOLDS:
        return distinct
    return np.linspace(distinct[0], distinct[-1], _MOST_THRESHOLDS)


def profile(
    policy: PolicyKey,
    strata: Sequence[Values],
    at: Values,
    generator: np.random.Generator,
    resamples: int,
    confidence: float,
) -> Profile:
    """The profile over all episodes, each stratum (one task) being resampled within itself.

    How many of n resampled episodes lie above a threshold is a binomial draw, which stands for the resampling.
    """
    count = sum(stratum.size for stratum in strata)
    above = [(stratum[:, None] > at).sum(axis=0) for stratum in strata]
    drawn = sum(
        generator.binomial(stratum.size, hits / stratum.size, size=(resamples, at.size))
        for stratum, hits in zip(strata, above, strict=True)
    )
    tail = (1.0 - confidence) / 2.0
    low, high = np.quantile(drawn / count, [tail, 1.0 - tail], axis=0)
    return Profile(
        policy=policy,
        thresholds=tuple(at.tolist()),
        shares=tuple((sum(above) / count).tolist()),
        intervals=tuple(Interval(*pair) for pair in zip(low.tolist(), high.tolist(), strict=True)),
    )

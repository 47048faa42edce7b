"""Interquartile mean and stratified bootstrap intervals.

After Agarwal et al., "Deep reinforcement learning at the edge of the statistical precipice" (NeurIPS
2021): few episodes and heavy tails make a mean alone misleading; the interquartile mean drops the lowest and
the highest quarter, and the percentile bootstrap says how far either could be off. Randomness comes from the
generator that is passed in and from nowhere else, so an interval is reproducible from its arguments.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
Statistic = Callable[[Values], Values]
"""Reduces the last axis."""

_CELLS_AT_ONCE: Final = 1_000_000
"""Resampled values held in memory at a time: 8 MB."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A two-sided percentile interval."""

    low: float
    high: float


def mean(values: Values) -> Values:
    """Arithmetic mean over the last axis."""
    return np.asarray(values.mean(axis=-1))


def interquartile_mean(values: Values) -> Values:
    """Mean over the last axis without the floor(n / 4) lowest and highest values: a 25 % trimmed mean."""
    count = values.shape[-1]
    cut = count // 4
    return np.asarray(np.sort(values, axis=-1)[..., cut : count - cut].mean(axis=-1))


def optimality_gap(target: float) -> Statistic:
    """How far the last axis falls short of a target on average; what lies above it makes up for nothing."""
    return lambda values: np.asarray(np.maximum(target - values, 0.0).mean(axis=-1))


def bootstrap_interval(
    strata: Sequence[Values],
    statistic: Statistic,
    generator: np.random.Generator,
    resamples: int = 10_000,
    confidence: float = 0.95,
) -> Interval:
    """The interval of a statistic over all values, each stratum (one task) being resampled within itself.

    Args:
        strata: one array of shape [episodes of that task] each, none empty.

    Raises:
        ValueError: no stratum, or an empty one.
    """
    if not strata or any(stratum.size == 0 for stratum in strata):
        raise ValueError("a bootstrap needs at least one value in every stratum")
    batch = max(1, _CELLS_AT_ONCE // sum(stratum.size for stratum in strata))
    statistics = []
    for start in range(0, resamples, batch):
        size = min(batch, resamples - start)
        drawn = [stratum[generator.integers(stratum.size, size=(size, stratum.size))] for stratum in strata]
        statistics.append(statistic(np.concatenate(drawn, axis=1)))
    tail = (1.0 - confidence) / 2.0
    low, high = np.quantile(np.concatenate(statistics), [tail, 1.0 - tail])
    return Interval(float(low), float(high))

"""Interquartile mean and stratified bootstrap intervals.

After Agarwal et al., "Deep reinforcement learning at the edge of the statistical precipice" (NeurIPS
2021): few episodes and heavy tails make a mean alone misleading; the interquartile mean drops the lowest and
the highest quarter, and the percentile bootstrap says how far either could be off.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
Statistic = Callable[[Values], Values]
"""Reduces the last axis."""

CONFIDENCE: Final = 0.95
LIMITS: Final = ((1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2)
"""The quantiles of resampled figures at which every interval here ends."""

_CELLS_AT_ONCE: Final = 1_000_000
"""Resampled values held in memory at a time: 8 MB."""


class Interval(NamedTuple):
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


@dataclass(frozen=True, slots=True)
class Bootstrap:
    """Values resampled within their strata (one each task), `resamples` times.

    Whatever is asked is drawn from the seed anew: nothing else in a database moves an interval, and figures of
    episodes that were begun alike are compared in the same resamples.
    """

    seed: int
    resamples: int

    def draws(self, strata: Sequence[Values], statistic: Callable[[list[Values]], Values]) -> Values:
        """A figure of each resample: `statistic` is given the strata, resampled, as [R, n] each, and gives [R].

        Raises ValueError when there is no stratum, or an empty one.
        """
        if not strata or any(stratum.size == 0 for stratum in strata):
            raise ValueError("a bootstrap needs at least one value in every stratum")
        generator = np.random.default_rng(self.seed)
        batch = max(1, _CELLS_AT_ONCE // sum(stratum.size for stratum in strata))
        figures = []
        for start in range(0, self.resamples, batch):
            size = min(batch, self.resamples - start)
            figures.append(statistic([s[generator.integers(s.size, size=(size, s.size))] for s in strata]))
        return np.concatenate(figures)

    def pooled_draws(self, strata: Sequence[Values], statistic: Statistic) -> Values:
        """As `draws`, of a statistic over all values."""
        return self.draws(strata, lambda resampled: statistic(np.concatenate(resampled, axis=-1)))

    def estimate(self, strata: Sequence[Values], statistic: Statistic) -> tuple[float, Interval]:
        """A statistic over all values, and where resampling puts it."""
        interval = percentiles(self.pooled_draws(strata, statistic))
        return float(statistic(np.concatenate(strata))), interval


def percentiles(draws: Values) -> Interval:
    """The interval that resampled figures give."""
    return Interval(*np.quantile(draws, LIMITS).tolist())

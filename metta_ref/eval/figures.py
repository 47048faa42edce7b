"""The figures of one checkpoint: what it did on average, how sure that is, and how much it rests on."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from metta_ref.eval.eval_stats_db import EvalStatsDB
from metta_ref.eval.intervals import (
    Interval,
    Statistic,
    Values,
    bootstrap_interval,
    interquartile_mean,
    mean,
    optimality_gap,
)
from metta_ref.eval.records import PolicyKey

CONFIDENCE: Final = 0.95


@dataclass(frozen=True, slots=True)
class MetricAnalysis:
    """One metric of one checkpoint.

    `mean` and `std` are normalised over (episode, agent) samples; `iqm` and all intervals rest on one value
    an episode. `recorded` of `potential` samples were not zero. `gap` is how far episodes fall short of a target
    on average, and None without one.
    """

    metric: str
    mean: float
    mean_interval: Interval
    iqm: float
    iqm_interval: Interval
    std: float
    recorded: int
    potential: int
    gap: float | None = None
    gap_interval: Interval | None = None


@dataclass(frozen=True, slots=True)
class TaskAnalysis:
    """One metric of one checkpoint in one simulation, over one value an episode."""

    name: str
    env: str
    episodes: int
    iqm: float
    iqm_interval: Interval


@dataclass(frozen=True, slots=True)
class CheckpointAnalysis:
    """What one checkpoint did: `episodes` were measured, `samples` of (episode, agent) were asked for.

    `tasks` tell of each simulation by the metric that checkpoints are ranked by.
    """

    run: str
    epoch: int
    episodes: int
    samples: int
    simulations: tuple[tuple[str, str], ...]
    metrics: tuple[MetricAnalysis, ...]
    tasks: tuple[TaskAnalysis, ...] = ()


@dataclass(frozen=True, slots=True)
class Bootstrap:
    """How intervals are made: each from a stream of its own, so that nothing else in the database moves it."""

    seed: int
    resamples: int

    def interval(self, strata: Sequence[Values], statistic: Statistic) -> Interval:
        """Where resampling puts a statistic."""
        return bootstrap_interval(strata, statistic, np.random.default_rng(self.seed), self.resamples, CONFIDENCE)


def analyse_metric(
    database: EvalStatsDB, policy: PolicyKey, metric: str, bootstrap: Bootstrap, target: float | None = None
) -> MetricAnalysis:
    """The figures of one metric; `target` is its value in an episode that leaves nothing to wish for."""
    sums = database.sums(metric, policy)
    strata = [np.asarray(values) for values in database.episode_values(policy, metric).values()]
    pooled: Values = np.concatenate(strata)
    gap = None if target is None else optimality_gap(target)
    return MetricAnalysis(
        metric=metric,
        mean=sums.average,
        mean_interval=bootstrap.interval(strata, mean),
        iqm=float(interquartile_mean(pooled)),
        iqm_interval=bootstrap.interval(strata, interquartile_mean),
        std=sums.std,
        recorded=sums.recorded,
        potential=sums.potential,
        gap=None if gap is None else float(gap(pooled)),
        gap_interval=None if gap is None else bootstrap.interval(strata, gap),
    )


def analyse_tasks(
    database: EvalStatsDB, policy: PolicyKey, metric: str, bootstrap: Bootstrap
) -> tuple[TaskAnalysis, ...]:
    """The figures of one metric in each simulation."""
    tasks = {task: np.asarray(values) for task, values in database.episode_values(policy, metric).items()}
    return tuple(
        TaskAnalysis(
            *task, values.size, float(interquartile_mean(values)), bootstrap.interval([values], interquartile_mean)
        )
        for task, values in tasks.items()
    )

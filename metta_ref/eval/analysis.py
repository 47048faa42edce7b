"""What a stats database says of its checkpoints: each one's figures, how sure they are, and which is better."""

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from metta_ref.eval.connection import StatsError
from metta_ref.eval.eval_stats_db import EvalStatsDB, Task
from metta_ref.eval.records import PolicyKey
from metta_ref.eval.statistics import (
    Bootstrap,
    Comparison,
    Estimate,
    Standing,
    compare,
    interquartile_mean,
    mean,
    rank,
    values_of,
)


@dataclass(frozen=True, slots=True)
class MetricAnalysis:
    """One metric of one checkpoint.

    `mean` and `std` are normalised over (episode, agent) samples; `iqm` and all intervals rest on one value
    an episode. `recorded` of `potential` samples were not zero.
    """

    metric: str
    mean: Estimate
    iqm: Estimate
    std: float
    recorded: int
    potential: int


@dataclass(frozen=True, slots=True)
class TaskAnalysis:
    """The metric to rank by of one checkpoint in one simulation, over one value an episode."""

    name: str
    env: str
    episodes: int
    iqm: Estimate


@dataclass(frozen=True, slots=True)
class CheckpointAnalysis:
    """What one checkpoint did: `episodes` were measured, `samples` of (episode, agent) were asked for."""

    policy: PolicyKey
    episodes: int
    samples: int
    simulations: tuple[Task, ...]
    metrics: tuple[MetricAnalysis, ...] = ()
    tasks: tuple[TaskAnalysis, ...] = ()


@dataclass(frozen=True, slots=True)
class Analysis:
    """All checkpoints of a database, and the settings that reproduce the intervals.

    The `ranking` and the `comparisons` (each with one baseline) are of the metric `ranked_by`, where more than one
    checkpoint was measured.
    """

    checkpoints: tuple[CheckpointAnalysis, ...]
    seed: int
    resamples: int
    ranked_by: str
    ranking: tuple[Standing, ...] = ()
    comparisons: tuple[Comparison, ...] = ()


def analyse(
    database: EvalStatsDB,
    patterns: Sequence[str],
    bootstrap: Bootstrap,
    ranked_by: str = "reward",
    baseline: PolicyKey | None = None,
) -> Analysis:
    """Analyses every checkpoint in a database for the metrics whose names match one of the patterns.

    Checkpoints are compared with `baseline`, or the first one measured, by the metric `ranked_by`. Raises
    StatsError when no checkpoint has a measured episode, none has a metric that matches, or the baseline or the
    metric to rank by was not measured.
    """
    played = {policy: database.episode_values(policy, ranked_by) for policy in database.checkpoints()}
    measured = {policy: episodes for policy, episodes in played.items() if episodes}
    if not measured:
        raise StatsError("no episode in the stats database ended: evaluate with more max_steps or episodes")
    recorded = sorted({name for policy in measured for name in database.metrics(policy)})
    chosen = [name for name in recorded if any(fnmatchcase(name, pattern) for pattern in patterns)]
    if not chosen:
        raise StatsError(f"no metric matches {', '.join(patterns)}: recorded are {', '.join(recorded)}")
    if ranked_by not in recorded:
        raise StatsError(f"no metric {ranked_by} to rank by: recorded are {', '.join(recorded)}")
    base = baseline or next(iter(measured))
    if base not in measured:
        there = ", ".join(f"{run} epoch {epoch}" for run, epoch in measured)
        raise StatsError(f"baseline {base[0]} epoch {base[1]} was not measured: measured are {there}")
    compared = (compare(measured, policy, base, bootstrap) for policy in measured if policy != base)
    return Analysis(
        checkpoints=tuple(
            CheckpointAnalysis(
                policy,
                episodes=sum(map(len, episodes.values())),
                samples=database.sums("", policy).samples,
                simulations=tuple(database.simulations(policy)),
                # A metric that only another checkpoint recorded was zero here, not unknown.
                metrics=tuple(_metric(database, policy, name, bootstrap) for name in chosen) if episodes else (),
                tasks=tuple(
                    TaskAnalysis(*task, own.size, bootstrap.estimate([own], interquartile_mean))
                    for task, own in zip(episodes, values_of(episodes), strict=True)
                ),
            )
            for policy, episodes in played.items()
        ),
        seed=bootstrap.seed,
        resamples=bootstrap.resamples,
        ranked_by=ranked_by,
        ranking=rank(measured, bootstrap) if len(measured) > 1 else (),
        comparisons=tuple(comparison for comparison in compared if comparison is not None),
    )


def _metric(database: EvalStatsDB, policy: PolicyKey, metric: str, bootstrap: Bootstrap) -> MetricAnalysis:
    sums, values = database.sums(metric, policy), values_of(database.episode_values(policy, metric))
    return MetricAnalysis(
        metric=metric,
        mean=bootstrap.estimate(values, mean)._replace(value=sums.average),
        iqm=bootstrap.estimate(values, interquartile_mean),
        std=sums.std,
        recorded=sums.recorded,
        potential=sums.potential,
    )

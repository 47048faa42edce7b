"""What a stats database says of its checkpoints: each one's figures, how sure they are, and which is better."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final

import numpy as np

from metta_ref.eval.comparison import Comparison, Episodes, Standing, compare, rank, strata
from metta_ref.eval.errors import NoEpisodesError
from metta_ref.eval.eval_stats_db import EvalStatsDB, Task
from metta_ref.eval.intervals import LIMITS, Bootstrap, Interval, interquartile_mean, mean, optimality_gap
from metta_ref.eval.records import PolicyKey

_MOST_THRESHOLDS: Final = 50


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
    """The metric to rank by of one checkpoint in one simulation, over one value an episode."""

    name: str
    env: str
    episodes: int
    iqm: float
    iqm_interval: Interval


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
class Profile:
    """At each threshold, the share of episodes above it, and where resampling puts it at that threshold alone.

    A performance profile after Agarwal et al. 2021 (arXiv 2108.13264, section 4.2): where one lies above another
    everywhere, its policy is better by every figure; where they cross, a single figure would hide it.
    """

    policy: PolicyKey
    thresholds: tuple[float, ...]
    shares: tuple[float, ...]
    intervals: tuple[Interval, ...]


@dataclass(frozen=True, slots=True)
class Analysis:
    """All checkpoints of a database, and the settings that reproduce the intervals.

    `profiles` are of the metric `ranked_by`, as are the `ranking` and the `comparisons` (each with one baseline) of
    more than one measured checkpoint.
    """

    checkpoints: tuple[CheckpointAnalysis, ...]
    seed: int
    resamples: int
    ranked_by: str
    target: float | None = None
    profiles: tuple[Profile, ...] = ()
    ranking: tuple[Standing, ...] = ()
    comparisons: tuple[Comparison, ...] = ()


def analyse(
    database: EvalStatsDB,
    patterns: Sequence[str],
    seed: int,
    resamples: int,
    *,
    ranked_by: str = "reward",
    baseline: PolicyKey | None = None,
    target: float | None = None,
) -> Analysis:
    """Analyses every checkpoint in a database for the metrics whose names match one of the patterns.

    Checkpoints are compared with `baseline`, or the first one measured, by the metric `ranked_by`, whose value in
    an episode that leaves nothing to wish for is `target`. Raises NoEpisodesError when no checkpoint has a measured
    episode, none has a metric that matches, or the baseline or the metric to rank by was not measured.
    """
    played = {policy: database.episode_values(policy, ranked_by) for policy in database.checkpoints()}
    measured = {policy: episodes for policy, episodes in played.items() if episodes}
    if not measured:
        raise NoEpisodesError("no episode in the stats database ended: evaluate with more max_steps or episodes")
    recorded = sorted({name for policy in measured for name in database.metrics(policy)})
    chosen = [name for name in recorded if any(fnmatchcase(name, pattern) for pattern in patterns)]
    if not chosen:
        raise NoEpisodesError(f"no metric matches {', '.join(patterns)}: recorded are {', '.join(recorded)}")
    if ranked_by not in recorded:
        raise NoEpisodesError(f"no metric {ranked_by} to rank by: recorded are {', '.join(recorded)}")
    base = baseline or next(iter(measured))
    if base not in measured:
        there = ", ".join(f"{run} epoch {epoch}" for run, epoch in measured)
        raise NoEpisodesError(f"baseline {base[0]} epoch {base[1]} was not measured: measured are {there}")
    bootstrap, checkpoints = Bootstrap(seed, resamples), []
    for policy, episodes in played.items():
        # A metric that only another checkpoint recorded was zero here, not unknown.
        names = chosen if episodes else []
        checkpoint = CheckpointAnalysis(
            policy,
            episodes=sum(map(len, episodes.values())),
            samples=database.sums("", policy).samples,
            simulations=tuple(database.simulations(policy)),
            metrics=tuple(
                _metric(database, policy, name, bootstrap, target if name == ranked_by else None) for name in names
            ),
            tasks=_tasks(episodes, bootstrap),
        )
        checkpoints.append(checkpoint)
    compared = (compare(measured, policy, base, bootstrap) for policy in measured if policy != base)
    return Analysis(
        tuple(checkpoints),
        seed,
        resamples,
        ranked_by,
        target,
        profiles=profiles(measured, bootstrap),
        ranking=rank(measured, bootstrap) if len(measured) > 1 else (),
        comparisons=tuple(comparison for comparison in compared if comparison is not None),
    )


def profiles(played: Mapping[PolicyKey, Episodes], bootstrap: Bootstrap) -> tuple[Profile, ...]:
    """The profile of each policy at every value that occurs, or at 50 evenly spaced ones where there are more."""
    values = {policy: strata(episodes) for policy, episodes in played.items()}
    at = np.unique(np.concatenate([stratum for own in values.values() for stratum in own]))
    if at.size > _MOST_THRESHOLDS:
        at = np.linspace(at[0], at[-1], _MOST_THRESHOLDS)
    found = []
    for policy, own in values.items():
        generator, size = np.random.default_rng(bootstrap.seed), (bootstrap.resamples, at.size)
        above = [(stratum[:, None] > at).sum(axis=0) for stratum in own]
        # How many of n resampled episodes lie above a threshold is a binomial draw, which stands for the resampling.
        drawn = [generator.binomial(s.size, hits / s.size, size) for s, hits in zip(own, above, strict=True)]
        count = sum(stratum.size for stratum in own)
        bounds = np.quantile(np.sum(drawn, axis=0) / count, LIMITS, axis=0).T.tolist()
        shares = (np.sum(above, axis=0) / count).tolist()
        found.append(Profile(policy, tuple(at.tolist()), tuple(shares), tuple(Interval(*pair) for pair in bounds)))
    return tuple(found)


def _metric(
    database: EvalStatsDB, policy: PolicyKey, metric: str, bootstrap: Bootstrap, target: float | None
) -> MetricAnalysis:
    sums, values = database.sums(metric, policy), strata(database.episode_values(policy, metric))
    iqm, iqm_interval = bootstrap.estimate(values, interquartile_mean)
    gap, gap_interval = (None, None) if target is None else bootstrap.estimate(values, optimality_gap(target))
    return MetricAnalysis(
        metric=metric,
        mean=sums.average,
        mean_interval=bootstrap.estimate(values, mean)[1],
        iqm=iqm,
        iqm_interval=iqm_interval,
        std=sums.std,
        recorded=sums.recorded,
        potential=sums.potential,
        gap=gap,
        gap_interval=gap_interval,
    )


def _tasks(episodes: Episodes, bootstrap: Bootstrap) -> tuple[TaskAnalysis, ...]:
    return tuple(
        TaskAnalysis(*task, own.size, *bootstrap.estimate([own], interquartile_mean))
        for task, own in zip(episodes, strata(episodes), strict=True)
    )

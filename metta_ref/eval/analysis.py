"""What a stats database says of each checkpoint: figures, intervals, and how much they rest on."""

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final

import numpy as np

from metta_ref.eval.comparison import Comparison, Standing, compare, rank
from metta_ref.eval.errors import NoEpisodesError
from metta_ref.eval.eval_stats_db import EvalStatsDB
from metta_ref.eval.intervals import Interval, Statistic, Values, bootstrap_interval, interquartile_mean, mean
from metta_ref.eval.records import PolicyKey

CONFIDENCE: Final = 0.95
_RIVALS: Final = 2
"""It takes two to compare."""


@dataclass(frozen=True, slots=True)
class MetricAnalysis:
    """One metric of one checkpoint.

    `mean` and `std` are normalised over (episode, agent) samples; `iqm` and both intervals rest on one value
    an episode. `recorded` of `potential` samples were not zero.
    """

    metric: str
    mean: float
    mean_interval: Interval
    iqm: float
    iqm_interval: Interval
    std: float
    recorded: int
    potential: int


@dataclass(frozen=True, slots=True)
class CheckpointAnalysis:
    """What one checkpoint did: `episodes` were measured, `samples` of (episode, agent) were asked for."""

    run: str
    epoch: int
    episodes: int
    samples: int
    simulations: tuple[tuple[str, str], ...]
    metrics: tuple[MetricAnalysis, ...]


@dataclass(frozen=True, slots=True)
class Analysis:
    """All checkpoints of a database, and the settings that reproduce the intervals.

    With more than one measured checkpoint, `ranking` and `comparisons` (each with one baseline) are by the
    metric `ranked_by`.
    """

    checkpoints: tuple[CheckpointAnalysis, ...]
    seed: int
    resamples: int
    confidence: float = CONFIDENCE
    ranked_by: str = ""
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
) -> Analysis:
    """Analyses every checkpoint in a database for the metrics whose names match one of the patterns.

    Checkpoints are compared with `baseline`, or the first one measured, by the metric `ranked_by`.

    Raises:
        NoEpisodesError: no checkpoint has a measured episode, none has a metric that matches, or the baseline or
            the metric to rank by was not measured.
    """
    measured = [(policy, database.sums("", policy)) for policy in database.checkpoints()]
    if not any(sums.potential for _, sums in measured):
        raise NoEpisodesError("no episode in the stats database ended: evaluate with more max_steps or episodes")
    recorded = sorted({name for policy, _ in measured for name in database.metrics(policy)})
    chosen = [name for name in recorded if any(fnmatchcase(name, pattern) for pattern in patterns)]
    if not chosen:
        raise NoEpisodesError(f"no metric matches {', '.join(patterns)}: recorded are {', '.join(recorded)}")
    checkpoints = []
    for policy, sums in measured:
        # A metric that only another checkpoint recorded was zero here, not unknown.
        names = chosen if sums.potential else []
        metrics = tuple(_metric(database, policy, name, seed, resamples) for name in names)
        episodes = sum(len(values) for values in database.episode_values(policy, "").values())
        simulations = tuple(database.simulations(policy))
        checkpoints.append(CheckpointAnalysis(*policy, episodes, sums.samples, simulations, metrics))
    rivals = [policy for policy, sums in measured if sums.potential]
    if baseline is not None and baseline not in rivals:
        there = ", ".join(f"{run} epoch {epoch}" for run, epoch in rivals)
        raise NoEpisodesError(f"baseline {baseline[0]} epoch {baseline[1]} was not measured: measured are {there}")
    if len(rivals) < _RIVALS or ranked_by not in recorded:
        return Analysis(tuple(checkpoints), seed, resamples)
    played = [(policy, database.named_episode_values(policy, ranked_by)) for policy in rivals]
    base = next(pair for pair in played if pair[0] == (baseline or rivals[0]))
    compared = (compare(pair, base, seed, resamples, CONFIDENCE) for pair in played if pair is not base)
    return Analysis(
        tuple(checkpoints),
        seed,
        resamples,
        ranked_by=ranked_by,
        ranking=rank(played, seed, resamples, CONFIDENCE),
        comparisons=tuple(comparison for comparison in compared if comparison is not None),
    )


def _metric(database: EvalStatsDB, policy: PolicyKey, metric: str, seed: int, resamples: int) -> MetricAnalysis:
    sums = database.sums(metric, policy)
    strata = [np.asarray(values) for values in database.episode_values(policy, metric).values()]

    def interval(statistic: Statistic) -> Interval:
        # A stream of its own each, so that no other checkpoint or metric in the database moves an interval.
        return bootstrap_interval(strata, statistic, np.random.default_rng(seed), resamples, CONFIDENCE)

    pooled: Values = np.concatenate(strata)
    return MetricAnalysis(
        metric=metric,
        mean=sums.average,
        mean_interval=interval(mean),
        iqm=float(interquartile_mean(pooled)),
        iqm_interval=interval(interquartile_mean),
        std=sums.std,
        recorded=sums.recorded,
        potential=sums.potential,
    )

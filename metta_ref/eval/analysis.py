"""What a stats database says of its checkpoints: each one's figures, and which is better."""

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final

import numpy as np

from metta_ref.eval.comparison import Comparison, Standing, compare, rank
from metta_ref.eval.errors import NoEpisodesError
from metta_ref.eval.eval_stats_db import EvalStatsDB
from metta_ref.eval.figures import CONFIDENCE, Bootstrap, CheckpointAnalysis, analyse_metric, analyse_tasks
from metta_ref.eval.profiles import Profile, profile, thresholds
from metta_ref.eval.records import PolicyKey

_RIVALS: Final = 2
"""It takes two to compare."""


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
    confidence: float = CONFIDENCE
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
    an episode that leaves nothing to wish for is `target`.

    Raises:
        NoEpisodesError: no checkpoint has a measured episode, none has a metric that matches, or the baseline or
            the metric to rank by was not measured.
    """
    sums = {policy: database.sums("", policy) for policy in database.checkpoints()}
    measured = [policy for policy, counts in sums.items() if counts.potential]
    if not measured:
        raise NoEpisodesError("no episode in the stats database ended: evaluate with more max_steps or episodes")
    recorded = sorted({name for policy in measured for name in database.metrics(policy)})
    chosen = [name for name in recorded if any(fnmatchcase(name, pattern) for pattern in patterns)]
    if not chosen:
        raise NoEpisodesError(f"no metric matches {', '.join(patterns)}: recorded are {', '.join(recorded)}")
    if ranked_by not in recorded:
        raise NoEpisodesError(f"no metric {ranked_by} to rank by: recorded are {', '.join(recorded)}")
    if baseline is not None and baseline not in measured:
        there = ", ".join(f"{run} epoch {epoch}" for run, epoch in measured)
        raise NoEpisodesError(f"baseline {baseline[0]} epoch {baseline[1]} was not measured: measured are {there}")
    bootstrap = Bootstrap(seed, resamples)
    checkpoints = []
    for policy, counts in sums.items():
        # A metric that only another checkpoint recorded was zero here, not unknown.
        names = chosen if counts.potential else []
        checkpoint = CheckpointAnalysis(
            *policy,
            episodes=sum(len(values) for values in database.episode_values(policy, "").values()),
            samples=counts.samples,
            simulations=tuple(database.simulations(policy)),
            metrics=tuple(
                analyse_metric(database, policy, name, bootstrap, target if name == ranked_by else None)
                for name in names
            ),
            tasks=analyse_tasks(database, policy, ranked_by, bootstrap),
        )
        checkpoints.append(checkpoint)
    played = [(policy, database.named_episode_values(policy, ranked_by)) for policy in measured]
    base = next(pair for pair in played if pair[0] == (baseline or measured[0]))
    compared = (compare(pair, base, seed, resamples, CONFIDENCE) for pair in played if pair is not base)
    return Analysis(
        tuple(checkpoints),
        seed,
        resamples,
        ranked_by,
        target,
        profiles=_profiles(database, measured, ranked_by, bootstrap),
        ranking=rank(played, seed, resamples, CONFIDENCE) if len(measured) >= _RIVALS else (),
        comparisons=tuple(comparison for comparison in compared if comparison is not None),
    )


def _profiles(
    database: EvalStatsDB, policies: Sequence[PolicyKey], metric: str, bootstrap: Bootstrap
) -> tuple[Profile, ...]:
    strata = [
        [np.asarray(values) for values in database.episode_values(policy, metric).values()] for policy in policies
    ]
    at = thresholds(np.concatenate([values for own in strata for values in own]))
    return tuple(
        profile(policy, own, at, np.random.default_rng(bootstrap.seed), bootstrap.resamples, CONFIDENCE)
        for policy, own in zip(policies, strata, strict=True)
    )

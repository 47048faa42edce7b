"""What a stats database says of its checkpoints, each one's figures, how sure they are, and which is better: as values,
as JSON for programs, and as tables for people, whose columns are named as in the JSON.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase
from typing import Any, Final

from rich.table import Table

from metta_ref.eval.connection import StatsError
from metta_ref.eval.eval_stats_db import EvalStatsDB, Task
from metta_ref.eval.simulation_stats_db import PolicyKey
from metta_ref.eval.statistics import (
    CONFIDENCE,
    POWER,
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


SCHEMA_VERSION: Final = 1

Plain = dict[str, Any]


def to_json(analysis: Analysis) -> str:
    """The analysis as a JSON document; an interval is [low, high].

    Raises ValueError when a figure is not finite, which JSON cannot hold.
    """
    return json.dumps(_plain(analysis), indent=2, allow_nan=False) + "\n"


def to_tables(analysis: Analysis) -> list[Table]:
    """The figures of each checkpoint; those of each simulation, and the ranking, where there are several."""
    plain = _plain(analysis)
    metrics, tasks = [], []
    for one in plain["checkpoints"]:
        policy = {"run": one["run"], "epoch": one["epoch"]}
        nothing = {"metric": "no episode ended", "potential": 0}
        metrics += [policy | metric | {"samples": one["samples"]} for metric in one["metrics"] or [nothing]]
        tasks += [policy | task for task in one["tasks"]]
    tables = [
        _table(
            metrics,
            f"Intervals of {CONFIDENCE:.0%}: percentile bootstrap of episodes within simulations, "
            f"{analysis.resamples} resamples, seed {analysis.seed}. Recorded: samples with a value of this metric. "
            "Potential: samples with a value of any metric.",
        )
    ]
    if len({task["name"] for task in tasks}) > 1:
        tables.append(_table(tasks, f"{analysis.ranked_by} in each simulation."))
    if analysis.ranking:
        compared = {(one["run"], one["epoch"]): one for one in plain["comparisons"]}
        baseline = {"verdict": "baseline"}
        ranking = [place | compared.get((place["run"], place["epoch"]), baseline) for place in plain["ranking"]]
        caption = (
            f"By the interquartile mean of {analysis.ranked_by} over the simulations that all played. Difference: of "
            "equal episodes. Improvement: the probability of a better episode. Detectable: the smallest difference "
            f"that as many pairs find {POWER:.0%} of the time."
        )
        tables.append(_table(ranking, caption))
    return tables


def _plain(analysis: Analysis) -> Plain:
    settings = {"schema_version": SCHEMA_VERSION, "confidence": CONFIDENCE}
    return settings | asdict(analysis, dict_factory=_named)


def _named(fields: list[tuple[str, Any]]) -> Plain:
    """The fields of a value by name; an estimate has its interval beside it, a checkpoint is told by run and epoch, a
    simulation by name and environment.
    """
    plain: Plain = {}
    for name, value in fields:
        plain |= {name: value.value, f"{name}_interval": value[1:]} if isinstance(value, Estimate) else {name: value}
    if policy := plain.pop("policy", None):
        plain = {"run": policy[0], "epoch": policy[1], **plain}
    if baseline := plain.get("baseline"):
        plain["baseline"] = {"run": baseline[0], "epoch": baseline[1]}
    if tasks := plain.get("simulations"):
        plain["simulations"] = [{"name": name, "env": env} for name, env in tasks]
    return plain


def _table(rows: Sequence[Mapping[str, Any]], caption: str) -> Table:
    """A column for each name that any row has; a row without it is empty there."""
    names = [name for name in max(rows, key=len) if name != "baseline"]
    table = Table(caption=caption, caption_justify="left")
    for name in names:
        words = any(isinstance(row.get(name), str) for row in rows)
        table.add_column(name.replace("_", " "), justify="left" if words else "right")
    for row in rows:
        table.add_row(*(_shown(row.get(name)) for name in names))
    return table


def _shown(cell: object) -> str:
    if isinstance(cell, list | tuple):
        return " to ".join(map(_shown, cell))
    if isinstance(cell, float):
        return f"{cell:.4g}"
    return "" if cell is None else str(cell)

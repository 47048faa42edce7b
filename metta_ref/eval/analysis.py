"""What a stats database says of its checkpoints: each one's figures, how sure they are, and which is better; as plain
values, which are written as JSON for programs, and as tables for people, whose columns are named as in the JSON.
"""

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any, Final

from rich.table import Table

from metta_ref.eval.connection import StatsError
from metta_ref.eval.eval_stats_db import EvalStatsDB
from metta_ref.eval.simulation_stats_db import PolicyKey
from metta_ref.eval.statistics import (
    CONFIDENCE,
    POWER,
    Bootstrap,
    Estimate,
    compare,
    interquartile_mean,
    mean,
    rank,
    values_of,
)

SCHEMA_VERSION: Final = 1

Plain = dict[str, Any]
"""Figures by name; that with `_interval` after it is [low, high] of the one before it."""


def analyse(
    database: EvalStatsDB,
    patterns: Sequence[str],
    bootstrap: Bootstrap,
    ranked_by: str = "reward",
    baseline: PolicyKey | None = None,
) -> Plain:
    """All checkpoints of a database, by the metrics whose names match one of the patterns.

    Of a checkpoint, `episodes` were measured and `samples` of (episode, agent) asked for. Of its metrics, `mean` and
    `std` are normalised over samples, `iqm` and all intervals rest on one value an episode, and `recorded` of
    `potential` samples were not zero. `tasks` are its simulations by the metric `ranked_by`, as are the `ranking` and
    the `comparisons` with `baseline`, or the first checkpoint measured.

    Raises StatsError when what is asked about was not measured.
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
    ranking = rank(measured, bootstrap) if len(measured) > 1 else ()
    compared = [found for one in measured if one != base and (found := compare(measured, one, base, bootstrap))]
    return {
        "schema_version": SCHEMA_VERSION,
        "confidence": CONFIDENCE,
        "checkpoints": [
            _named(policy)
            | {
                "episodes": sum(map(len, episodes.values())),
                "samples": database.sums("", policy).samples,
                "simulations": [{"name": name, "env": env} for name, env in database.simulations(policy)],
                # A metric that only another checkpoint recorded was zero here, not unknown.
                "metrics": [_metric(database, policy, name, bootstrap) for name in chosen] if episodes else [],
                "tasks": [
                    {"name": name, "env": env, "episodes": own.size}
                    | _estimated("iqm", bootstrap.estimate([own], interquartile_mean))
                    for (name, env), own in zip(episodes, values_of(episodes), strict=True)
                ],
            }
            for policy, episodes in played.items()
        ],
        "seed": bootstrap.seed,
        "resamples": bootstrap.resamples,
        "ranked_by": ranked_by,
        "ranking": [_named(one.policy) | {"place": one.place} | _estimated("iqm", one.iqm) for one in ranking],
        "comparisons": [
            _named(one.policy)
            | {"baseline": _named(one.baseline), "pairs": one.pairs}
            | _estimated("difference", one.difference)
            | {"detectable": one.detectable}
            | _estimated("improvement", one.improvement)
            | {"verdict": one.verdict}
            for one in compared
        ],
    }


def to_tables(analysis: Plain) -> list[Table]:
    """The figures of each checkpoint; those of each simulation, and the ranking, where there are several."""
    metrics, tasks = [], []
    for one in analysis["checkpoints"]:
        policy = {"run": one["run"], "epoch": one["epoch"]}
        nothing = {"metric": "no episode ended", "potential": 0}
        metrics += [policy | metric | {"samples": one["samples"]} for metric in one["metrics"] or [nothing]]
        tasks += [policy | task for task in one["tasks"]]
    drawn = f"{analysis['resamples']} resamples, seed {analysis['seed']}"
    caption = (
        f"Intervals of {CONFIDENCE:.0%}: percentile bootstrap of episodes within simulations, {drawn}. "
        "Recorded: samples with a value of this metric. Potential: samples with a value of any metric."
    )
    tables = [_table(metrics, caption)]
    if len({task["name"] for task in tasks}) > 1:
        tables.append(_table(tasks, f"{analysis['ranked_by']} in each simulation."))
    if analysis["ranking"]:
        compared = {(one["run"], one["epoch"]): one for one in analysis["comparisons"]}
        baseline = {"verdict": "baseline"}
        ranking = [place | compared.get((place["run"], place["epoch"]), baseline) for place in analysis["ranking"]]
        caption = (
            f"By the interquartile mean of {analysis['ranked_by']} over the simulations that all played. Difference: "
            "of equal episodes. Improvement: the probability of a better episode. Detectable: the smallest difference "
            f"that as many pairs find {POWER:.0%} of the time."
        )
        tables.append(_table(ranking, caption))
    return tables


def _metric(database: EvalStatsDB, policy: PolicyKey, metric: str, bootstrap: Bootstrap) -> Plain:
    sums, values = database.sums(metric, policy), values_of(database.episode_values(policy, metric))
    return (
        {"metric": metric}
        | _estimated("mean", bootstrap.estimate(values, mean)._replace(value=sums.average))
        | _estimated("iqm", bootstrap.estimate(values, interquartile_mean))
        | {"std": sums.std, "recorded": sums.recorded, "potential": sums.potential}
    )


def _named(policy: PolicyKey) -> Plain:
    return {"run": policy[0], "epoch": policy[1]}


def _estimated(name: str, figure: Estimate | None) -> Plain:
    if figure is None:
        return {name: None}
    return {name: figure.value, f"{name}_interval": [figure.low, figure.high]}


def _table(rows: Sequence[Mapping[str, Any]], caption: str) -> Table:
    names = [name for name in max(rows, key=len) if name != "baseline"]
    table = Table(caption=caption, caption_justify="left")
    for name in names:
        words = any(isinstance(row.get(name), str) for row in rows)
        table.add_column(name.replace("_", " "), justify="left" if words else "right")
    for row in rows:
        table.add_row(*(_shown(row.get(name)) for name in names))
    return table


def _shown(cell: object) -> str:
    if isinstance(cell, list):
        return " to ".join(map(_shown, cell))
    if isinstance(cell, float):
        return f"{cell:.4g}"
    return "" if cell is None else str(cell)

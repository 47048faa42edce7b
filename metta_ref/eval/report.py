"""An analysis as JSON for programs and as tables for people, whose columns are named as in the JSON."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

from rich.table import Table

from metta_ref.eval.analysis import Analysis
from metta_ref.eval.statistics import CONFIDENCE, POWER, Estimate

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

"""An analysis as JSON for programs and as tables for people."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any, Final

from rich.table import Table

from metta_ref.eval.analysis import Analysis
from metta_ref.eval.statistics import CONFIDENCE, POWER, Comparison, Interval

SCHEMA_VERSION: Final = 1

_INTERVAL: Final = f"{CONFIDENCE:.0%} interval"
_CHANCE: Final = ("better", "interval", "verdict")
_TEXTS: Final = ("run", "metric", "simulation", "environment", "verdict")
"""Columns that hold words, which stand on the left."""


def to_json(analysis: Analysis) -> str:
    """The analysis as a JSON document; an interval is [low, high].

    Raises ValueError when a figure is not finite, which JSON cannot hold.
    """
    settings = {"schema_version": SCHEMA_VERSION, "confidence": CONFIDENCE}
    return json.dumps(settings | asdict(analysis, dict_factory=_plain), indent=2, allow_nan=False) + "\n"


def to_tables(analysis: Analysis) -> list[Table]:
    """The figures of each checkpoint; those of each simulation, and the ranking, where there are several."""
    tables = [_metrics(analysis)]
    tasks = [(one.policy, task) for one in analysis.checkpoints for task in one.tasks]
    if len({task.name for _, task in tasks}) > 1:
        tables.append(
            _table(
                f"{analysis.ranked_by} in each simulation.",
                ("run", "epoch", "simulation", "environment", "episodes", "IQM", _INTERVAL),
                ((*policy, task.name, task.env, task.episodes, task.iqm, task.iqm_interval) for policy, task in tasks),
            )
        )
    if analysis.ranking:
        tables.append(_ranking(analysis))
    return tables


def _plain(fields: list[tuple[str, Any]]) -> dict[str, Any]:
    """The fields of a value by name; a checkpoint is told by run and epoch, a simulation by name and environment."""
    plain = dict(fields)
    if policy := plain.pop("policy", None):
        plain = {"run": policy[0], "epoch": policy[1], **plain}
    if baseline := plain.get("baseline"):
        plain["baseline"] = {"run": baseline[0], "epoch": baseline[1]}
    if tasks := plain.get("simulations"):
        plain["simulations"] = [{"name": name, "env": env} for name, env in tasks]
    return plain


def _metrics(analysis: Analysis) -> Table:
    """A row for each metric of each checkpoint; one row says so where no episode was measured."""
    rows: list[Sequence[object]] = []
    for one in analysis.checkpoints:
        if not one.metrics:
            rows.append((*one.policy, "no episode ended", *[""] * 6, 0, one.samples))
        for m in one.metrics:
            figures = (m.mean, m.mean_interval, m.iqm, m.iqm_interval, m.std)
            rows.append((*one.policy, m.metric, *figures, m.recorded, m.potential, one.samples))
    return _table(
        f"Percentile bootstrap of episodes within simulations: {analysis.resamples} resamples, "
        f"seed {analysis.seed}. Recorded: samples with a value of this metric. "
        "Potential: samples with a value of any metric.",
        ("run", "epoch", "metric", "mean", _INTERVAL, "IQM", _INTERVAL, "std", "recorded", "potential", "samples"),
        rows,
    )


def _ranking(analysis: Analysis) -> Table:
    """A row for each place, with the comparison to the baseline beside it."""
    compared = {comparison.policy: _compared(comparison) for comparison in analysis.comparisons}
    baseline = (*[""] * 6, "baseline")
    return _table(
        f"By the interquartile mean of {analysis.ranked_by} over the simulations that all played; differences of "
        "equal episodes and the chance of a better episode with bootstrap intervals as above. Detectable: the "
        f"smallest difference that as many pairs find {POWER:.0%} of the time.",
        ("place", "run", "epoch", "IQM", _INTERVAL, "difference", "interval", "pairs", "detectable", *_CHANCE),
        (
            (one.place, *one.policy, one.iqm, one.iqm_interval, *compared.get(one.policy, baseline))
            for one in analysis.ranking
        ),
    )


def _compared(comparison: Comparison) -> tuple[object, ...]:
    return (
        "no pairs" if comparison.difference is None else f"{comparison.difference:+.4g}",
        comparison.difference_interval,
        comparison.pairs,
        comparison.detectable,
        f"{comparison.probability_of_improvement:.0%}",
        comparison.probability_interval,
        comparison.verdict,
    )


def _table(caption: str, headings: Iterable[str], rows: Iterable[Sequence[object]]) -> Table:
    table = Table(caption=caption, caption_justify="left")
    for heading in headings:
        table.add_column(heading, justify="left" if heading in _TEXTS else "right")
    for row in rows:
        table.add_row(*map(_shown, row))
    return table


def _shown(cell: object) -> str:
    if isinstance(cell, Interval):
        return f"{cell.low:.4g} to {cell.high:.4g}"
    if isinstance(cell, float):
        return f"{cell:.4g}"
    return "" if cell is None else str(cell)

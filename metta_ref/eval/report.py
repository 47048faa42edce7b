"""An analysis as JSON for programs and as tables for people."""

import json
from dataclasses import asdict
from typing import Any, Final

from rich.table import Table

from metta_ref.eval.analysis import Analysis
from metta_ref.eval.comparison import POWER, Comparison
from metta_ref.eval.intervals import CONFIDENCE, Interval

SCHEMA_VERSION: Final = 1

_INTERVAL: Final = f"{CONFIDENCE:.0%} interval"
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
    if len({task.name for checkpoint in analysis.checkpoints for task in checkpoint.tasks}) > 1:
        tables.append(_tasks(analysis))
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
    gap = () if analysis.target is None else (f"gap to {analysis.target:g}",)
    table = _table(
        f"Percentile bootstrap of episodes within simulations: {analysis.resamples} resamples, "
        f"seed {analysis.seed}. Recorded: samples with a value of this metric. "
        "Potential: samples with a value of any metric.",
        *("run", "epoch", "metric", "mean", _INTERVAL, "IQM", _INTERVAL, "std", *gap),
        *("recorded", "potential", "samples"),
    )
    for one in analysis.checkpoints:
        run, epoch = one.policy
        if not one.metrics:
            table.add_row(run, str(epoch), "no episode ended", *[""] * (6 + len(gap)), "0", str(one.samples))
        for m in one.metrics:
            figures = (m.mean, m.mean_interval, m.iqm, m.iqm_interval, m.std, *([m.gap] if gap else []))
            counts = (m.recorded, m.potential, one.samples)
            table.add_row(run, str(epoch), m.metric, *map(_shown, figures), *map(str, counts))
    return table


def _tasks(analysis: Analysis) -> Table:
    """A row for each simulation of each checkpoint, by the metric to rank by."""
    headings = ("run", "epoch", "simulation", "environment", "episodes", "IQM", _INTERVAL)
    table = _table(f"{analysis.ranked_by} in each simulation.", *headings)
    for run, epoch, task in ((*one.policy, task) for one in analysis.checkpoints for task in one.tasks):
        figures = _shown(task.iqm), _shown(task.iqm_interval)
        table.add_row(run, str(epoch), task.name, task.env, str(task.episodes), *figures)
    return table


def _ranking(analysis: Analysis) -> Table:
    """A row for each place, with the comparison to the baseline beside it."""
    table = _table(
        f"By the interquartile mean of {analysis.ranked_by} over the simulations that all played; places, differences "
        "of equal episodes and the chance of a better episode with bootstrap intervals as above. Detectable: the "
        f"smallest difference that as many pairs find {POWER:.0%} of the time.",
        *("place", "places", "run", "epoch", "IQM", "difference", "interval", "pairs", "detectable", "better"),
        *("interval", "verdict"),
    )
    compared = {comparison.policy: _compared(comparison) for comparison in analysis.comparisons}
    for standing in analysis.ranking:
        (run, epoch), places = standing.policy, f"{standing.places.low:g} to {standing.places.high:g}"
        cells = compared.get(standing.policy, (*[""] * 6, "baseline"))
        table.add_row(str(standing.place), places, run, str(epoch), _shown(standing.iqm), *cells)
    return table


def _compared(comparison: Comparison) -> tuple[str, ...]:
    return (
        "no pairs" if comparison.difference is None else f"{comparison.difference:+.4g}",
        _shown(comparison.difference_interval),
        str(comparison.pairs),
        _shown(comparison.detectable),
        f"{comparison.probability_of_improvement:.0%}",
        _shown(comparison.probability_interval),
        comparison.verdict,
    )


def _table(caption: str, *headings: str) -> Table:
    table = Table(caption=caption, caption_justify="left")
    for heading in headings:
        table.add_column(heading, justify="left" if heading in _TEXTS else "right")
    return table


def _shown(figure: float | Interval | None) -> str:
    if figure is None:
        return ""
    return f"{figure.low:.4g} to {figure.high:.4g}" if isinstance(figure, Interval) else f"{figure:.4g}"

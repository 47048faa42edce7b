"""An analysis as JSON for programs and as a table for people."""

import json
from dataclasses import asdict
from typing import Any, Final

from rich.table import Table

from metta_ref.eval.analysis import Analysis
from metta_ref.eval.comparison import POWER, Comparison
from metta_ref.eval.figures import CheckpointAnalysis, MetricAnalysis
from metta_ref.eval.intervals import Interval
from metta_ref.eval.records import PolicyKey

SCHEMA_VERSION: Final = 1


def to_json(analysis: Analysis) -> str:
    """The analysis as a JSON document; an interval is [low, high].

    Raises:
        ValueError: a figure is not finite, which JSON cannot hold.
    """
    document = {
        "schema_version": SCHEMA_VERSION,
        "seed": analysis.seed,
        "resamples": analysis.resamples,
        "confidence": analysis.confidence,
        "checkpoints": [_checkpoint(checkpoint) for checkpoint in analysis.checkpoints],
        "ranked_by": analysis.ranked_by,
        "target": analysis.target,
        "ranking": [
            {**_key(standing.policy), "place": standing.place, "iqm": standing.iqm, "places": _pair(standing.places)}
            for standing in analysis.ranking
        ],
        "comparisons": [_comparison(comparison) for comparison in analysis.comparisons],
        "profiles": [
            {
                **_key(profile.policy),
                "thresholds": profile.thresholds,
                "shares": profile.shares,
                "intervals": [_pair(interval) for interval in profile.intervals],
            }
            for profile in analysis.profiles
        ],
    }
    return json.dumps(document, indent=2, allow_nan=False) + "\n"


def to_table(analysis: Analysis) -> Table:
    """A row for each metric of each checkpoint; one row says so where no episode was measured."""
    table = Table(caption=_caption(analysis), caption_justify="left")
    interval = f"{analysis.confidence:.0%} interval"
    for heading in ("run", "epoch", "metric", "mean", interval, "IQM", interval, "std"):
        table.add_column(heading, justify="left" if heading in ("run", "metric") else "right")
    gap = () if analysis.target is None else (f"gap to {analysis.target:g}",)
    for heading in (*gap, "recorded", "potential", "samples"):
        table.add_column(heading, justify="right")
    for checkpoint in analysis.checkpoints:
        where = checkpoint.run, str(checkpoint.epoch)
        if not checkpoint.metrics:
            table.add_row(*where, "no episode ended", *[""] * (6 + len(gap)), "0", str(checkpoint.samples))
        for metric in checkpoint.metrics:
            short = () if analysis.target is None else ("" if metric.gap is None else f"{metric.gap:.4g}",)
            counts = (metric.recorded, metric.potential, checkpoint.samples)
            table.add_row(*where, *_cells(metric), *short, *map(str, counts))
    return table


def to_tasks(analysis: Analysis) -> Table:
    """A row for each simulation of each checkpoint, by the metric to rank by."""
    table = Table(caption=f"{analysis.ranked_by} in each simulation.", caption_justify="left")
    interval = f"{analysis.confidence:.0%} interval"
    for heading in ("run", "epoch", "simulation", "environment", "episodes", "IQM", interval):
        table.add_column(heading, justify="right" if heading in ("epoch", "episodes", "IQM", interval) else "left")
    for checkpoint in analysis.checkpoints:
        for task in checkpoint.tasks:
            figures = (str(task.episodes), f"{task.iqm:.4g}", _shown(task.iqm_interval))
            table.add_row(checkpoint.run, str(checkpoint.epoch), task.name, task.env, *figures)
    return table


def to_rankings(analysis: Analysis) -> Table:
    """A row for each place, with the comparison to the baseline beside it."""
    table = Table(caption=_ranking_caption(analysis), caption_justify="left")
    table.add_column("place", justify="right")
    table.add_column("places", justify="right")
    table.add_column("run")
    for heading in ("epoch", "IQM", "difference", "interval", "pairs", "detectable", "better", "interval"):
        table.add_column(heading, justify="right")
    table.add_column("verdict")
    compared = {comparison.policy: comparison for comparison in analysis.comparisons}
    for standing in analysis.ranking:
        places = f"{standing.places.low:g} to {standing.places.high:g}"
        run, epoch = standing.policy
        row = (str(standing.place), places, run, str(epoch), f"{standing.iqm:.4g}")
        table.add_row(*row, *_compared(compared.get(standing.policy)))
    return table


def _compared(comparison: Comparison | None) -> tuple[str, ...]:
    if comparison is None:
        return (*[""] * 6, "baseline")
    paired = comparison.difference is not None and comparison.difference_interval is not None
    difference = f"{comparison.difference:+.4g}" if paired else "no pairs"
    interval = _shown(comparison.difference_interval) if comparison.difference_interval else ""
    detectable = "" if comparison.detectable is None else f"{comparison.detectable:.4g}"
    chance = f"{comparison.probability:.0%}"
    return (
        difference,
        interval,
        str(comparison.pairs),
        detectable,
        chance,
        _shown(comparison.probability_interval),
        comparison.verdict,
    )


def _comparison(comparison: Comparison) -> dict[str, Any]:
    return {
        **_key(comparison.policy),
        "baseline": _key(comparison.baseline),
        "pairs": comparison.pairs,
        "difference": comparison.difference,
        "difference_interval": _pair(comparison.difference_interval) if comparison.difference_interval else None,
        "detectable": comparison.detectable,
        "probability_of_improvement": comparison.probability,
        "probability_interval": _pair(comparison.probability_interval),
        "verdict": comparison.verdict,
    }


def _key(policy: PolicyKey) -> dict[str, Any]:
    return {"run": policy[0], "epoch": policy[1]}


def _pair(interval: Interval) -> list[float]:
    return [interval.low, interval.high]


def _ranking_caption(analysis: Analysis) -> str:
    return (
        f"By the interquartile mean of {analysis.ranked_by} over the simulations that all played; places, differences "
        "of equal episodes and the chance of a better episode with bootstrap intervals as above. Detectable: the "
        f"smallest difference that as many pairs find {POWER:.0%} of the time."
    )


def _checkpoint(checkpoint: CheckpointAnalysis) -> dict[str, Any]:
    return {
        "run": checkpoint.run,
        "epoch": checkpoint.epoch,
        "episodes": checkpoint.episodes,
        "samples": checkpoint.samples,
        "simulations": [{"name": name, "env": env} for name, env in checkpoint.simulations],
        "metrics": [
            asdict(metric)
            | {
                "mean_interval": _pair(metric.mean_interval),
                "iqm_interval": _pair(metric.iqm_interval),
                "gap_interval": _pair(metric.gap_interval) if metric.gap_interval else None,
            }
            for metric in checkpoint.metrics
        ],
        "tasks": [asdict(task) | {"iqm_interval": _pair(task.iqm_interval)} for task in checkpoint.tasks],
    }


def _cells(metric: MetricAnalysis) -> tuple[str, ...]:
    return (
        metric.metric,
        f"{metric.mean:.4g}",
        _shown(metric.mean_interval),
        f"{metric.iqm:.4g}",
        _shown(metric.iqm_interval),
        f"{metric.std:.4g}",
    )


def _shown(interval: Interval) -> str:
    return f"{interval.low:.4g} to {interval.high:.4g}"


def _caption(analysis: Analysis) -> str:
    return (
        f"Percentile bootstrap of episodes within simulations: {analysis.resamples} resamples, "
        f"seed {analysis.seed}. Recorded: samples with a value of this metric. "
        "Potential: samples with a value of any metric."
    )

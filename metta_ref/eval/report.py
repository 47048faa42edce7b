"""An analysis as JSON for programs and as a table for people."""

import json
from dataclasses import asdict
from typing import Any, Final

from rich.table import Table

from metta_ref.eval.analysis import Analysis, CheckpointAnalysis, MetricAnalysis
from metta_ref.eval.intervals import Interval

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
    }
    return json.dumps(document, indent=2, allow_nan=False) + "\n"


def to_table(analysis: Analysis) -> Table:
    """A row for each metric of each checkpoint; one row says so where no episode was measured."""
    table = Table(caption=_caption(analysis), caption_justify="left")
    interval = f"{analysis.confidence:.0%} interval"
    for heading in ("run", "epoch", "metric", "mean", interval, "IQM", interval, "std"):
        table.add_column(heading, justify="left" if heading in ("run", "metric") else "right")
    for heading in ("recorded", "potential", "samples"):
        table.add_column(heading, justify="right")
    for checkpoint in analysis.checkpoints:
        where = checkpoint.run, str(checkpoint.epoch)
        if not checkpoint.metrics:
            table.add_row(*where, "no episode ended", *[""] * 6, "0", str(checkpoint.samples))
        for metric in checkpoint.metrics:
            table.add_row(*where, *_cells(metric), str(checkpoint.samples))
    return table


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
                "mean_interval": [metric.mean_interval.low, metric.mean_interval.high],
                "iqm_interval": [metric.iqm_interval.low, metric.iqm_interval.high],
            }
            for metric in checkpoint.metrics
        ],
    }


def _cells(metric: MetricAnalysis) -> tuple[str, ...]:
    return (
        metric.metric,
        f"{metric.mean:.4g}",
        _shown(metric.mean_interval),
        f"{metric.iqm:.4g}",
        _shown(metric.iqm_interval),
        f"{metric.std:.4g}",
        str(metric.recorded),
        str(metric.potential),
    )


def _shown(interval: Interval) -> str:
    return f"{interval.low:.4g} to {interval.high:.4g}"


def _caption(analysis: Analysis) -> str:
    return (
        f"Percentile bootstrap of episodes within simulations: {analysis.resamples} resamples, "
        f"seed {analysis.seed}. Recorded: samples with a value of this metric. "
        "Potential: samples with a value of any metric."
    )

"""Figures as SVG or PNG, of an analysis and of how training went: equal input gives equal files.

Colours are those of Okabe and Ito, which people of any colour vision can tell apart; line styles tell the same.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import cycle
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np

from metta_ref.config import ConfigError
from metta_ref.eval.analysis import Plain
from metta_ref.eval.statistics import CONFIDENCE, Values

SERIES: Final = {
    "score": "return per episode",
    "policy": "policy loss",
    "value": "value loss",
    "entropy": "entropy (nats)",
    "approximate_kl": "divergence of an update (nats)",
    "explained_variance": "explained variance of returns",
}
"""What is drawn of the numbers in a log, with its title."""

_MOST_POINTS: Final = 200
"""More would lie closer together than the dots of a screen."""

_Update = msgspec.defstruct("_Update", [("agent_step", int), *((name, float | None, None) for name in SERIES)])


@dataclass(frozen=True, slots=True)
class Curve:
    """Mean, lowest and highest over `runs` at agent steps [P], as [P, series]; nan where no run has a number."""

    runs: tuple[str, ...]
    steps: Values
    mean: Values
    low: Values
    high: Values


def load_curve(logs: Mapping[str, Path]) -> Curve:
    """The curve of runs by their names and the paths of their logs, as far as all of them came."""
    rows = [_read(path) for path in logs.values()]
    length = min(map(len, rows))
    # What is not known, as a return before the first episode ended, is left out of every figure.
    updates = np.ma.masked_invalid([own[:length] for own in rows])  # [runs, updates, 1 + series]
    # Neighbouring updates are averaged, not left out: a loss varies too much for one to stand for all.
    parts = np.array_split(np.arange(length), min(length, _MOST_POINTS))
    points = np.ma.stack([updates[:, part].mean(axis=1) for part in parts], axis=1)
    series = points[:, :, 1:]
    mean, low, high = (figure.filled(np.nan) for figure in (series.mean(0), series.min(0), series.max(0)))
    return Curve(tuple(logs), points[0, :, 0].data, mean, low, high)


def _read(path: Path) -> list[list[float]]:
    """A row for each whole line: the step, then the series."""
    try:
        lines = path.read_bytes().splitlines(keepends=True)
        updates = [msgspec.json.decode(line, type=_Update) for line in lines if line.endswith(b"\n")]
    except FileNotFoundError:
        raise ConfigError([f"{path}: missing; train the run, or name others to draw"]) from None
    except msgspec.DecodeError as error:
        raise ConfigError([f"{path}: holds a line that no update wrote ({error}); remove it"]) from error
    if not updates:
        raise ConfigError([f"{path}: holds no update yet; train the run, or name others to draw"])
    rows = map(msgspec.structs.astuple, updates)
    return [[math.nan if value is None else value for value in row] for row in rows]


_COLOURS: Final = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
_LINES: Final = ("-", "--", "-.", ":")
_ALL: Final = "all simulations"

_STYLE: Final[Any] = {
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlesize": "medium",
    "figure.dpi": 150,
    "font.size": 9,
    "legend.frameon": False,
    "legend.fontsize": "small",
    "svg.hashsalt": "metta_ref",
}


def draw(analysis: Plain, curves: Sequence[Curve], kind: str) -> dict[str, bytes]:
    """The figures by name, as files of a kind (`svg` or `png`). Raises ConfigError when matplotlib is not installed."""
    try:
        import matplotlib as mpl
        from matplotlib.figure import Figure
    except ModuleNotFoundError as error:
        raise ConfigError([f"plots: {error.name} is not installed; pip install 'migration-audit[plots]'"]) from error
    with mpl.rc_context({**mpl.rcParamsDefault, **_STYLE}):
        intervals, learning = Figure(layout="constrained"), Figure(layout="constrained")
        _draw_intervals(intervals, analysis)
        _draw_curves(learning, curves)
        return {"intervals": _file(intervals, kind), "learning_curves": _file(learning, kind)}


def _draw_curves(figure: Any, curves: Sequence[Curve]) -> None:
    """A panel for each series, a line in it for each curve."""
    figure.set_size_inches(9, 5)
    panels = figure.subplots(2, 3, sharex=True).flat
    for number, (axes, title) in enumerate(zip(panels, SERIES.values(), strict=True)):
        for curve, colour, line in zip(curves, cycle(_COLOURS), cycle(_LINES), strict=False):
            low, mean, high = (values[:, number] for values in (curve.low, curve.mean, curve.high))
            others = f" and {len(curve.runs) - 1} more seeds" if len(curve.runs) > 1 else ""
            axes.plot(curve.steps, mean, color=colour, linestyle=line, linewidth=1.2, label=curve.runs[0] + others)
            axes.fill_between(curve.steps, low, high, color=colour, alpha=0.2, linewidth=0)
        axes.set_title(title, loc="left")
    for axes in panels[3:]:
        axes.set_xlabel("agent steps")
    panels[0].legend(loc="best")
    if any(len(curve.runs) > 1 for curve in curves):
        figure.supxlabel("mean of the seeds; shaded: from the lowest to the highest", fontsize="small")


def _draw_intervals(figure: Any, analysis: Plain) -> None:
    """A panel for all simulations together and, of several, one for each; a row for each checkpoint."""
    policies = [f"{one['run']} epoch {one['epoch']}" for one in analysis["checkpoints"] if one["tasks"]]
    panels: dict[str, dict[str, Plain]] = {}
    for one in analysis["checkpoints"]:
        policy = f"{one['run']} epoch {one['epoch']}"
        for metric in one["metrics"]:
            if metric["metric"] == analysis["ranked_by"]:
                panels.setdefault(_ALL, {})[policy] = metric
        for task in one["tasks"]:
            title = task["name"] if task["name"] == task["env"] else f"{task['name']} ({task['env']})"
            panels.setdefault(title, {})[policy] = task
    if len(panels) == 1 + (_ALL in panels):
        panels.pop(_ALL, None)
    figure.set_size_inches(2.2 + 2.4 * len(panels), 1.1 + 0.3 * len(policies))
    columns = figure.subplots(1, len(panels), sharey=True, squeeze=False)[0]
    for axes, (title, drawn) in zip(columns, panels.items(), strict=True):
        for row, policy in enumerate(policies):
            if policy in drawn:
                iqm, (low, high) = drawn[policy]["iqm"], drawn[policy]["iqm_interval"]
                axes.barh(row, high - low, left=low, height=0.5, color=_COLOURS[0], alpha=0.35)
                axes.plot([iqm, iqm], [row - 0.3, row + 0.3], color=_COLOURS[0], linewidth=2)
        axes.set_title(title, loc="left")
        axes.set_yticks(range(len(policies)), policies)
        axes.set_ylim(len(policies) - 0.5, -0.5)
        axes.use_sticky_edges = False  # a value at the edge would be half hidden
        axes.margins(x=0.04)
        axes.grid(axis="x", color="0.9", linewidth=0.8)
        axes.set_axisbelow(True)
    caption = f"interquartile mean of {analysis['ranked_by']} per episode, {CONFIDENCE:.0%} bootstrap interval"
    figure.supxlabel(caption, fontsize="medium")


def _file(figure: Any, kind: str) -> bytes:
    stream = BytesIO()
    figure.savefig(stream, format=kind, metadata={"Date": None} if kind == "svg" else {"Software": None})
    return stream.getvalue()

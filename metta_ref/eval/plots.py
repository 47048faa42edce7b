"""Figures of an analysis as SVG or PNG: equal input gives equal files.

Colours are those of Okabe and Ito, which people of any colour vision can tell apart; line styles tell the
same. Nothing here computes: what is drawn is what the JSON holds.
"""

from collections.abc import Sequence
from io import BytesIO
from itertools import cycle
from typing import Any, Final

from metta_ref.config import ConfigError
from metta_ref.eval.analysis import Analysis, MetricAnalysis, TaskAnalysis
from metta_ref.eval.curves import SERIES, Curve
from metta_ref.eval.intervals import CONFIDENCE, Interval
from metta_ref.eval.records import PolicyKey

_COLOURS: Final = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
_LINES: Final = ("-", "--", "-.", ":")
_ALL: Final = "all simulations"
_BAND: Final = f"{CONFIDENCE:.0%} bootstrap interval"
_MOST_LINES: Final = 7
"""More in one picture could not be told apart."""

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


def draw(analysis: Analysis, curves: Sequence[Curve], kind: str) -> dict[str, bytes]:
    """The figures by name, as files of a kind (`svg` or `png`); what an analysis does not hold has no figure.

    Raises ConfigError when matplotlib is not installed.
    """
    try:
        import matplotlib as mpl
    except ModuleNotFoundError as error:
        raise ConfigError([f"plots: {error.name} is not installed; pip install 'migration-audit[plots]'"]) from error
    with mpl.rc_context({**mpl.rcParamsDefault, **_STYLE}):
        figures = {"intervals": _intervals(analysis), "profiles": _profiles(analysis)}
        if curves:
            figures["learning_curves"] = _learning_curves(curves)
        if analysis.comparisons:
            figures["improvement"] = _improvement(analysis)
        return {name: _file(figure, kind) for name, figure in figures.items()}


def _learning_curves(curves: Sequence[Curve]) -> Any:
    figure = _figure(9, 5)
    panels = figure.subplots(2, 3, sharex=True).flat
    for number, (axes, title) in enumerate(zip(panels, SERIES.values(), strict=True)):
        for curve, colour, line in zip(curves, cycle(_COLOURS), cycle(_LINES), strict=False):
            low, mean, high = (values[:, number] for values in (curve.low, curve.mean, curve.high))
            axes.plot(curve.steps, mean, color=colour, linestyle=line, linewidth=1.2, label=_label(curve))
            axes.fill_between(curve.steps, low, high, color=colour, alpha=0.2, linewidth=0)
        axes.set_title(title, loc="left")
    for axes in panels[3:]:
        axes.set_xlabel("agent steps")
    panels[0].legend(loc="best")
    if any(len(curve.runs) > 1 for curve in curves):
        figure.supxlabel(f"shaded: {_BAND} of the mean over seeds", fontsize="small")
    return figure


def _label(curve: Curve) -> str:
    others = f" and {len(curve.runs) - 1} more seeds" if len(curve.runs) > 1 else ""
    return f"{curve.runs[0]}{others}"


def _intervals(analysis: Analysis) -> Any:
    """A panel for all simulations together and, of several, one for each; a row for each checkpoint."""
    policies = [one.policy for one in analysis.checkpoints if one.tasks]
    panels: dict[str, dict[PolicyKey, MetricAnalysis | TaskAnalysis]] = {}
    for one in analysis.checkpoints:
        for metric in one.metrics:
            if metric.metric == analysis.ranked_by:
                panels.setdefault(_ALL, {})[one.policy] = metric
        for task in one.tasks:
            title = task.name if task.name == task.env else f"{task.name} ({task.env})"
            panels.setdefault(title, {})[one.policy] = task
    if len(panels) == 1 + (_ALL in panels):
        panels.pop(_ALL, None)
    figure = _figure(2.2 + 2.4 * len(panels), 1.1 + 0.3 * len(policies))
    columns = figure.subplots(1, len(panels), sharey=True, squeeze=False)[0]
    for axes, (title, drawn) in zip(columns, panels.items(), strict=True):
        for row, policy in enumerate(policies):
            if policy in drawn:
                _bar(axes, row, drawn[policy].iqm, drawn[policy].iqm_interval, _COLOURS[0])
        axes.set_title(title, loc="left")
        _name_rows(axes, policies)
    figure.supxlabel(f"interquartile mean of {analysis.ranked_by} per episode, {_BAND}", fontsize="medium")
    return figure


def _profiles(analysis: Analysis) -> Any:
    figure = _figure(6, 3.8)
    axes = figure.subplots()
    order = {standing.policy: place for place, standing in enumerate(analysis.ranking)}
    best = sorted(analysis.profiles, key=lambda profile: order.get(profile.policy, 0))[:_MOST_LINES]
    for profile, colour, line in zip(best, _COLOURS, cycle(_LINES), strict=False):
        # Below the least value lie none.
        spread = profile.thresholds[-1] - profile.thresholds[0] or 1.0
        at = (profile.thresholds[0] - 0.05 * spread, *profile.thresholds)
        low, high = zip((1.0, 1.0), *profile.intervals, strict=True)
        label = _name(profile.policy)
        axes.step(at, (1.0, *profile.shares), where="post", color=colour, linestyle=line, label=label)
        axes.fill_between(at, low, high, step="post", color=colour, alpha=0.15, linewidth=0)
    few = f"; the best {_MOST_LINES} of {len(analysis.profiles)}" if len(analysis.profiles) > _MOST_LINES else ""
    axes.set_title(f"Performance profiles{few}", loc="left")
    axes.set_xlabel(f"{analysis.ranked_by} per episode, shaded: {_BAND}")
    axes.set_ylabel("share of episodes above it")
    axes.set_ylim(-0.02, 1.02)
    axes.legend(loc="upper left", bbox_to_anchor=(1, 1))
    return figure


def _improvement(analysis: Analysis) -> Any:
    figure = _figure(6, 1.1 + 0.3 * len(analysis.comparisons))
    axes = figure.subplots()
    axes.axvline(0.5, color="0.6", linewidth=1, linestyle="--", zorder=0)
    for row, one in enumerate(analysis.comparisons):
        _bar(axes, row, one.probability_of_improvement, one.probability_interval, _COLOURS[1])
    _name_rows(axes, [comparison.policy for comparison in analysis.comparisons])
    axes.set_xlim(-0.02, 1.02)
    axes.set_title(f"Improvement on {_name(analysis.comparisons[0].baseline)}", loc="left")
    axes.set_xlabel(f"probability of more {analysis.ranked_by} in an episode, {_BAND}")
    return figure


def _figure(width: float, height: float) -> Any:
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), layout="constrained")


def _file(figure: Any, kind: str) -> bytes:
    stream = BytesIO()
    figure.savefig(stream, format=kind, metadata={"Date": None} if kind == "svg" else {"Software": None})
    return stream.getvalue()


def _bar(axes: Any, row: int, value: float, interval: Interval, colour: str) -> None:
    axes.barh(row, interval.high - interval.low, left=interval.low, height=0.5, color=colour, alpha=0.35)
    axes.plot([value, value], [row - 0.3, row + 0.3], color=colour, linewidth=2)


def _name_rows(axes: Any, policies: Sequence[PolicyKey]) -> None:
    axes.set_yticks(range(len(policies)), [_name(policy) for policy in policies])
    axes.set_ylim(len(policies) - 0.5, -0.5)
    axes.use_sticky_edges = False  # a value at the edge would be half hidden
    axes.margins(x=0.04)
    axes.grid(axis="x", color="0.9", linewidth=0.8)
    axes.set_axisbelow(True)


def _name(policy: PolicyKey) -> str:
    return f"{policy[0]} epoch {policy[1]}"

"""Lays out what a smoke run measured: the return over the steps of training, and the intervals of the evaluation."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

_WIDTH: Final = 320
_HEIGHT: Final = 130
_LEFT: Final = 44
_BOTTOM: Final = 24
_TOP: Final = 10
_RIGHT: Final = 12


class Tick(msgspec.Struct, frozen=True):
    """A labelled position on an axis."""

    at: float
    label: str


class Curve(msgspec.Struct, frozen=True, kw_only=True):
    """A line through points given as (x, y) in pixels; ``summary`` says in words what it shows."""

    points: tuple[tuple[float, float], ...]
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    left: float
    base: float
    summary: str
    width: float = _WIDTH
    height: float = _HEIGHT + _TOP + _BOTTOM


class Interval(msgspec.Struct, frozen=True, kw_only=True):
    """A mean with its interval, on a scale of its own from ``low`` to ``high``; positions in pixels."""

    metric: str
    mean: float
    low: float
    high: float
    at: float
    start: float
    end: float
    width: float = _WIDTH


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """What one scenario measured; a part that it did not measure is None or empty."""

    scenario: str
    curve: Curve | None
    intervals: tuple[Interval, ...]
    caption: str


def figures_of(scenario: str, facts: Sequence[Mapping[str, Any]]) -> Figures | None:
    """The figures in the facts of a scenario's stages; None where there are none.

    A curve is a list of pairs of a step and a return, of which the longest is drawn; an interval has a metric, a
    mean, a low and a high. Facts come from outside: whatever else they hold is passed over.
    """
    curves = [points for each in facts if len(points := _points(each.get("curve"))) > 1]
    drawn = _curve(max(curves, key=len)) if curves else None
    found = [interval for each in facts for interval in _intervals(each.get("intervals"))]
    if drawn is None and not found:
        return None
    episodes = next((each["episodes"] for each in reversed(facts) if isinstance(each.get("episodes"), int)), None)
    caption = f"95 % intervals over {episodes} episodes" if episodes is not None else "95 % intervals"
    return Figures(scenario=scenario, curve=drawn, intervals=tuple(found), caption=caption)


def _points(value: object) -> list[tuple[float, float]]:
    if not isinstance(value, list | tuple):
        return []
    pairs = [each for each in value if isinstance(each, list | tuple) and len(each) == 2]
    return [(float(x), float(y)) for x, y in pairs if _is_number(x) and _is_number(y)]


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _curve(points: Sequence[tuple[float, float]]) -> Curve:
    xs, ys = [x for x, _ in points], [y for _, y in points]
    low, high = min(0.0, *ys), max(ys)
    high = high if high > low else low + 1
    first, last = min(xs), max(xs)
    across = _WIDTH - _LEFT - _RIGHT

    def at(x: float, y: float) -> tuple[float, float]:
        share = (x - first) / (last - first) if last > first else 0.5
        return (round(_LEFT + share * across, 1), round(_TOP + (high - y) / (high - low) * _HEIGHT, 1))

    return Curve(
        points=tuple(at(x, y) for x, y in points),
        x_ticks=(Tick(_LEFT, f"{first:,.0f}"), Tick(_LEFT + across, f"{last:,.0f} steps")),
        y_ticks=(Tick(at(first, low)[1], f"{low:g}"), Tick(at(first, high)[1], f"{high:.3g}")),
        left=_LEFT,
        base=_TOP + _HEIGHT,
        summary=f"return {ys[0]:.3g} at step {xs[0]:,.0f}, {ys[-1]:.3g} at step {xs[-1]:,.0f}",
    )


def _intervals(value: object) -> list[Interval]:
    if not isinstance(value, list | tuple):
        return []
    return [drawn for each in value if isinstance(each, Mapping) and (drawn := _interval(each)) is not None]


def _interval(facts: Mapping[str, Any]) -> Interval | None:
    metric, mean, low, high = (facts.get(name) for name in ("metric", "mean", "low", "high"))
    if not (isinstance(metric, str) and _is_number(mean) and _is_number(low) and _is_number(high)):
        return None
    mean, low, high = float(str(mean)), float(str(low)), float(str(high))
    start, end = min(0.0, low, mean), max(high, mean)
    span = (end - start) or 1.0

    def at(number: float) -> float:
        return round(6 + (number - start) / span * (_WIDTH - 12), 1)

    return Interval(metric=metric, mean=mean, low=low, high=high, at=at(mean), start=at(low), end=at(high))

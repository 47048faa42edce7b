"""Lays out the course of a migration: one column a phase, its claims stacked by verdict."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from audit.model.trend import TrendPoint

_HEIGHT: Final = 150
_TOP: Final = 18
_BAR: Final = 46
_STEP: Final = 74
_LEGIBLE: Final = 13
"""Pixels that a part must be high to hold its number."""
_STACKED: Final = ("verified", "partly", "unverified", "error", "refuted")


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """The claims of one verdict in one phase; ``label`` is empty where there is no room for a number."""

    verdict: str
    number: int
    x: float
    y: float
    height: float
    label: str
    width: float = _BAR


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """One phase."""

    point: TrendPoint
    centre: float
    total: int
    top: float
    parts: tuple[Part, ...]


class TrendPlot(msgspec.Struct, frozen=True, kw_only=True):
    """The whole plot with its size; ``base`` is where the columns stand."""

    columns: tuple[Column, ...]
    width: float
    height: float
    base: float


def lay_out(points: Sequence[TrendPoint]) -> TrendPlot:
    """The plot of at least one phase."""
    most = max(max(sum(_counts(point).values()) for point in points), 1)
    columns = tuple(_column(point, position, most) for position, point in enumerate(points))
    return TrendPlot(columns=columns, width=len(points) * _STEP, height=_TOP + _HEIGHT + 22, base=_TOP + _HEIGHT)


def _counts(point: TrendPoint) -> dict[str, int]:
    return {verdict: getattr(point, verdict) for verdict in _STACKED}


def _column(point: TrendPoint, position: int, most: int) -> Column:
    left = position * _STEP + (_STEP - _BAR) / 2
    y = float(_TOP + _HEIGHT)
    parts = []
    for verdict, number in _counts(point).items():
        height = number / most * _HEIGHT
        y -= height
        label = str(number) if height >= _LEGIBLE else ""
        if number:
            parts.append(Part(verdict=verdict, number=number, x=left, y=y, height=height, label=label))
    return Column(
        point=point, centre=left + _BAR / 2, total=sum(_counts(point).values()), top=y - 5, parts=tuple(parts)
    )

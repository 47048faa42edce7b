"""The course of the phases, for a terminal and for a page: one row a phase."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from audit.model.trend import TrendPoint
from audit.report.markdown_text import table
from audit.report.terminal_text import Style

_HEAD: Final = (
    *("phase", "when", "verdict", "verified", "partly", "refuted", "not told", "findings", "roots"),
    *("modules that import", "tests", "risk"),
)
_COLOURS: Final = {"verified": "green", "partly": "yellow", "refuted": "red", "unverified": "yellow", "error": "red"}


def render_trend_text(points: Sequence[TrendPoint], paint: Style) -> str:
    """A table with one line a phase; the verdict of each in colour."""
    rows = [_row(point) for point in points]
    widths = [max(len(row[column]) for row in (_HEAD, *rows)) for column in range(len(_HEAD))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(_HEAD, widths, strict=True)).rstrip()]
    for point, row in zip(points, rows, strict=True):
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        cells[2] = paint(cells[2], _COLOURS.get(point.verdict, "white"))
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines) + "\n"


def render_trend_markdown(points: Sequence[TrendPoint]) -> str:
    """The same as a page."""
    return "\n".join(["# Phases", "", *table(_HEAD, [_row(point) for point in points])]) + "\n"


def _row(point: TrendPoint) -> tuple[str, ...]:
    return (
        str(point.phase),
        (point.date or "").replace("T", " ")[:16] or "-",
        point.verdict,
        str(point.verified),
        str(point.partly),
        str(point.refuted),
        str(point.unverified + point.error),
        str(point.findings),
        str(point.roots),
        f"{point.importable} of {point.modules}",
        "-" if point.tests is None else str(point.tests),
        point.risk,
    )

"""``audit trend``: the course of the phases."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from audit.cli.common import Output, RepositoryPath, colours_wanted, emit, failures_told, paint


class Format(StrEnum):
    """How the course is written."""

    text = "text"
    markdown = "markdown"
    json = "json"


def trend(
    path: RepositoryPath = Path(),
    format: Annotated[Format, typer.Option("--format", help="How to write the course.")] = Format.text,  # noqa: A002  # the option's name is a contract
    output: Output = None,
) -> None:
    """Show every phase with its verdict and its numbers, oldest first.

    Exit code 0: there is a phase. 2: none is recorded.
    """
    with failures_told():
        from audit.ledger.trend import trend_point  # keeps --help fast
        from audit.model.errors import UsageError
        from audit.model.trend import Trend
        from audit.recording.reading import Records
        from audit.report.json_text import render_value
        from audit.report.terminal_text import plain
        from audit.report.trend_text import render_trend_markdown, render_trend_text

        found = (trend_point(run) for run in Records(path).phases().values())
        points = tuple(point for point in found if point is not None)
        if not points:
            raise UsageError("no phase is recorded; write one with audit verify --phase N")
        if format is Format.json:
            text = render_value(Trend(phases=points))
        elif format is Format.markdown:
            text = render_trend_markdown(points)
        else:
            text = render_trend_text(points, paint if output is None and colours_wanted() else plain)
        emit(text, output)

"""``audit diff``: what is otherwise between two phases."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from audit.cli.common import Output, RepositoryPath, colours_wanted, emit, failures_told, paint


class Format(StrEnum):
    """How the difference is written."""

    text = "text"
    markdown = "markdown"
    json = "json"


def diff(
    before: Annotated[str, typer.Argument(metavar="N", help="A phase, such as 6, or a run, such as run:12.")],
    now: Annotated[str, typer.Argument(metavar="M", help="The phase or run to compare with it.")],
    path: RepositoryPath = Path(),
    format: Annotated[Format, typer.Option("--format", help="How to write the difference.")] = Format.text,  # noqa: A002  # the option's name is a contract
    output: Output = None,
    exit_zero: Annotated[bool, typer.Option("--exit-zero", help="Exit with 0 even if something is worse.")] = False,
) -> None:
    """Show what was fixed, what regressed and what was newly claimed from phase N to phase M.

    Phases are read from reports/phase-N.json, or else from the ledger; audit ledger list shows the runs. A claim is
    known again by its id in a claims file, by its words or by its predicate.

    Exit code 0: nothing is worse. 1: something is. 2: a phase is missing.
    """
    with failures_told():
        from audit.ledger.compare import compare  # keeps --help fast
        from audit.recording.reading import Records
        from audit.report.diff_text import render_diff_markdown, render_diff_text
        from audit.report.json_text import render_value
        from audit.report.terminal_text import plain

        records = Records(path)
        difference = compare(records.find(before), records.find(now))
        if format is Format.json:
            text = render_value(difference)
        elif format is Format.markdown:
            text = render_diff_markdown(difference)
        else:
            text = render_diff_text(difference, paint if output is None and colours_wanted() else plain)
        emit(text, output)
    raise typer.Exit(1 if difference.regressions and not exit_zero else 0)

"""``audit ledger``: the runs that are recorded, and the file that they lie in."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from audit.cli.common import RepositoryPath, failures_told

app = typer.Typer(help="The runs that are recorded.", no_args_is_help=True, rich_markup_mode=None)


class Format(StrEnum):
    """How the runs are written."""

    text = "text"
    json = "json"


@app.command("list")
def list_runs(
    path: RepositoryPath = Path(),
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, metavar="N", help="How many, newest first.")] = 20,
    format: Annotated[Format, typer.Option("--format", help="How to write the runs.")] = Format.text,  # noqa: A002  # as everywhere
) -> None:
    """List the runs that are recorded of this repository, newest first."""
    with failures_told():
        from audit.model.records import RunList  # keeps --help fast
        from audit.recording.reading import Records
        from audit.report.json_text import render_value
        from audit.report.runs_text import render_runs

        records = Records(path)
        file, runs = records.ledger_path(), records.runs(limit)
        if format is Format.json:
            typer.echo(render_value(RunList(repository=records.place.name, runs=runs)), nl=False)
        else:
            typer.echo(render_runs(runs), nl=False)
            typer.echo(f"audit: {len(runs)} runs of {records.place.name} in {file}", err=True)


@app.command("path")
def show_path(path: RepositoryPath = Path()) -> None:
    """Show the file of the ledger, whether or not it is there yet; it is an SQLite database."""
    with failures_told():
        from audit.recording.reading import Records  # keeps --help fast

        typer.echo(str(Records(path).ledger_path()))


@app.command("rebuild")
def rebuild_ledger(
    path: RepositoryPath = Path(),
    aside: Annotated[
        bool, typer.Option("--set-aside", help="Keep the file that is there under another name, and begin a new one.")
    ] = False,
) -> None:
    """Put the phases of reports/ that are not in the ledger into it. What is in it stays."""
    with failures_told():
        from audit.ledger.store import set_aside  # keeps --help fast
        from audit.recording.reading import Records, rebuild

        records = Records(path)
        file = records.ledger_path()
        if aside and file.exists():
            typer.echo(f"{file}: kept as {set_aside(file).name}")
        added = rebuild(records)
        typer.echo(f"{file}: {added} phases added from reports/")

"""``audit claims``: what a document claims, before anything of it is judged."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from audit.cli.common import Output, emit, failures_told

app = typer.Typer(help="Read the claims of a document.", no_args_is_help=True, rich_markup_mode=None)


class Format(StrEnum):
    """How the claims are written."""

    yaml = "yaml"
    json = "json"


@app.callback()
def claims() -> None:
    """Read the claims of a document."""


@app.command()
def extract(
    document: Annotated[Path, typer.Argument(metavar="DOC.md", help="The Markdown document.", show_default=False)],
    format: Annotated[Format, typer.Option("--format", help="A claims file, or all of it.")] = Format.yaml,  # noqa: A002  # the option's name is a contract
    output: Output = None,
) -> None:
    """List what a document states, with its line, its tense, and its predicate or the reason why it has none.

    As YAML it is a claims file for rules/claims: what has no predicate stands in it as a comment. Nothing is judged.
    """
    with failures_told():
        from audit.claims.markdown import read_document  # keeps --help fast
        from audit.model.errors import UsageError
        from audit.report.claims_extract import render_extract_json, render_extract_yaml, summary_of

        dossier = read_document(document.as_posix(), _content(document), may_run=False)
        if not dossier.statements:
            raise UsageError(f"{document}: no statement was found, so there is nothing to extract")
        emit((render_extract_yaml if format is Format.yaml else render_extract_json)(dossier), output)
        typer.echo(summary_of(dossier), err=True)


def _content(document: Path) -> bytes:
    from audit.model.errors import UsageError  # keeps --help fast

    if document.suffix not in (".md", ".markdown"):
        raise UsageError(f"{document}: give a Markdown document (.md)")
    try:
        return document.read_bytes()
    except OSError as error:
        raise UsageError(f"{document} cannot be read: {error.strerror}") from None

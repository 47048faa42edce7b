"""``audit check``: every reference to what is gone, and every broken import contract."""

from __future__ import annotations

import os
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from audit.cli.common import (
    At,
    Jobs,
    NoCache,
    NoLedger,
    Output,
    RepositoryPath,
    Since,
    codes_of,
    colours_wanted,
    emit,
    failures_told,
    paint,
    recorded,
    refuse_unwritable,
    text_of,
)

if TYPE_CHECKING:
    from audit.model.findings import CheckResult
    from audit.verdict.baseline import Accepted


class Format(StrEnum):
    """How a result is written."""

    text = "text"
    concise = "concise"
    json = "json"
    sarif = "sarif"
    junit = "junit"
    github = "github"
    markdown = "markdown"


def check(
    path: RepositoryPath = Path(),
    since: Since = None,
    at: At = None,
    select: Annotated[str | None, typer.Option(metavar="CODES", help="Only these codes or prefixes.")] = None,
    ignore: Annotated[str | None, typer.Option(metavar="CODES", help="Not these codes or prefixes.")] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Warnings fail the check too.")] = False,
    format: Annotated[Format, typer.Option("--format", help="How to write the result.")] = Format.text,  # noqa: A002  # the option's name is a contract
    output: Output = None,
    baseline: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Findings accepted for now; see audit baseline.")
    ] = None,
    exit_zero: Annotated[bool, typer.Option("--exit-zero", help="Exit with 0 even with findings.")] = False,
    no_cache: NoCache = False,
    no_ledger: NoLedger = False,
    jobs: Jobs = 0,
) -> None:
    """Find every reference to what is gone, and every broken import contract. Executes nothing.

    Exit code 0: all held. 1: findings. 2: something could not be checked.
    """
    with failures_told():
        from audit.ledger.location import is_off  # keeps --help fast
        from audit.parts import open_part
        from audit.report.check import render
        from audit.verdict.baseline import apply_baseline, stale
        from audit.verdict.gate import exit_code, narrowed, selected

        refuse_unwritable(output)
        selected((), codes_of(select), codes_of(ignore))
        accepted = _baseline(baseline)
        part = open_part(path, at=at, since=since, jobs=jobs, use_cache=not no_cache)
        codebase = part.codebase
        settings = codebase.configuration.settings
        chosen = codes_of(select) or settings.select
        result = narrowed(part.checked(chosen), chosen, (*settings.ignore, *codes_of(ignore)))
        if codebase.repository.prefix:
            typer.echo(
                f"audit: only what lies in {codebase.repository.prefix} is read; what it imports from the rest of the "
                "repository is taken for third-party",
                err=True,
            )
        if codebase.cache_damage:
            typer.echo(f"audit: {codebase.cache_damage}", err=True)
        if accepted is None and settings.baseline is not None:
            accepted = _baseline(codebase.root / settings.baseline)
        if accepted is not None:
            for entry in stale(result, accepted) if not part.folder else ():
                typer.echo(
                    f"audit: the baseline accepts {entry.code} {entry.referrer} -> {entry.target}, which is mended: "
                    "take it off with audit baseline prune",
                    err=True,
                )
            result = apply_baseline(result, accepted)
        colours = output is None and colours_wanted()
        text = render(result, format.value, paint if colours else None)
        emit(text, output)
        code = exit_code(result, strict=strict or settings.strict)
        if code == 2:
            _tell_unchecked(result)
        if not no_ledger and not is_off(settings.ledger, os.environ):
            from audit.recording.writing import record_check

            recorded(lambda: record_check(part, result, exit_code=code, arguments=sys.argv[1:]))
    raise typer.Exit(0 if exit_zero and code == 1 else code)


def _baseline(path: Path | None) -> frozenset[Accepted] | None:
    if path is None:
        return None
    from audit.verdict.baseline import read_baseline  # keeps --help fast

    return read_baseline(str(path), text_of(path, "write one with audit baseline write"))


def _tell_unchecked(result: CheckResult) -> None:
    if result.coverage.modules == 0:
        typer.echo(
            "audit: no Python module was analysed, so nothing was checked; is this the right folder?",
            err=True,
        )
    for skipped in result.coverage.skipped:
        if skipped.incomplete:
            typer.echo(f"audit: could not check {skipped.path}: {skipped.reason}", err=True)

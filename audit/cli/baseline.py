"""``audit baseline``: accept today's findings, so that only new ones fail, and take mended ones off again."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from audit.cli.common import RepositoryPath, Since, emit, failures_told, text_of

if TYPE_CHECKING:
    from audit.parts import Part
    from audit.verdict.baseline import Accepted

app = typer.Typer(
    help="Accept today's findings for now, so that only new ones fail.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
File = Annotated[Path, typer.Option("--file", metavar="FILE", help="The baseline file.")]
_DEFAULT = Path("audit-baseline.json")


@app.command()
def write(
    path: RepositoryPath = Path(),
    file: File = _DEFAULT,
    since: Since = None,
    allow_growth: Annotated[bool, typer.Option("--allow-growth", help="Accept more than before.")] = False,
) -> None:
    """Accept every finding that stands now. An existing baseline never grows without --allow-growth."""
    with failures_told():
        from audit.model.errors import UsageError  # keeps --help fast
        from audit.verdict.baseline import accepted, write_baseline

        part = _opened(path, since)
        entries = {accepted(finding) for finding in part.checked().findings}
        if file.exists() and not allow_growth:
            grown = entries - _read(file)
            if grown:
                first = min(grown)
                raise UsageError(
                    f"{file} would grow by {len(grown)} (first: {first.code} {first.referrer} -> {first.target}); "
                    "mend them, or say --allow-growth"
                )
        emit(write_baseline(entries), file)
        typer.echo(f"{file}: {_counted(part.checked().findings, 'finding')} accepted")
        if part.codebase.configuration.settings.baseline is None:
            typer.echo(
                f"audit: a check looks at it with --baseline {file}, or with `baseline` among the settings", err=True
            )


@app.command()
def prune(path: RepositoryPath = Path(), file: File = _DEFAULT, since: Since = None) -> None:
    """Take entries off that no finding matches any more."""
    with failures_told():
        from audit.verdict.baseline import stale, write_baseline

        entries = _read(file)
        mended = stale(_opened(path, since).codebase.check, entries)
        if mended:
            emit(write_baseline(entries - set(mended)), file)
        taken = f"{len(mended)} {'entry' if len(mended) == 1 else 'entries'}"
        typer.echo(f"{file}: {taken} taken off, {len(entries) - len(mended)} left")


@app.command()
def show(file: File = _DEFAULT) -> None:
    """List what the baseline accepts."""
    with failures_told():
        entries = _read(file)
        for entry in sorted(entries):
            typer.echo(f"{entry.code} {entry.referrer} -> {entry.target}")
        typer.echo(f"{_counted(entries, 'finding')} accepted")


def _opened(path: Path, since: str | None) -> Part:
    """What lies at a path.

    Raises:
        UsageError: no module was analysed: a baseline of nothing would forget what is accepted.
    """
    from audit.model.errors import UsageError  # keeps --help fast
    from audit.parts import open_part

    part = open_part(path, since=since)
    if part.checked().coverage.modules == 0:
        raise UsageError(
            "no Python module was analysed, so the baseline stays as it is; is this the right folder?",
        )
    return part


def _counted(entries: Collection[object], noun: str) -> str:
    return f"{len(entries)} {noun if len(entries) == 1 else f'{noun}s'}"


def _read(file: Path) -> frozenset[Accepted]:
    from audit.verdict.baseline import read_baseline  # keeps --help fast

    return read_baseline(str(file), text_of(file, "write one with audit baseline write"))

"""``audit baseline``: accept today's findings, so that only new ones fail, and take mended ones off again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from audit.cli.common import RepositoryPath, Since, emit, failures_told

if TYPE_CHECKING:
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
        from audit.pipeline import open_codebase
        from audit.verdict.baseline import accepted, read_baseline, write_baseline

        entries = {accepted(finding) for finding in open_codebase(path, since=since).check.findings}
        if file.exists() and not allow_growth:
            grown = entries - read_baseline(str(file), file.read_text(encoding="utf-8"))
            if grown:
                first = min(grown)
                raise UsageError(
                    f"{file} would grow by {len(grown)} (first: {first.code} {first.referrer} -> {first.target}); "
                    "mend them, or say --allow-growth"
                )
        emit(write_baseline(entries), file)
        typer.echo(f"{file}: {len(entries)} findings accepted")


@app.command()
def prune(path: RepositoryPath = Path(), file: File = _DEFAULT, since: Since = None) -> None:
    """Take entries off that no finding matches any more."""
    with failures_told():
        from audit.pipeline import open_codebase  # keeps --help fast
        from audit.verdict.baseline import stale, write_baseline

        entries = _read(file)
        mended = stale(open_codebase(path, since=since).check, entries)
        if mended:
            emit(write_baseline(entries - set(mended)), file)
        typer.echo(f"{file}: {len(mended)} entries taken off, {len(entries) - len(mended)} left")


@app.command()
def show(file: File = _DEFAULT) -> None:
    """List what the baseline accepts."""
    with failures_told():
        entries = _read(file)
        for entry in sorted(entries):
            typer.echo(f"{entry.code} {entry.referrer} -> {entry.target}")
        typer.echo(f"{len(entries)} findings accepted")


def _read(file: Path) -> frozenset[Accepted]:
    from audit.model.errors import UsageError  # keeps --help fast
    from audit.verdict.baseline import read_baseline

    try:
        return read_baseline(str(file), file.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{file}: {error.strerror}; write one with audit baseline write") from None

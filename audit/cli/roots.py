"""``audit roots``: where modules are imported from, and what was not analysed and why."""

from __future__ import annotations

from pathlib import Path

import typer

from audit.cli.common import At, NoCache, RepositoryPath, failures_told


def roots(path: RepositoryPath = Path(), at: At = None, no_cache: NoCache = False) -> None:
    """Show the source roots, the modules of each, and every file that was not analysed, with the reason."""
    with failures_told():
        from audit.parts import open_part  # keeps --help fast

        part = open_part(path, at=at, use_cache=not no_cache)
        coverage = part.coverage
        typer.echo("Source roots:")
        for root, count in part.modules_by_root.items():
            typer.echo(f"  {root}  ({count} Python files)")
        typer.echo("Entry points:")
        for entry in part.entry_points:
            typer.echo(f"  {entry.name} = {entry.target}  ({entry.path}:{entry.line})")
        if not part.entry_points:
            typer.echo("  none declared")
        typer.echo("Not analysed:")
        for skipped in coverage.skipped:
            typer.echo(f"  {skipped.path}: {skipped.reason}")
        if not coverage.skipped:
            typer.echo("  nothing was left out")
        typer.echo(
            f"{coverage.modules} of {coverage.modules_found} modules analysed in {coverage.python_files} Python files"
        )

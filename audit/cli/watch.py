"""``audit watch``: check again whenever a file changes."""

from __future__ import annotations

import gc
import time
from pathlib import Path
from typing import Annotated

import typer

from audit.cli.common import RepositoryPath, Since, colours_wanted, failures_told, paint


def watch(
    path: RepositoryPath = Path(),
    since: Since = None,
    interval: Annotated[float, typer.Option(min=0.1, metavar="SECONDS", help="How often to look.")] = 1.0,
    rounds: Annotated[int, typer.Option(min=0, metavar="N", help="Stop after N checks; 0: until interrupted.")] = 0,
) -> None:
    """Check the repository now and after each change of a file, until interrupted.

    A mistake in a file that is being edited is told, and the next change is waited for.
    """
    with failures_told():
        from audit.model.errors import AuditError  # keeps --help fast
        from audit.parts import open_part
        from audit.report.check import render
        from audit.sources.repository import Repository

        repository = Repository(path)
        seen: dict[str, tuple[int, int]] | None = None
        done = 0
        while not rounds or done < rounds:
            state = repository.stamps()
            if state == seen:
                time.sleep(interval)
                continue
            seen = state
            done += 1
            try:
                result = open_part(path, since=since).checked()
                gc.collect()  # the tree that was checked is not needed any more, nor the git process that read it
                typer.echo(render(result, "text", paint if colours_wanted() else None))
            except AuditError as error:
                typer.echo(f"audit: {error}", err=True)

"""``audit bisect``: which commit broke a reference."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from audit.cli.common import NoCache, failures_told


def bisect(
    finding: Annotated[
        str, typer.Argument(metavar="FINDING", help="A missing name, 'module -> name', or a fingerprint.")
    ],
    since: Annotated[str, typer.Option("--since", metavar="REV", help="A commit that did not have it.")],
    at: Annotated[str, typer.Option("--at", metavar="REV", help="A commit that has it.")] = "HEAD",
    path: Annotated[
        Path, typer.Option("--path", metavar="PATH", help="The repository to audit.", show_default=False)
    ] = Path(),
    no_cache: NoCache = False,
) -> None:
    """Find the commit that broke a reference. Nothing is checked out and nothing is run.

    Exit code 0: found. 2: it is not broken at --at, or was broken at --since already.
    """
    with failures_told():
        from audit.bisecting import first_broken  # keeps --help fast

        broken, checked = first_broken(path, finding, since=since, at=at, use_cache=not no_cache)
        typer.echo(f"{broken.commit} {broken.date}\n{broken.subject}")
        typer.echo(f"the first of its line to break {finding} ({checked} commits checked)")

"""``audit replay``: does the recorded evidence come out again?"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from audit.cli.common import Output, colours_wanted, emit, failures_told, paint
from audit.cli.verify import ended_politely, progress_line


class Format(StrEnum):
    """How the outcome is written."""

    text = "text"
    json = "json"


def replay(
    reference: Annotated[str, typer.Argument(metavar="N", help="A phase, such as 6, or a run, such as run:12.")],
    ids: Annotated[
        list[str] | None, typer.Argument(metavar="[ID]...", help="Claims of it; default: all.", show_default=False)
    ] = None,
    run: Annotated[bool, typer.Option("--run", help="Run code too: the recorded commands, in copies.")] = False,
    format: Annotated[Format, typer.Option("--format", help="How to write the outcome.")] = Format.text,  # noqa: A002  # as everywhere
    output: Output = None,
    path: Annotated[Path, typer.Option("--path", metavar="PATH", help="The repository.")] = Path(),
) -> None:
    """Gather the evidence of a recorded phase or run again, and say whether it is the same.

    The claims are asked as they were recorded, of the commit that they were asked of. Compared are the verdict, the
    exit status of each command, and its output without times and scratch paths. Nothing is recorded or written.

    Exit code 0: all the same. 1: something came out differently. 2: something could not be asked again.
    """
    with failures_told(), ended_politely(), progress_line() as progress:
        from audit.replaying import replay as replay_record  # keeps --help fast
        from audit.report.json_text import render_value
        from audit.report.replay_text import render_replay_text
        from audit.report.terminal_text import plain

        result = replay_record(path, reference, ids or (), run=run, progress=progress)
        progress("")
        if format is Format.json:
            emit(render_value(result), output)
        else:
            emit(render_replay_text(result, paint if output is None and colours_wanted() else plain), output)
    raise typer.Exit({"same": 0, "different": 1, "unknown": 2}[result.sameness])

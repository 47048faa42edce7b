"""``audit init``: first rules for a repository, from what is so today."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from audit.cli.common import RepositoryPath, emit, failures_told
from audit.cli.verify import ended_politely, progress_line

if TYPE_CHECKING:
    from audit.initialising import Draft


def init(
    path: RepositoryPath = Path(),
    diff: Annotated[bool, typer.Option("--diff", help="Show what would be written; write nothing.")] = False,
    run: Annotated[
        bool, typer.Option("--run", help="Try the claims that run code too: that modules import, that tests pass.")
    ] = False,
    baseline: Annotated[
        bool, typer.Option("--baseline", help="Accept the findings of today, so that only new ones fail.")
    ] = False,
) -> None:
    """Write first rules: import contracts and claims that hold today, and names that history retired.

    A rule that does not hold today is not written. No file that is there is changed. Without --run nothing of the
    repository is run, and what only running can show is written as a comment.

    Exit code 0: written. 2: a file is there already, or there is nothing to write rules from.
    """
    with failures_told(), ended_politely(), progress_line() as progress:
        from audit.initialising import draft_rules, judge_rules  # keeps --help fast
        from audit.model.errors import UsageError
        from audit.report.init_text import render_judged, render_new_files

        draft = draft_rules(path, run=run, baseline=baseline, progress=progress)
        taken = [name for name in draft.files if (path / name).exists() or (path / name).is_symlink()]
        if taken:
            there = ", ".join(taken)
            raise UsageError(f"{there}: there already, and nothing was written; move away what is to be drafted anew")
        progress("")
        if diff:
            emit(render_new_files(draft.files), None)
            _tell(draft, to_stderr=True)
            return
        _write(path, draft.files)
        for name in draft.files:
            typer.echo(f"wrote {name}")
        progress("judging the rules")
        judged = judge_rules(path, draft)
        progress("")
        _tell(draft)
        emit(render_judged(judged, baseline=baseline), None)


def _tell(draft: Draft, *, to_stderr: bool = False) -> None:
    from audit.report.phase_view import counted  # keeps --help fast

    holding = [each for each in draft.claims if not each.obstacle]
    comments = len(draft.claims) - len(holding)
    written = f"{counted(len(draft.contracts), 'import contract')}, {counted(len(holding), 'claim')}"
    told = f"{written}, {counted(comments, 'more claim')} as {'a comment' if comments == 1 else 'comments'}"
    typer.echo(told, err=to_stderr)
    for note in draft.notes:
        typer.echo(f"  {note}", err=to_stderr)


def _write(root: Path, files: Mapping[str, str]) -> None:
    """Write all files or none; one that appeared meanwhile is not written over.

    Raises:
        UsageError: one cannot be written.
    """
    from audit.model.errors import UsageError  # keeps --help fast

    written: list[Path] = []
    try:
        for name, text in files.items():
            file = root / name
            file.parent.mkdir(parents=True, exist_ok=True)
            with file.open("x", encoding="utf-8") as stream:
                written.append(file)
                stream.write(text)
    except OSError as error:
        for file in written:
            file.unlink(missing_ok=True)
        raise UsageError(f"{error.filename} cannot be written: {error.strerror}; nothing was written") from None

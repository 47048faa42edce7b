"""``audit fix``: the same rename in code, strings, configuration, commands and documents, as one change."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from audit.cli.common import NoCache, RepositoryPath, Since, failures_told

if TYPE_CHECKING:
    from audit.fixing.settle import Fixing


def fix(
    path: RepositoryPath = Path(),
    since: Since = None,
    diff: Annotated[bool, typer.Option("--diff", help="Show the change as one diff; write nothing.")] = False,
    unsafe: Annotated[bool, typer.Option("--unsafe", help="Also mend what changes what runs: guards.")] = False,
    at: Annotated[str | None, typer.Option("--at", hidden=True)] = None,
    no_cache: NoCache = False,
) -> None:
    """Rename every reference to what has moved, and take out imports that are plainly dead.

    In a folder of a repository only that folder is mended, by what the whole repository tells.
    A fix stays only if a second check finds nothing new. All files are written, or none.

    Exit code 0: all mended, or with --diff nothing to do. 1: findings are left, or with --diff there is a
    change. 2: nothing could be checked or written.
    """
    with failures_told():
        from audit.fix.journal import recover
        from audit.fix.unified import unified_diff  # keeps --help fast
        from audit.fix.writing import write_changes
        from audit.fixing.settle import plan_fixing
        from audit.model.errors import UsageError
        from audit.parts import project_of

        if at is not None:
            raise UsageError(f"--at {at} names a commit, which cannot be changed; check it out and run audit fix there")
        for restored in recover(project_of(path)[0].root):
            typer.echo(f"audit: put back {restored}, which an earlier run that was cut off had replaced", err=True)
        fixing = plan_fixing(path, since=since, unsafe=unsafe, use_cache=not no_cache)
        if fixing.prefix:
            typer.echo(
                f"audit: only what lies in {fixing.prefix} is read and mended; what moved elsewhere is mended by "
                "audit fix at the top of the repository",
                err=True,
            )
        if fixing.coverage.modules == 0:
            raise UsageError("no Python module was analysed, so nothing was fixed; is this the right folder?")
        if diff:
            sys.stdout.buffer.write(unified_diff(fixing.changes, fixing.prefix))
            sys.stdout.flush()
            _tell(fixing, done="would be fixed", to_stderr=True)
            raise typer.Exit(1 if fixing.changes else 0)
        write_changes(fixing.root, fixing.changes)
        _tell(fixing, done="fixed", to_stderr=False)
        if since is None and fixing.left:
            typer.echo("audit: without --since REV, only rules/retired.yaml tells what replaces a name", err=True)
    raise typer.Exit(1 if fixing.left else 0)


def _tell(fixing: Fixing, *, done: str, to_stderr: bool) -> None:
    """What was mended, what was not and why, and the sum of both."""
    for finding in fixing.fixed:
        successor = f" -> {finding.replacement}" if finding.replacement else " taken out"
        typer.echo(f"{finding.site}: {finding.target}{successor}", err=to_stderr)
    for each in fixing.left:
        typer.echo(f"{each.finding.site}: {each.finding.code} {each.finding.target} left: {each.reason}", err=to_stderr)
    files = len(fixing.changes)
    summary = f"{len(fixing.fixed)} {done} in {files} {'file' if files == 1 else 'files'}; {len(fixing.left)} left"
    counted = Counter(each.reason for each in fixing.left).most_common()
    if len(counted) == 1:
        summary += f": {counted[0][0]}"
    elif counted:
        summary += ": " + "; ".join(f"{count} {reason}" for reason, count in counted)
    coverage = fixing.coverage
    typer.echo(f"{summary} ({coverage.modules} of {coverage.modules_found} modules analysed)", err=to_stderr)

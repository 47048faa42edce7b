"""Writes a story as a git repository whose commit ids are the same on every machine."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from audit.demo.story import Commit
from audit.model.errors import SourceError, UsageError

_IDENTITY: Final = {
    "GIT_AUTHOR_NAME": "Colony Engineering",
    "GIT_AUTHOR_EMAIL": "engineering@example.invalid",
    "GIT_COMMITTER_NAME": "Colony Engineering",
    "GIT_COMMITTER_EMAIL": "engineering@example.invalid",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_DEFAULT_HASH": "sha1",
}
_FIRST_DAY: Final = 1_756_202_400
"""2025-08-26 10:00 UTC; each commit comes a day after the one before."""
_DAY: Final = 86_400


def require_git() -> None:
    """Make sure of git before anything is written.

    Raises:
        SourceError: git is not installed.
    """
    if shutil.which("git") is None:
        raise SourceError("git is not installed; the demonstration writes a git repository")


def write_repository(folder: Path, commits: Iterable[Commit]) -> tuple[str, ...]:
    """Create a repository in ``folder``, which is made or must be empty; the ids of its commits, in order.

    Raises:
        UsageError: the folder holds something, which would be mixed with the story.
        SourceError: git is not installed, or refuses.
    """
    require_git()
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{folder} is not an empty folder; name one that is empty or does not exist")
    folder.mkdir(parents=True, exist_ok=True)
    _git(folder, 0, "init", "--quiet", "--initial-branch=main")
    return tuple(add_commit(folder, commit, day) for day, commit in enumerate(commits))


def add_commit(folder: Path, commit: Commit, day: int) -> str:
    """Write one commit, dated ``day`` days after the first, into a repository made here; its id.

    Raises:
        SourceError: git refuses.
    """
    for path, text in commit.written.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8", newline="\n")
    for path in commit.deleted:
        (folder / path).unlink()
    _git(folder, day, "add", "--all")
    _git(folder, day, "commit", "--quiet", "--no-gpg-sign", "--message", commit.subject)
    return _git(folder, day, "rev-parse", "HEAD").strip()


def _git(folder: Path, day: int, *arguments: str) -> str:
    date = f"{_FIRST_DAY + day * _DAY} +0000"
    environment = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    environment |= {**_IDENTITY, "GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date}
    done = subprocess.run(
        ["git", "-c", "core.autocrlf=false", "-c", f"core.hooksPath={os.devnull}", *arguments],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SourceError(f"git {arguments[0]} failed in {folder}: {done.stderr.strip()}")
    return done.stdout

"""A git repository on disk for the tests of what reads one."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest


class GitFolder:
    """A work tree whose git ignores the machine's own configuration."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def git(self, *arguments: str) -> str:
        """Run one git command here."""
        environment = {
            **os.environ,
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            **{f"GIT_{who}_{what}": "a@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
        }
        done = subprocess.run(
            ["git", "-C", str(self.root), "-c", "protocol.file.allow=always", *arguments],
            check=True,
            capture_output=True,
            text=True,
            env=environment,
        )
        return done.stdout.strip()

    def write(self, files: dict[str, str]) -> None:
        """Put files on disk."""
        for name, content in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)

    def commit(self, files: dict[str, str]) -> str:
        """Put files on disk and commit everything; returns the commit."""
        self.write(files)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "A commit")
        return self.git("rev-parse", "HEAD")


@pytest.fixture
def repository(tmp_path: Path) -> GitFolder:
    """An empty repository."""
    folder = GitFolder(tmp_path / "repository")
    folder.root.mkdir()
    folder.git("init", "--quiet", "--initial-branch", "main")
    return folder

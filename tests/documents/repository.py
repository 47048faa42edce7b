"""A throw-away repository that holds the commits of a case, written without a checkout."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol

_CONFIG = "[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = true\n"


class File(Protocol):
    """What is written for one path."""

    @property
    def content(self) -> bytes:
        """The bytes of the file, or the text of the link."""

    @property
    def link(self) -> bool:
        """Whether it is a symbolic link."""


def write_repository(folder: Path, commits: Sequence[Mapping[str, File]]) -> None:
    """Make ``folder`` a bare repository: branch ``base`` is the first commit, ``main`` the last.

    The folder is laid out by hand and filled by one git process, because a suite of cases makes hundreds.
    """
    for part in ("objects", "refs/heads"):
        (folder / part).mkdir(parents=True)
    (folder / "HEAD").write_text("ref: refs/heads/main\n")
    (folder / "config").write_text(_CONFIG)
    subprocess.run(
        ["git", "--git-dir", str(folder), "fast-import", "--quiet"],
        input=b"".join(_stream(commits)),
        check=True,
        env={**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"},
    )


def _stream(commits: Sequence[Mapping[str, File]]) -> Iterator[bytes]:
    for number, tree in enumerate(commits, 1):
        subject = b"Commit %d" % number
        yield b"commit refs/heads/main\nmark :%d\n" % number
        yield b"committer A <a@example.org> %d +0000\n" % (1_700_000_000 + number)
        yield b"data %d\n%s\n" % (len(subject), subject)
        yield b"deleteall\n"
        for path, file in tree.items():
            mode = b"120000" if file.link else b"100644"
            yield b"M %s inline %s\ndata %d\n%s\n" % (mode, _quoted(path), len(file.content), file.content)
    yield b"reset refs/heads/base\nfrom :1\n"


def _quoted(path: str) -> bytes:
    escaped = path.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'.encode(errors="surrogateescape")

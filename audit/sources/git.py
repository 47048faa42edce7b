"""Git plumbing that reads and never runs anything of the repository it reads.

A repository's own configuration can name programs (file-system monitors, hooks, filters, pagers, diff
drivers, signature checks); every call switches them off, because the repository under audit is not trusted.
"""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path

from audit.model.errors import SourceError

_NEUTRAL = (
    "--no-optional-locks",
    "--no-pager",
    "-c",
    "core.fsmonitor=false",
    "-c",
    "core.hooksPath=/dev/null",
    "-c",
    "core.quotePath=false",
    "-c",
    "diff.external=",
    "-c",
    "gc.auto=0",
    "-c",
    "log.showSignature=false",
    "-c",
    "protocol.allow=never",
)


class Git:
    """One repository, addressed by any folder in it or by a bare git directory."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def run(self, *arguments: str, check: bool = True) -> bytes:
        """Output of one git command.

        Raises:
            SourceError: git is missing, or the command failed and ``check`` is set.
        """
        completed = self._call(arguments)
        if check and completed.returncode != 0:
            message = completed.stderr.decode(errors="replace").strip()
            raise SourceError(f"git {arguments[0]} failed in {self.folder}: {message}")
        return completed.stdout

    def answer(self, *arguments: str) -> str | None:
        """Output of one git command as it is, or None when the command failed."""
        completed = self._call(arguments)
        return completed.stdout.decode(errors="surrogateescape") if completed.returncode == 0 else None

    def text(self, *arguments: str, check: bool = True) -> str:
        """Output of one git command, decoded and stripped."""
        return self.run(*arguments, check=check).decode(errors="surrogateescape").strip()

    def _call(self, arguments: tuple[str, ...]) -> subprocess.CompletedProcess[bytes]:
        try:
            return subprocess.run(
                self._command(arguments),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=False,
                env=_environment(),
            )
        except FileNotFoundError:
            raise SourceError("git is not installed or not on PATH; install git and run again") from None

    def _command(self, arguments: tuple[str, ...]) -> list[str]:
        return ["git", "-C", str(self.folder), *_NEUTRAL, *arguments]

    def read_blobs(self, blobs: Iterable[str]) -> Iterator[tuple[str, bytes | None]]:
        """Each object id with its bytes, in order; None where the object is absent from the store."""
        wanted = list(blobs)
        if not wanted:
            return
        with subprocess.Popen(
            self._command(("cat-file", "--batch", "--buffer")),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(),
        ) as process:
            stdin, stdout = process.stdin, process.stdout
            if stdin is None or stdout is None:
                raise SourceError("git cat-file gave no pipes")

            def feed() -> None:
                try:
                    stdin.write(("\n".join(wanted) + "\n").encode())
                    stdin.close()
                except BrokenPipeError:
                    return  # git died; the reader reports it

            feeder = threading.Thread(target=feed, daemon=True)
            feeder.start()
            for blob in wanted:
                header = stdout.readline().split()
                if len(header) < 3:
                    if not header:
                        raise SourceError(f"git cat-file ended early in {self.folder}; run git fsck")
                    yield blob, None
                    continue
                content = stdout.read(int(header[2]) + 1)[:-1]
                yield blob, content
            feeder.join()


def _environment() -> dict[str, str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment |= {
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "LC_ALL": "C",
    }
    return environment

"""Git plumbing that reads and never runs anything of the repository it reads.

A repository's own configuration can name programs (file-system monitors, hooks, filters, pagers, diff
drivers, signature checks); every call switches them off, because the repository under audit is not trusted.
"""

from __future__ import annotations

import os
import subprocess
import weakref
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import IO, Final

from audit.model.errors import SourceError
from audit.model.regex import regex
from audit.sources.tree import MAX_BYTES

_AT_ONCE: Final = 500
"""Names written before their objects are read: few enough for them to fit into a pipe."""
_HEADER_FIELDS: Final = 3
_PIPE: Final = 1 << 20
"""Bytes of output that a command may write before anybody reads them, where the system allows for so many."""
_LACKING: Final = regex(
    rb"unable to (?:read|unpack)|[Cc]ould not (?:read|fetch)|[Nn]ot a valid object|corrupt|missing blob|bad object"
)
_PASSED_BY: Final = 1_000_000
"""Bytes of a large object that are held at once while it is passed by."""

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
        self._idle: list[_ObjectReader] = []

    def run(self, *arguments: str, check: bool = True) -> bytes:
        """Output of one git command.

        Raises:
            SourceError: git is missing, or the command failed and ``check`` is set.
        """
        completed = self._call(arguments)
        if check and completed.returncode != 0:
            raise SourceError(f"git {arguments[0]} failed in {self.folder}: {_reason(completed.stderr)}")
        return completed.stdout

    def begin(self, *arguments: str) -> Running:
        """Start a git command whose output is asked for later: it runs beside this process until then.

        Raises:
            SourceError: git is missing.
        """
        return Running(self._started(arguments), arguments[0], self.folder)

    def answer(self, *arguments: str) -> str | None:
        """Output of one git command as it is, or None when the command failed."""
        completed = self._call(arguments)
        return completed.stdout.decode(errors="surrogateescape") if completed.returncode == 0 else None

    def text(self, *arguments: str, check: bool = True) -> str:
        """Output of one git command, decoded and stripped."""
        return self.run(*arguments, check=check).decode(errors="surrogateescape").strip()

    def given(self, text: bytes, *arguments: str) -> bytes:
        """Output of one git command that reads ``text``, whatever its exit status.

        Raises:
            SourceError: git is missing.
        """
        return self._call(arguments, text).stdout

    def _call(self, arguments: tuple[str, ...], text: bytes | None = None) -> subprocess.CompletedProcess[bytes]:
        with self._started(arguments, subprocess.DEVNULL if text is None else subprocess.PIPE) as process:
            output, errors = process.communicate(text)
        return subprocess.CompletedProcess(arguments, process.returncode, output, errors)

    def _started(self, arguments: tuple[str, ...], stdin: int = subprocess.DEVNULL) -> subprocess.Popen[bytes]:
        try:
            return subprocess.Popen(
                self._command(arguments),
                stdin=stdin,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=_environment(),
                pipesize=_PIPE,
            )
        except FileNotFoundError:
            raise SourceError("git is not installed or not on PATH; install git and run again") from None

    def _command(self, arguments: tuple[str, ...]) -> list[str]:
        return ["git", "-C", str(self.folder), *_NEUTRAL, *arguments]

    def read_blobs(self, blobs: Iterable[str]) -> Iterator[tuple[str, bytes | None]]:
        """Each object id (or any name of an object) with its bytes, in order; None where it is absent from the store,
        or larger than what is read.

        Raises:
            SourceError: git ended before it had answered.
        """
        wanted = list(blobs)
        if not wanted:
            return
        reader = self._idle_reader()
        for number, (name, _, content) in enumerate(reader.ask(wanted), start=1):
            if number == len(wanted):
                self._idle.append(reader)  # all is read, whether or not the caller comes back
            yield name, content

    def object_id(self, name: str) -> str | None:
        """The full id of what git calls by a name (``HEAD~2``, ``v1^{commit}``); None where there is no such object, or
        several."""
        if "\n" in name:
            return None
        reader = self._idle_reader()
        ((_, found, _),) = reader.ask([name])
        self._idle.append(reader)
        return found

    def _idle_reader(self) -> _ObjectReader:
        """A process that reads objects and has nothing else to answer: it is kept, because starting one costs more
        than most answers. One of another process, from which this one was forked, is not ours to ask."""
        while self._idle:
            reader = self._idle.pop()
            if reader.owner == os.getpid():
                return reader
        return _ObjectReader(self._command(("cat-file", "--batch")), self.folder)


class Running:
    """A git command under way. One that nobody asks for its output is stopped."""

    def __init__(self, process: subprocess.Popen[bytes], name: str, folder: Path) -> None:
        self._process = process
        self._name = name
        self._folder = folder
        weakref.finalize(self, _end, process)

    @cached_property
    def output(self) -> bytes:
        """What the command writes, to its end.

        Raises:
            SourceError: it failed.
        """
        output, errors = self._process.communicate()
        if self._process.returncode != 0:
            raise SourceError(f"git {self._name} failed in {self._folder}: {_reason(errors)}")
        return output


class _ObjectReader:
    """One ``git cat-file``, asked many times over. Left to itself it ends when its input is closed."""

    def __init__(self, command: list[str], folder: Path) -> None:
        self.owner = os.getpid()
        self._folder = folder
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(),
            pipesize=_PIPE,
        )
        weakref.finalize(self, _end, self._process)

    def ask(self, wanted: list[str]) -> Iterator[tuple[str, str | None, bytes | None]]:
        """Each name with the id and the bytes of its object."""
        stdin, stdout = self._process.stdin, self._process.stdout
        if stdin is None or stdout is None:
            raise SourceError("git cat-file gave no pipes")
        for start in range(0, len(wanted), _AT_ONCE):
            names = wanted[start : start + _AT_ONCE]
            try:
                stdin.write(("\n".join(names) + "\n").encode(errors="surrogateescape"))
                stdin.flush()
            except BrokenPipeError:
                pass  # git died; the next line says so
            for name in names:
                yield name, *self._answer(stdout)

    def _answer(self, stdout: IO[bytes]) -> tuple[str | None, bytes | None]:
        header = stdout.readline().split()
        if not header:
            raise SourceError(f"git cat-file ended early in {self._folder}: the clone is damaged; git fsck tells where")
        if len(header) != _HEADER_FIELDS or not header[2].isdigit():
            return None, None
        found, size = header[0].decode(), int(header[2])
        if size <= MAX_BYTES:
            return found, stdout.read(size + 1)[:-1]
        left = size + 1
        while left > 0:
            passed = len(stdout.read(min(left, _PASSED_BY)))
            left -= passed or left
        return found, None


def _reason(errors: bytes) -> str:
    """Why git failed, in one line, with what to do where the clone belongs to another, lacks objects or is damaged."""
    lines = errors.decode(errors="replace").strip().splitlines()
    reason = next((line for line in reversed(lines) if line.startswith("fatal:")), lines[-1] if lines else "no reason")
    if b"safe.directory" in errors:
        return f"{reason}; if you trust it, run git config --global --add safe.directory with its path"
    if _LACKING.search(errors) is None:
        return reason
    return (
        f"{reason}; the clone lacks objects (it was made with --filter?) or is damaged: git fsck tells which,"
        " a full clone has them all"
    )


def _end(process: subprocess.Popen[bytes]) -> None:
    """Stop a process that only reads, whatever it is at."""
    process.kill()
    with process:
        return


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

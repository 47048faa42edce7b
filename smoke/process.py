"""One command in its own process group: bounded in time and output, with nothing left running afterwards."""

import contextlib
import ctypes
import hashlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

_KEPT: Final = 256 * 1024
"""Bytes kept of the beginning and of the end of each output stream; the digest covers all of it."""

_GRACE: Final = 2.0
"""Seconds between asking a group to end and killing it."""

_PR_SET_PDEATHSIG: Final = 1
_LIBC: Final = ctypes.CDLL(None) if sys.platform == "linux" else None


@dataclass(frozen=True, slots=True)
class Completed:
    """How a command ended.

    `exit` is negative for a signal. `leftovers`: processes outlived it, in its group or on its output.
    """

    exit: int
    seconds: float
    stdout: str
    stderr: str
    digest: str
    timed_out: bool
    leftovers: bool


class _Stream:
    """Drains a pipe so that its writer never blocks, and keeps its two ends."""

    def __init__(self, pipe: IO[bytes]) -> None:
        self._pipe = pipe
        self._hash = hashlib.sha256()
        self._head = bytearray()
        self._tail = bytearray()
        self._size = 0
        self._thread = threading.Thread(target=self._drain, daemon=True)
        self._thread.start()

    def _drain(self) -> None:
        with self._pipe:
            while chunk := os.read(self._pipe.fileno(), 65536):
                self._hash.update(chunk)
                self._size += len(chunk)
                room = _KEPT - len(self._head)
                self._head += chunk[:room] if room > 0 else b""
                self._tail += chunk[max(room, 0) :]
                del self._tail[:-_KEPT]

    def finish(self) -> tuple[str, bytes, bool]:
        """Text with the middle of a long output left out, the digest of all, and whether the end was seen."""
        self._thread.join(_GRACE)
        dropped = self._size - len(self._head) - len(self._tail)
        gap = f"\n... {dropped} bytes left out ...\n".encode() if dropped else b""
        text = (self._head + gap + self._tail).decode(errors="replace")
        return text, self._hash.digest(), not self._thread.is_alive()


def run(command: Sequence[str], directory: Path, environment: Mapping[str, str], timeout: float) -> Completed:
    """Runs a command with closed input and waits for it, at most `timeout` seconds.

    Whatever is left of its process group is killed before this returns, also when this process is
    interrupted. A descendant that leaves the group escapes, but is noticed if it keeps the output open.

    Raises:
        OSError: the command cannot be started.
    """
    started = time.monotonic()
    process = subprocess.Popen(
        command,
        cwd=directory,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        process_group=0,
        preexec_fn=_die_with_parent,
    )
    assert process.stdout is not None and process.stderr is not None  # noqa: S101, PT018 - both are pipes
    timed_out = leftovers = False
    try:
        streams = _Stream(process.stdout), _Stream(process.stderr)
        try:
            process.wait(timeout)
        except subprocess.TimeoutExpired:
            timed_out = True
            _end(process)
        leftovers = not timed_out and _outlived(process.pid)
    finally:
        _signal_group(process.pid, signal.SIGKILL)
        process.wait()
    (stdout, first, first_ended), (stderr, second, second_ended) = (stream.finish() for stream in streams)
    return Completed(
        exit=process.returncode,
        seconds=round(time.monotonic() - started, 3),
        stdout=stdout,
        stderr=stderr,
        digest=hashlib.sha256(first + second).hexdigest(),
        timed_out=timed_out,
        leftovers=leftovers or not (first_ended and second_ended),
    )


def _die_with_parent() -> None:
    """A killed smoke cannot clean up, so the kernel does it for the command itself, where it can."""
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _end(process: subprocess.Popen[bytes]) -> None:
    _signal_group(process.pid, signal.SIGTERM)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(_GRACE)


def _outlived(group: int) -> bool:
    """Whether the group still has members once those that are just ending had a moment to do so."""
    deadline = time.monotonic() + _GRACE
    while _lives(group):
        if time.monotonic() > deadline:
            return True
        time.sleep(0.01)
    return False


def _lives(group: int) -> bool:
    """Whether a group has a member that is not a zombie, which nobody may have collected yet."""
    if not _signal_group(group, 0):
        return False
    processes = Path("/proc")
    if not (processes / "self" / "stat").exists():
        return True
    for path in processes.glob("[0-9]*/stat"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            # The name of a command stands in brackets and may hold anything; state, parent and group follow.
            state, _, member_of = path.read_text(errors="replace").rpartition(")")[2].split()[:3]
            if int(member_of) == group and state not in "ZX":
                return True
    return False


def _signal_group(group: int, number: int) -> bool:
    """Sends a signal (0: none) to a group; False when the group has no member."""
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        return False
    return True

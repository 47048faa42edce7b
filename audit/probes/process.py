"""Runs one process in its own session, bounded in time, memory and output, and leaves nothing behind."""

from __future__ import annotations

import os
import selectors
import shutil
import signal
import subprocess
import threading
import time
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import msgspec

MARK: Final = "AUDIT_PROBE"
"""Environment variable by which a process that left its session is still known as ours."""

_KEPT: Final = 64 * 1024
_POLL_SECONDS: Final = 0.05
_GRACE_SECONDS: Final = 1.0
_LAUNCH: Final = 'ulimit -c 0 2>/dev/null; ulimit -v "$1" 2>/dev/null || :; shift; exec "$@"'


class ProbeInterruptedError(Exception):
    """The audit was told to stop while a probe ran; the probe is gone."""


class Limits(msgspec.Struct, frozen=True):
    """What a probe may use: wall time in seconds, address space in bytes."""

    seconds: float
    memory: int


class Ended(msgspec.Struct, frozen=True, kw_only=True):
    """How a process ended; ``exit`` is None after a signal. Output keeps its head and its tail."""

    exit: int | None
    signal: int | None
    timed_out: bool
    seconds: float
    stdout: str
    stderr: str


class _Captured:
    """The first and the last bytes of a stream, and how many between them were let go."""

    def __init__(self) -> None:
        self._head = bytearray()
        self._tail = bytearray()
        self._dropped = 0

    def add(self, data: bytes) -> None:
        room = _KEPT - len(self._head)
        self._head += data[:room]
        self._tail += data[room:]
        if len(self._tail) > 2 * _KEPT:
            self._dropped += len(self._tail) - _KEPT
            del self._tail[:-_KEPT]

    def text(self) -> str:
        gap = f"\n... {self._dropped} bytes left out ...\n".encode() if self._dropped else b""
        return bytes(self._head + gap + self._tail).decode(errors="replace").replace("\r\n", "\n")


def run_process(
    command: Sequence[str],
    *,
    cwd: Path,
    environment: Mapping[str, str],
    limits: Limits,
    stop: threading.Event,
) -> Ended:
    """Run ``command`` to its end, or to the end of its time.

    Standard input is closed. When the process ends, in whatever way, everything that it started is killed:
    its process group first, then what left the group (found by an inherited environment variable).

    Raises:
        FileNotFoundError: there is no such program.
        ProbeInterruptedError: ``stop`` was set; the process is gone by then.
    """
    program = shutil.which(command[0], path=environment.get("PATH", ""))
    if os.sep in command[0]:
        program = shutil.which(str((cwd / command[0]).absolute()))
    if program is None:
        raise FileNotFoundError(command[0])
    token = uuid.uuid4().hex
    started = time.monotonic()
    process = subprocess.Popen(
        ["/bin/sh", "-c", _LAUNCH, "sh", str(limits.memory // 1024), program, *command[1:]],
        cwd=cwd,
        env={**environment, MARK: token},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    streams: dict[object, _Captured] = {process.stdout: _Captured(), process.stderr: _Captured()}
    try:
        timed_out = _follow(process, streams, started + limits.seconds, stop)
    finally:
        _kill_all(process, token)
    out, err = (captured.text() for captured in streams.values())
    return Ended(
        exit=process.returncode if process.returncode >= 0 and not timed_out else None,
        signal=-process.returncode if process.returncode < 0 else None,
        timed_out=timed_out,
        seconds=time.monotonic() - started,
        stdout=out,
        stderr=err,
    )


def _follow(
    process: subprocess.Popen[bytes],
    streams: dict[object, _Captured],
    deadline: float,
    stop: threading.Event,
) -> bool:
    """Read both streams until the process has ended and they are closed; whether time ran out.

    A descendant may hold a stream open after the process itself has ended: it is given a short grace.
    """
    ended_at: float | None = None
    with selectors.DefaultSelector() as selector:
        for stream in (process.stdout, process.stderr):
            if stream is not None:
                os.set_blocking(stream.fileno(), False)
                selector.register(stream, selectors.EVENT_READ)
        while True:
            if stop.is_set():
                raise ProbeInterruptedError
            now = time.monotonic()
            if ended_at is None and process.poll() is not None:
                ended_at = now
            if ended_at is not None and (not selector.get_map() or now - ended_at > _GRACE_SECONDS):
                return False
            if ended_at is None and now >= deadline:
                return True
            if not selector.get_map():
                time.sleep(_POLL_SECONDS)
                continue
            for key, _ in selector.select(_POLL_SECONDS):
                data = os.read(key.fd, 65536)
                if data:
                    streams[key.fileobj].add(data)
                else:
                    selector.unregister(key.fileobj)


def _kill_all(process: subprocess.Popen[bytes], token: str) -> None:
    """End the process group, politely if it still runs, then every process that carries the token."""
    if process.poll() is None:
        _signal_group(process.pid, signal.SIGTERM)
        try:
            process.wait(_GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            _signal_group(process.pid, signal.SIGKILL)
            process.wait()
    _signal_group(process.pid, signal.SIGKILL)
    deadline = time.monotonic() + _GRACE_SECONDS
    # Asked again until nobody is left: a kill takes a moment, and may have met a process that was forking.
    while (left := _marked(token)) and time.monotonic() < deadline:
        for pid in left:
            _kill(pid)
        time.sleep(_POLL_SECONDS / 10)
    for stream in (process.stdout, process.stderr):
        if stream is not None:
            stream.close()


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def _signal_group(group: int, number: signal.Signals) -> None:
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        # Nothing is left in the group; macOS answers EPERM where Linux answers ESRCH.
        return


def _marked(token: str) -> list[int]:
    """Processes that inherited the token, where the system shows environments (Linux)."""
    needle = f"{MARK}={token}".encode()
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            environment = (folder / "environ").read_bytes()
        except OSError:
            continue
        if needle in environment.split(b"\0"):
            found.append(int(folder.name))
    return found

"""One process, bounded in time, memory and output, of which nothing is left."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

import pytest

from audit.probes.process import Ended, Limits, ProbeInterruptedError, run_process

GENEROUS = Limits(seconds=60, memory=16 * 2**30)
ENVIRONMENT = {"PATH": os.environ["PATH"]}


def run(tmp_path: Path, *command: str, limits: Limits = GENEROUS, stop: threading.Event | None = None) -> Ended:
    return run_process(command, cwd=tmp_path, environment=ENVIRONMENT, limits=limits, stop=stop or threading.Event())


def python(tmp_path: Path, code: str, **how) -> Ended:
    return run(tmp_path, sys.executable, "-c", code, **how)


def alive(marker: str) -> list[str]:
    """Processes whose command line holds the marker, whoever started them."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if marker.encode() in words and folder.name != str(os.getpid()):
            found.append(folder.name)
    return found


def test_exit_status_and_both_streams_are_seen(tmp_path) -> None:
    ended = python(tmp_path, "import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)")

    assert (ended.exit, ended.signal, ended.timed_out) == (3, None, False)
    assert (ended.stdout, ended.stderr) == ("out\n", "err\n")


def test_standard_input_is_closed(tmp_path) -> None:
    """What the audit itself is fed is not for its probes."""
    reader, writer = os.pipe()
    os.write(writer, b"secret")
    os.close(writer)
    own = os.dup(0)
    os.dup2(reader, 0)
    try:
        ended = python(tmp_path, "import sys; print(repr(sys.stdin.read()))")
    finally:
        os.dup2(own, 0)
        os.close(own)
        os.close(reader)

    assert ended.stdout == "''\n"


def test_a_signal_is_no_exit_status(tmp_path) -> None:
    ended = python(tmp_path, "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)")

    assert (ended.exit, ended.signal) == (None, 11)


def test_a_missing_program_and_a_script_without_permission_are_told(tmp_path) -> None:
    (tmp_path / "script.py").write_text("")
    for command in ("no-such-program", "./script.py"):
        with pytest.raises(FileNotFoundError, match=command):
            run(tmp_path, command)


def test_memory_is_limited(tmp_path) -> None:
    ended = python(tmp_path, "bytearray(2 * 2**30)", limits=Limits(seconds=60, memory=2**30))

    assert ended.exit == 1
    assert "MemoryError" in ended.stderr


def test_memory_is_limited_for_what_a_process_starts_too(tmp_path) -> None:
    hungry = f"{sys.executable} -c 'bytearray(2 * 2**30)'; echo $?"
    ended = run(tmp_path, "sh", "-c", hungry, limits=Limits(seconds=60, memory=2**30))

    assert (ended.exit, ended.stdout) == (0, "1\n")
    assert "MemoryError" in ended.stderr


def test_output_that_is_no_text_is_read_all_the_same(tmp_path) -> None:
    ended = python(tmp_path, "import sys; sys.stdout.buffer.write(bytes([104, 105, 0, 255, 13, 10]))")

    assert (ended.exit, ended.stdout) == (0, "hi\0\ufffd\n")


def test_output_keeps_its_head_and_its_tail(tmp_path) -> None:
    ended = python(tmp_path, "print('head'); print('x' * 1000000); print('tail')")

    assert ended.stdout.startswith("head\nxxx")
    assert ended.stdout.endswith("xxx\ntail\n")
    assert "bytes left out" in ended.stdout
    assert len(ended.stdout) < 300_000


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="processes are listed through /proc")
@pytest.mark.parametrize(
    "child",
    [
        pytest.param(["sleep", "{marker}"], id="plain"),
        pytest.param(["sh", "-c", "trap '' TERM; sleep {marker} & sleep {marker}"], id="stubborn"),
        pytest.param(["sh", "-c", "setsid sleep {marker} & sleep {marker}"], id="in another session"),
    ],
)
def test_time_that_runs_out_leaves_no_process(tmp_path, child) -> None:
    marker = f"61{os.getpid()}"
    ended = run(tmp_path, *(word.format(marker=marker) for word in child), limits=Limits(0.3, 2**33))

    assert ended.timed_out
    assert ended.exit is None
    assert alive(marker) == []


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="processes are listed through /proc")
def test_what_a_process_leaves_behind_at_its_own_end_is_killed_too(tmp_path) -> None:
    marker = f"62{os.getpid()}"
    ended = run(tmp_path, "sh", "-c", f"sleep {marker} & setsid sleep {marker} & echo done")

    assert (ended.exit, ended.stdout) == (0, "done\n")
    assert alive(marker) == []


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="processes are listed through /proc")
def test_an_interrupted_probe_leaves_no_process(tmp_path) -> None:
    marker, stop = f"63{os.getpid()}", threading.Event()
    threading.Timer(0.3, stop.set).start()

    with pytest.raises(ProbeInterruptedError):
        run(tmp_path, "sleep", marker, stop=stop)
    assert alive(marker) == []

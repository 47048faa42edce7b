"""Checkpoints meet a world that fails: kills and full disks at every step, readers in the way, errors in the thread."""

import os
import resource
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from metta_ref.checkpoint import BackgroundWriter, Checkpoint, CheckpointManager, PolicySpec
from metta_ref.checkpoint.errors import CheckpointError, CheckpointNotFoundError
from metta_ref.config import AgentConfig, Observation

SPEC = PolicySpec("lstm", Observation((3, 3, 3)), 4, AgentConfig())


def checkpoint(epoch: int, size: int = 3) -> Checkpoint:
    """A little state in two files, whose values are the epoch."""
    values = np.full(size, float(epoch))
    return Checkpoint(epoch, {"env/a": values, "rng/b": values}, SPEC)


@pytest.fixture
def manager(tmp_path: Path) -> CheckpointManager:
    return CheckpointManager(tmp_path / "demo")


def unfinished(manager: CheckpointManager) -> list[str]:
    """What lies beside the checkpoints and is none."""
    return [entry.name for entry in manager.directory.iterdir() if entry.name.startswith(".")]


def test_all_is_on_disk_before_the_name_and_the_name_before_the_return(
    manager: CheckpointManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    flushed: dict[bool, set[int]] = {False: set(), True: set()}

    def flush(descriptor: int) -> None:
        named = manager.path(1).exists()
        flushed[named].add(os.fstat(descriptor).st_ino)

    monkeypatch.setattr(os, "fsync", flush)
    final = manager.save(checkpoint(1))
    assert flushed == {
        False: {path.stat().st_ino for path in (final, *final.iterdir())},
        True: {path.stat().st_ino for path in (manager.directory, manager.run_dir)},
    }


FAULTS = """
import errno, os, shutil, signal, sys
from pathlib import Path
import numpy as np
from metta_ref.checkpoint import Checkpoint, CheckpointManager, PolicySpec
from metta_ref.checkpoint.errors import CheckpointError
from metta_ref.config import AgentConfig, Observation

kind, run = sys.argv[1], Path(sys.argv[2]) / "demo"
manager = CheckpointManager(run)
spec = PolicySpec("lstm", Observation((3, 3, 3)), 4, AgentConfig())

def save(epoch):
    manager.save(Checkpoint(epoch, {"env/a": np.zeros(3), "rng/b": np.ones(3)}, spec))

failed = []

def fail():
    failed.append(True)
    if kind == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    number = (errno.ENOSPC, errno.EACCES)[moment % 2]
    raise OSError(number, os.strerror(number))

def fail_at(moment):
    left = iter(range(moment, -10**6, -1))
    def step(event, arguments):
        if event in ("open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.chmod") and next(left) == 0:
            fail()
    sys.addaudithook(step)
    os.fsync = lambda descriptor: step("open", ())

os.fsync = lambda descriptor: None  # what a process has written, its death does not take back
save(0)
before = shutil.copytree(run, run.with_name("before"))
for moment in range(500):
    shutil.rmtree(run)
    shutil.copytree(before, run)
    child = os.fork()
    if child == 0:
        code = 0
        fail_at(moment)
        try:
            save(1)
            code = 3
            manager.prune({1})
            code = 4 if failed else 0
        except CheckpointError:
            code = code or 2
        os._exit(code)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    epochs = manager.epochs()
    left = [entry.name for entry in manager.directory.iterdir() if entry.name.startswith(".")]
    for epoch in epochs:
        manager.load(epoch)
    save(2)
    assert [entry.name for entry in manager.directory.iterdir() if entry.name.startswith(".")] == []
    print(status, len(left), *epochs, flush=True)
    if status == 0:
        break
"""


def outcomes(kind: str, folder: Path) -> list[str]:
    """A save and a pruning after it, with a fault at each opening, flush, renaming, change of mode and removal in turn.

    The fault is a kill, or a disk that is full and one that is forbidden by turns.

    Each line is the process's end (-9 killed, 2 an error of the save, 3 of the pruning, 4 none although something
    failed, 0 nothing left to fail), how many unfinished directories it left, and the epochs there. All of them could
    be read, and the next save removed what was unfinished.
    """
    command = [sys.executable, "-c", FAULTS, kind, str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()


def in_order(lines: list[str]) -> list[str]:
    """Each line once, in the order of their first appearance."""
    return list(dict.fromkeys(lines))


def test_a_kill_at_any_moment_leaves_complete_checkpoints_only(tmp_path: Path) -> None:
    lines = outcomes("kill", tmp_path)
    assert len(lines) > 25
    assert in_order(lines) == [
        "-9 0 0",  # before there is a temporary directory
        "-9 1 0",  # while it is written and flushed, and before it is renamed
        "-9 0 0 1",  # before the last flush, and before the old one is renamed
        "-9 1 1",  # while its files are removed
        "0 0 1",
    ]


def test_a_disk_without_room_or_permission_costs_nothing_that_was_there(tmp_path: Path) -> None:
    lines = outcomes("refuse", tmp_path)
    assert len(lines) > 25
    assert in_order(lines) == [
        "4 0 1",  # making a folder that is there already
        "2 0 0",  # the save failed, and nothing of it stays
        "3 0 0 1",  # the old one could not be renamed, and stays
        "3 1 1",  # its files could not be removed; they are no checkpoint any more
        "0 0 1",
    ]


@contextmanager
def files_up_to(size: int) -> Iterator[None]:
    """No file of this process grows beyond so many bytes, as on a disk that is full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_tensors_that_do_not_fit_are_an_error_and_leave_nothing(manager: CheckpointManager) -> None:
    manager.save(checkpoint(0))
    with (
        files_up_to(20_000),
        pytest.raises(CheckpointError, match=r"epoch-00000001: not saved \(.*File too large.*\); make room"),
    ):
        manager.save(checkpoint(1, size=10_000))
    assert (manager.epochs(), unfinished(manager)) == ((0,), [])
    manager.save(checkpoint(1, size=10_000))


def test_a_file_is_as_readable_as_any_other(manager: CheckpointManager) -> None:
    before = os.umask(0o027)
    try:
        path = manager.save(checkpoint(0))
    finally:
        os.umask(before)
    assert {oct(file.stat().st_mode & 0o777) for file in path.iterdir()} == {"0o640"}


def test_a_checkpoint_that_is_pruned_while_it_is_read_is_not_found(
    manager: CheckpointManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    for epoch in (0, 1):
        manager.save(checkpoint(epoch))
    opened = manager.stored(0)
    manager.prune({1})
    with pytest.raises(CheckpointNotFoundError, match=r"epoch-00000000: was removed while it was read; choose another"):
        opened.load()
    manager.save(checkpoint(2))
    monkeypatch.setattr(manager, "epochs", lambda: (0, 1, 2))  # as listed before 0 went
    assert list(manager.listing().sidecars()) == [1, 2]


def test_readers_beside_a_writer_that_prunes_never_see_half_a_checkpoint(manager: CheckpointManager) -> None:
    manager.save(checkpoint(0))
    seen, done = [], threading.Event()

    def read() -> None:
        reader = CheckpointManager(manager.run_dir)
        while not done.is_set():
            try:
                loaded = reader.load(reader.epochs()[0])
            except CheckpointNotFoundError:
                continue
            values = {float(value) for array in loaded.state.values() for value in array}
            seen.append((loaded.epoch, values))

    thread = threading.Thread(target=read)
    thread.start()
    for epoch in range(1, 13):
        manager.save(checkpoint(epoch))
        manager.prune({epoch})
    done.set()
    thread.join()
    assert seen
    assert [(epoch, values) for epoch, values in seen if values != {float(epoch)}] == []


def test_writing_goes_on_beside_one_at_a_time_and_is_done_at_the_end() -> None:
    order, first_may_end = [], threading.Event()

    def first() -> None:
        order.append("first begins")
        first_may_end.wait()
        order.append("first ends")

    with BackgroundWriter() as writer:
        writer.submit(first)
        threading.Timer(0.05, first_may_end.set).start()
        writer.submit(lambda: order.append("second"))
        assert order[:2] == ["first begins", "first ends"]
    assert order == ["first begins", "first ends", "second"]


def test_what_fails_beside_is_raised_by_the_next_call_or_at_the_end() -> None:
    def fail() -> None:
        raise CheckpointError("no room")

    order: list[str] = []
    writer = BackgroundWriter()
    writer.submit(fail)
    with pytest.raises(CheckpointError, match="no room"):
        writer.submit(lambda: order.append("never"))
    with writer:
        writer.submit(lambda: order.append("once told, it goes on"))
    with pytest.raises(CheckpointError, match="no room"), BackgroundWriter() as writer:
        writer.submit(fail)
    assert order == ["once told, it goes on"]


def test_an_interrupt_waits_for_what_is_in_flight() -> None:
    order = []
    may_end = threading.Event()

    def write() -> None:
        may_end.wait()
        order.append("written")

    def interrupted() -> None:
        with BackgroundWriter() as writer:
            writer.submit(write)
            threading.Timer(0.05, may_end.set).start()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert order == ["written"]

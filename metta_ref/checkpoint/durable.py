"""How checkpoints reach the disk: one process a run, one piece at a time beside training, flushed before it counts."""

import fcntl
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from metta_ref.checkpoint.errors import CheckpointError


@contextmanager
def locked(run_dir: Path) -> Iterator[None]:
    """Hold the run for this process; the lock is on the directory itself and leaves no file behind.

    Raises CheckpointError when another process holds it.
    """
    descriptor = os.open(run_dir, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CheckpointError(f"{run_dir}: another process is training this run; wait for it or stop it") from None
        yield
    finally:
        os.close(descriptor)


class BackgroundWriter:
    """Does one piece of writing at a time in a thread, so that training waits for the copy in memory and not for the
    disk; the next piece waits for it, and so does the end of the block.

    What a piece raises is raised by the next call or by the end of the block, whichever comes first, and nothing
    is written after it: a run whose disk is full must not go on as if it were being saved. An interrupt does not
    cut off the piece in flight.
    """

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="checkpoint")
        self._in_flight: Future[object] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown()
        self.wait()

    def submit(self, write: Callable[[], object]) -> None:
        """Start a piece as soon as the one before it is done. Raises what that one raised."""
        self.wait()
        self._in_flight = self._pool.submit(write)

    def wait(self) -> None:
        """Return when nothing is in flight. Raises what the last piece raised, once."""
        in_flight, self._in_flight = self._in_flight, None
        if in_flight is not None:
            in_flight.result()


def flush(paths: Sequence[Path]) -> None:
    """Return when files, or the names in directories, are on disk. Raises OSError.

    All are flushed at once: a journal commits once for all of them, where one after the other each waits for a commit
    of its own.
    """

    def flush_one(path: Path) -> None:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    with ThreadPoolExecutor(len(paths), thread_name_prefix="flush") as pool:
        list(pool.map(flush_one, paths))

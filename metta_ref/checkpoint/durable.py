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
    """Hold the run for this process, by a lock on its directory. Raises CheckpointError when another holds it."""
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
    """Does one piece of writing at a time in a thread: training waits for the copy in memory, and not for the disk.

    The next piece waits for it, and so does the end of the block, and raise what it raised; nothing is written after
    that, as if a run were being saved whose disk is full. An interrupt does not cut off the piece in flight.
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
        """Start a piece as soon as the one before it is done."""
        self.wait()
        self._in_flight = self._pool.submit(write)

    def wait(self) -> None:
        """Return when nothing is in flight."""
        in_flight, self._in_flight = self._in_flight, None
        if in_flight is not None:
            in_flight.result()


def flush(paths: Sequence[Path]) -> None:
    """Return when files, or the names in directories, are on disk. Raises OSError.

    All at once: a journal then commits once for all of them, instead of once for each.
    """

    def flush_one(path: Path) -> None:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    with ThreadPoolExecutor(len(paths), thread_name_prefix="flush") as pool:
        list(pool.map(flush_one, paths))

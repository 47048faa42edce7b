"""One writer a run."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from metta_ref.checkpoint.errors import RunBusyError


@contextmanager
def locked(run_dir: Path) -> Iterator[None]:
    """Hold the run for this process; the lock is on the directory itself and leaves no file behind.

    Raises RunBusyError when another process holds it.
    """
    descriptor = os.open(run_dir, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RunBusyError(f"{run_dir}: another process is training this run; wait for it or stop it") from None
        yield
    finally:
        os.close(descriptor)

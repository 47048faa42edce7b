"""Files on disk before anybody relies on them, and one writer a run."""

import fcntl
import hashlib
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
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


def digests(directory: Path) -> dict[str, str]:
    """SHA-256 of each file in a directory by name, read back: no file need be held in memory to be written."""
    found = {}
    for path in directory.iterdir():
        with path.open("rb") as file:
            found[path.name] = hashlib.file_digest(file, "sha256").hexdigest()
    return found


def flush(directory: Path) -> None:
    """Return when the files of a directory, and their names, are on disk. Raises OSError.

    Each has the mode then that a new file in this directory has, whoever made it. All are flushed at once: a journal
    commits once for all of them, where one after the other each waits for a commit of its own.
    """
    files, mode = list(directory.iterdir()), directory.stat().st_mode & 0o666
    for path in files:
        path.chmod(mode)
    with ThreadPoolExecutor(len(files) + 1, thread_name_prefix="flush") as pool:
        list(pool.map(flush_entry, [*files, directory]))


def flush_entry(path: Path) -> None:
    """Put a file, or the names in a directory, on disk. Raises OSError."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

"""Files on disk before anybody relies on them, and one writer a run."""

import fcntl
import hashlib
import os
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from metta_ref.checkpoint.errors import RunBusyError

Writer = Callable[[Path], object]
"""Makes the file of that path."""


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


def write_files(directory: Path, writers: Mapping[str, Writer]) -> dict[str, str]:
    """Make the files of a directory and return the SHA-256 of each by name.

    What is digested is read back: no file need be held in memory, and each has the mode that a new file in this
    directory has, whoever made it. Raises what the writers raise.
    """
    mode, digests = directory.stat().st_mode & 0o666, {}
    for name, write in writers.items():
        path = directory / name
        write(path)
        path.chmod(mode)
        with path.open("rb") as file:
            digests[name] = hashlib.file_digest(file, "sha256").hexdigest()
    return digests


def flush(directory: Path) -> None:
    """Return when the files of a directory, and their names, are on disk. Raises OSError.

    All are flushed at once: a journal then commits once for all of them, where one after the other each
    waits for a commit of its own.
    """
    files = list(directory.iterdir())
    with ThreadPoolExecutor(len(files) + 1, thread_name_prefix="flush") as pool:
        list(pool.map(flush_entry, [*files, directory]))


def flush_entry(path: Path) -> None:
    """Put a file, or the names in a directory, on disk. Raises OSError."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

"""Files on disk before anybody relies on them."""

import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path


def write_files(directory: Path, contents: Mapping[str, bytes]) -> None:
    """Write new files into a directory and return when they and their names are on disk.

    All are flushed at once: a journal then commits once for all of them, where one after the other each
    waits for a commit of its own. Raises OSError, after every file has been tried.
    """
    with ThreadPoolExecutor(len(contents), thread_name_prefix="flush") as pool:
        written = [pool.submit(_write, directory / name, data) for name, data in contents.items()]
    for file in written:
        file.result()
    flush_directory(directory)


def flush_directory(path: Path) -> None:
    """Put the names in a directory on disk. Raises OSError."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write(path: Path, data: bytes) -> None:
    with path.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())

"""Shards of an evaluation into the one stats database of a run, so that a kill loses nothing."""

import fcntl
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from metta_ref.eval.errors import StatsBusyError
from metta_ref.eval.simulation_stats_db import SimulationStatsDB


@dataclass(frozen=True, slots=True)
class Published:
    """Episodes that a merge added, and those that the database holds now."""

    added: int
    total: int


def publish(shards: Sequence[Path], destination: Path) -> Published:
    """Merges shards into `destination`, which is replaced as a whole by a complete copy or not at all.

    The copy stands in the same folder, is flushed to disk, and takes the name in one rename. Two evaluations
    that end together wait for each other.

    Raises:
        StatsCorruptError, StatsNotFoundError: about the destination or a shard; the destination is untouched.
        StatsBusyError: another program has changes to the destination that are not in the file yet.
    """
    log = destination.with_name(destination.name + ".wal")
    temporary = destination.with_name(f".{destination.name}.tmp")
    with _exclusive(destination.with_name(f".{destination.name}.lock")):
        if log.exists():
            raise StatsBusyError(destination, f"{log.name} holds unfinished changes")
        try:
            _discard(temporary)  # of a process that was killed here
            if destination.exists():
                with SimulationStatsDB(destination, read_only=True) as database:
                    database.verify()
                shutil.copyfile(destination, temporary)
            with SimulationStatsDB(temporary) as database:
                added = sum([database.merge_in(shard) for shard in shards])
                total = database.count("episodes")
            with temporary.open("rb") as file:
                os.fsync(file.fileno())
            temporary.replace(destination)
        finally:
            _discard(temporary)
        _fsync_directory(destination.parent)
    return Published(added, total)


@contextmanager
def _exclusive(path: Path) -> Iterator[None]:
    """Waits until this process alone holds the lock file, which is gone again afterwards.

    Not the folder itself is locked: that lock belongs to a training that may be under way, which an
    evaluation need not wait for.
    """
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        # The one who waited may hold a file that its last owner has removed meanwhile.
        if path.exists() and os.path.samestat(os.fstat(descriptor), path.stat()):
            break
        os.close(descriptor)
    try:
        yield
    finally:
        path.unlink()
        os.close(descriptor)


def _discard(database: Path) -> None:
    for path in (database, database.with_name(database.name + ".wal")):
        path.unlink(missing_ok=True)


def _fsync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

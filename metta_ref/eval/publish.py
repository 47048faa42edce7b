"""Shards of an evaluation into the one stats database of a run, so that a kill loses nothing."""

import fcntl
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from metta_ref.eval.errors import StatsBusyError
from metta_ref.eval.place import Place
from metta_ref.eval.simulation_stats_db import SimulationStatsDB


@dataclass(frozen=True, slots=True)
class Published:
    """Ids of the episodes that a merge added, and how many the database holds now."""

    added: tuple[str, ...]
    total: int


def publish(shards: Sequence[Path], destination: Place) -> Published:
    """Merges shards into `destination`, all or nothing; whoever publishes there at the same time waits.

    A server takes them in one transaction. A file is replaced by a complete copy, which stands in the same folder,
    is flushed to disk, and takes the name in one rename.

    Raises:
        StatsCorruptError, StatsNotFoundError: about the destination or a shard; the destination is untouched.
        StatsBusyError: another program has changes to the destination that are not in the file yet.
        StatsServerError: the server cannot be reached, or refuses.
    """
    if isinstance(destination, Path):
        return _publish_to_file(shards, destination)
    with SimulationStatsDB(destination) as database:
        return _merged(shards, database)


def _publish_to_file(shards: Sequence[Path], destination: Path) -> Published:
    log = destination.with_name(destination.name + ".wal")
    temporary = destination.with_name(f".{destination.name}.tmp")
    with _exclusive(destination.with_name(f".{destination.name}.lock")):
        if log.exists():
            raise StatsBusyError(destination, f"{log.name} holds unfinished changes")
        try:
            _discard(temporary)  # of a process that was killed here
            if destination.exists():
                with SimulationStatsDB(destination, read_only=True) as database:
                    database.tables()  # DuckDB opens a damaged file and notices only where it looks
                shutil.copyfile(destination, temporary)
            with SimulationStatsDB(temporary) as database:
                published = _merged(shards, database)
            with temporary.open("rb") as file:
                os.fsync(file.fileno())
            temporary.replace(destination)
        finally:
            _discard(temporary)
        _fsync_directory(destination.parent)
    return published


def _merged(shards: Sequence[Path], database: SimulationStatsDB) -> Published:
    added = database.merge_in(shards)
    return Published(added, database.count("episodes"))


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

"""Shards of an evaluation into the one stats database of a run, so that a kill loses nothing."""

import fcntl
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from metta_ref.checkpoint.durable import flush_entry
from metta_ref.eval.errors import StatsBusyError
from metta_ref.eval.place import Place, Server
from metta_ref.eval.simulation_stats_db import Merged, SimulationStatsDB


def publish(shards: Sequence[Path], destination: Place) -> Merged:
    """Merges shards into `destination`, all or nothing; whoever publishes there at the same time waits.

    A server takes them in one transaction. A file is replaced by a complete copy, which stands in the same folder,
    is flushed to disk, and takes the name in one rename. Raises StatsError as SimulationStatsDB does about the
    destination or a shard, and StatsBusyError when another program has changes that are not in the file yet.
    """
    if isinstance(destination, Server):
        with SimulationStatsDB(destination) as database:
            return database.merge_in(shards)
    partial = destination.with_name(f".{destination.name}.tmp")
    with _exclusive(destination.with_name(f".{destination.name}.lock")):
        if (log := _log_of(destination)).exists():
            raise StatsBusyError(destination, f"{log.name} holds unfinished changes")
        try:
            _discard(partial)  # of a process that was killed here
            if destination.exists():
                with SimulationStatsDB(destination, read_only=True) as database:
                    database.tables()  # DuckDB opens a damaged file and notices only where it looks
                shutil.copyfile(destination, partial)
            with SimulationStatsDB(partial) as database:
                merged = database.merge_in(shards)
            flush_entry(partial)
            partial.replace(destination)
        finally:
            _discard(partial)
        flush_entry(destination.parent)
    return merged


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
    database.unlink(missing_ok=True)
    _log_of(database).unlink(missing_ok=True)


def _log_of(database: Path) -> Path:
    """Where DuckDB keeps what is not in the file yet."""
    return database.with_name(f"{database.name}.wal")

"""What can be wrong with a stats database, as types that a command line turns into one message."""

from pathlib import Path


class StatsError(Exception):
    """Root of every error that a stats database raises; its text says which file and what to do."""


class StatsNotFoundError(StatsError):
    """There is no stats database at the given place."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"no stats database at {path}: evaluate a checkpoint first")


class StatsCorruptError(StatsError):
    """The file cannot be read as DuckDB, is cut short, or holds other tables than a stats database."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path} is not a readable stats database ({reason}): move it away and evaluate again")


class StatsBusyError(StatsError):
    """Another program holds the database open, or was killed while writing to it."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path} is in use ({reason}): close the other program, or finish its recovery, first")


class NoEpisodesError(StatsError):
    """A question was asked of a database in which nothing was recorded for it."""

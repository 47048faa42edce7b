"""What can be wrong with a stats database, as types that a command line turns into one message."""

from pathlib import Path
from typing import TYPE_CHECKING

from metta_ref.config import RefusedError

if TYPE_CHECKING:
    from metta_ref.eval.place import Place, Server


class StatsError(RefusedError):
    """Root of every error that a stats database raises; its text says which file and what to do."""


class StatsNotFoundError(StatsError):
    """There is no stats database at the given place."""

    def __init__(self, place: "Place") -> None:
        super().__init__(f"no stats database at {place}: evaluate a checkpoint first")


class StatsCorruptError(StatsError):
    """The file cannot be read as DuckDB, is cut short, or there are other tables than those of a stats database."""

    def __init__(self, place: "Place", reason: str) -> None:
        super().__init__(f"{place} is not a readable stats database ({reason}): move it away and evaluate again")


class StatsServerError(StatsError):
    """The server of a stats database cannot be reached, or refuses."""

    def __init__(self, server: "Server", reason: str) -> None:
        super().__init__(f"{server}: {reason}; check the address, the permissions, and that the server runs")


class StatsBusyError(StatsError):
    """Another program holds the database open."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path} is in use ({reason}): wait for the other program, or close it")


class NoEpisodesError(StatsError):
    """A question was asked of a database in which nothing was recorded for it."""

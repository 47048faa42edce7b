"""Connections to a stats database, whose failures are the typed errors of `errors`.

Statements are written once, in the SQL that DuckDB and PostgreSQL share, and name their values as `$name`.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

import duckdb

from metta_ref.eval.errors import StatsBusyError, StatsCorruptError
from metta_ref.eval.place import Place, Server

Value = str | int | float | datetime | None
Row = tuple[Any, ...]
"""As many values as the query has columns; their types are the query's business."""

_SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "threads": 1,
    "default_block_size": 16384,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}
"""Few episodes gain nothing from threads and fill no large block; reading a local file must not reach for the
network."""

_ROWS_PER_INSERT = 500
"""One statement for many rows is some ten times faster than one each; the text must stay small enough."""


class Connection(Protocol):
    """One open stats database. Values reach a query only as bound parameters."""

    def close(self) -> None:
        """Let go of it; what was not committed is lost."""
        ...

    def rows(self, query: str, values: Mapping[str, Value] = ...) -> list[Row]:
        """All rows that a statement returns."""
        ...

    def transaction(self) -> AbstractContextManager[None]:
        """All statements inside take effect, or none."""
        ...

    def exclusive(self) -> None:
        """Until the transaction ends, no other writer goes on."""
        ...


def connect(place: Place, *, read_only: bool) -> Connection:
    """Opens a stats database; a file that is not there is created unless `read_only`.

    Raises:
        StatsError: damaged, held by another process, or not to be reached.
        ConfigError: the package for a server is not installed.
    """
    if isinstance(place, Server):
        from metta_ref.eval.postgres import PostgresConnection

        return PostgresConnection(place, read_only=read_only)
    return DuckConnection(place, read_only=read_only)


def insert(connection: Connection, table: str, rows: Sequence[tuple[Value, ...]]) -> list[Row]:
    """Adds rows and returns those added, whole; a row whose primary key is there already is left out."""
    added = []
    for start in range(0, len(rows), _ROWS_PER_INSERT):
        batch = rows[start : start + _ROWS_PER_INSERT]
        width = len(batch[0])
        places = ", ".join(
            f"({', '.join(f'$v{row * width + column}' for column in range(width))})" for row in range(len(batch))
        )
        # S608: the table is a name of the schema, the values are bound.
        statement = f"INSERT INTO {table} VALUES {places} ON CONFLICT DO NOTHING RETURNING *"  # noqa: S608
        values = [value for row in batch for value in row]
        added += connection.rows(statement, {f"v{number}": value for number, value in enumerate(values)})
    return added


@contextmanager
def _reported_as_stats_errors(path: Path) -> Iterator[None]:
    """Turns a damaged or locked file into StatsCorruptError or StatsBusyError; a wrong query stays itself."""
    try:
        yield
    except duckdb.ProgrammingError:
        raise
    except duckdb.Error as error:
        reason = str(error).splitlines()[0]
        if "Could not set lock" in reason:
            raise StatsBusyError(path, reason) from error
        raise StatsCorruptError(path, reason) from error


class DuckConnection:
    """One open DuckDB file, which has a single writer at a time.

    Raises:
        StatsCorruptError: on opening or in any query, when the file is damaged.
        StatsBusyError: another process holds the file.
    """

    def __init__(self, path: Path, *, read_only: bool) -> None:
        self.path = path
        with _reported_as_stats_errors(path):
            self._connection = duckdb.connect(str(path), read_only=read_only, config=_SETTINGS)

    def close(self) -> None:
        """Writes what is pending into the file and lets go of it."""
        with _reported_as_stats_errors(self.path):
            self._connection.close()

    def rows(self, query: str, values: Mapping[str, Value] = {}) -> list[Row]:
        """See `Connection`."""
        with _reported_as_stats_errors(self.path):
            return self._connection.execute(query, dict(values)).fetchall()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """See `Connection`."""
        self.rows("BEGIN")
        try:
            yield
        except BaseException:
            self.rows("ROLLBACK")
            raise
        self.rows("COMMIT")

    def exclusive(self) -> None:
        """See `Connection`: nobody else can have opened the file."""

"""DuckDB connections whose failures are the typed errors of `errors`."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from metta_ref.eval.errors import StatsBusyError, StatsCorruptError

Value = str | int | float | datetime | None
Parameters = Sequence[Value] | dict[str, Value]
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


@contextmanager
def reported_as_stats_errors(path: Path) -> Iterator[None]:
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


class Connection:
    """One open DuckDB file. Values reach a query only as bound parameters.

    Raises:
        StatsCorruptError: on opening or in any query, when the file is damaged.
        StatsBusyError: another process holds the file.
    """

    def __init__(self, path: Path, *, read_only: bool) -> None:
        self.path = path
        with reported_as_stats_errors(path):
            self._connection = duckdb.connect(str(path), read_only=read_only, config=_SETTINGS)

    def close(self) -> None:
        """Writes what is pending into the file and lets go of it."""
        with reported_as_stats_errors(self.path):
            self._connection.close()

    def rows(self, query: str, parameters: Parameters = ()) -> list[Row]:
        """All rows that a statement returns."""
        with reported_as_stats_errors(self.path):
            return self._connection.execute(query, parameters).fetchall()

    def insert(self, table: str, rows: Sequence[tuple[Value, ...]]) -> None:
        """Adds rows in one statement; a row whose primary key is there already is left out."""
        for start in range(0, len(rows), _ROWS_PER_INSERT):
            batch = rows[start : start + _ROWS_PER_INSERT]
            places = ", ".join([f"({', '.join('?' * len(batch[0]))})"] * len(batch))
            # S608: the table is a name of the schema, the values are bound.
            statement = f"INSERT OR IGNORE INTO {table} VALUES {places}"  # noqa: S608
            self.rows(statement, [value for row in batch for value in row])

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All statements inside take effect, or none."""
        self.rows("BEGIN")
        try:
            yield
        except BaseException:
            self.rows("ROLLBACK")
            raise
        self.rows("COMMIT")

    @contextmanager
    def attached(self, other: Path, alias: str) -> Iterator[None]:
        """Makes the tables of another file readable as `alias.table`."""
        with reported_as_stats_errors(other):
            self._connection.execute(f"ATTACH ? AS {alias} (READ_ONLY)", [str(other)])
        try:
            yield
        finally:
            self.rows(f"DETACH {alias}")

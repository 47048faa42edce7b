"""One open stats database, a DuckDB file or on a PostgreSQL server, whose failures are those of `errors`.

Statements are written once, in the SQL that both share, and name their values as `$name`.
"""

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import datetime
from itertools import chain, islice
from pathlib import Path
from typing import Any, Final

import duckdb

from metta_ref.config import ConfigError
from metta_ref.eval.errors import StatsBusyError, StatsCorruptError, StatsError, StatsServerError
from metta_ref.eval.place import Place, Server

Value = str | int | float | datetime | None
Row = tuple[Any, ...]
"""As many values as the query has columns; their types are the query's business."""

SECONDS_TO_WAIT = 30.0
"""For another process that has the file open."""

_SETTINGS: Final[dict[str, str | bool | int | float | list[str]]] = {
    "threads": 1,
    "default_block_size": 16384,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}
"""Few episodes gain nothing from threads and fill no large block; reading a local file must not reach for the
network."""

_ROWS_PER_INSERT: Final = 500
"""One statement for many rows is some ten times faster than one each; the text must stay small enough."""

_NAME: Final = re.compile(r"\$(\w+)")
_IN_USE: Final = "Could not set lock"
_LOCK: Final = 0x6D657474615F7265
"""Any number that no other program takes an advisory lock on."""


class Connection:
    """An open stats database; a file that is not there is created unless `read_only`.

    A file has one writer or several readers, and whoever comes then waits for a while. A reader of a server sees it as
    it was at the first question. What was committed outlasts a kill.

    On opening and in any statement raises StatsCorruptError when the file is damaged, StatsBusyError when another
    process holds it, OSError when its folder is missing; StatsServerError, which never tells the password, when the
    server cannot be reached or refuses, and ConfigError when the package for a server is not installed.
    """

    def __init__(self, place: Place, *, read_only: bool) -> None:
        self._place = place
        with self._reported():
            if isinstance(place, Path):
                self._native: Any = _opened(place, read_only)
                return
            import psycopg

            self._native = psycopg.connect(place.url, autocommit=True, connect_timeout=10)
            if read_only:
                self._native.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")

    def close(self) -> None:
        """Lets go of the database; what was not committed is lost."""
        with self._reported():
            self._native.close()

    def rows(self, query: str, values: Mapping[str, Value] = {}) -> list[Row]:
        """All rows that a statement returns."""
        if isinstance(self._place, Server):
            query = _NAME.sub(r"%(\1)s", query)
        with self._reported():
            answer = self._native.execute(query, dict(values))
            return list(answer.fetchall()) if answer.description else []

    def insert(self, table: str, rows: Sequence[tuple[Value, ...]]) -> list[Row]:
        """Adds rows and returns those added, whole; one whose primary key is there already is left out."""
        added = []
        for start in range(0, len(rows), _ROWS_PER_INSERT):
            batch = rows[start : start + _ROWS_PER_INSERT]
            values = {f"v{number}": value for number, value in enumerate(chain.from_iterable(batch))}
            names = (f"${name}" for name in values)
            places = ", ".join(f"({', '.join(islice(names, len(row)))})" for row in batch)
            # S608: the table is a name of the schema, the values are bound.
            statement = f"INSERT INTO {table} VALUES {places} ON CONFLICT DO NOTHING RETURNING *"  # noqa: S608
            added += self.rows(statement, values)
        return added

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All statements inside take effect, or none; until it ends, no other writer's transaction begins."""
        self.rows("BEGIN")
        try:
            if isinstance(self._place, Server):
                self.rows("SELECT pg_advisory_xact_lock($lock)", {"lock": _LOCK})
            yield
        except BaseException:
            with suppress(StatsError):  # what went wrong before says more
                self.rows("ROLLBACK")
            raise
        self.rows("COMMIT")

    def _reported(self) -> AbstractContextManager[None]:
        return _of_server(self._place) if isinstance(self._place, Server) else _of_file(self._place)


def _opened(path: Path, read_only: bool) -> duckdb.DuckDBPyConnection:
    path.parent.stat()  # a folder that is missing is no damaged database
    deadline = time.monotonic() + SECONDS_TO_WAIT
    while True:
        try:
            return duckdb.connect(str(path), read_only=read_only, config=_SETTINGS)
        except duckdb.IOException as error:
            if _IN_USE not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.05)


@contextmanager
def _of_file(path: Path) -> Iterator[None]:
    """Turns a damaged or locked file into the error of that kind; a wrong statement stays itself."""
    try:
        yield
    except duckdb.ProgrammingError:
        raise
    except duckdb.Error as error:
        reason = str(error).splitlines()[0]
        kind = StatsBusyError if _IN_USE in reason else StatsCorruptError
        raise kind(path, reason) from error


@contextmanager
def _of_server(server: Server) -> Iterator[None]:
    try:
        import psycopg
    except ModuleNotFoundError as error:
        extra = "pip install 'migration-audit[postgres]'"
        raise ConfigError([f"database=postgresql://…: {error.name} is not installed; {extra}"]) from error
    try:
        yield
    except psycopg.Error as error:
        reason = server.without_password(str(error).strip().replace("\n", " "))
        # The cause would show the URL.
        raise StatsServerError(server, reason) from None

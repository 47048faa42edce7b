"""Where a stats database lies, in a DuckDB file or on a PostgreSQL server that several machines share, and an open one.

Statements are written once, in the SQL that both share, and name their values as `$name`.
"""

import os
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain, islice
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit

import duckdb

from metta_ref.config import ConfigError, RefusedError

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
_NOT_OPENED: Final = "Cannot open file"
_LOCK: Final = 0x6D657474615F7265
"""Any number that no other program takes an advisory lock on."""


class StatsError(RefusedError):
    """A stats database cannot be had, or does not hold what it was asked about; the message says which and where."""


@dataclass(frozen=True, slots=True)
class Server:
    """A PostgreSQL database by its URL, which may hold a password and so is shown to nobody: str() leaves it out."""

    url: str = field(repr=False)

    def __str__(self) -> str:
        parts = urlsplit(self.url)
        user = f"{parts.username}@" if parts.username else ""
        port = f":{parts.port}" if parts.port else ""
        return f"{parts.scheme}://{user}{parts.hostname or ''}{port}{parts.path}"

    def without_password(self, text: str) -> str:
        """What a driver says, with the password blotted out."""
        parts = urlsplit(self.url)
        for secret in (self.url, parts.query, parts.password, unquote(parts.password or "")):
            text = text.replace(secret, "***") if secret else text
        return text


Place = Path | Server


def parse_place(text: str, default: Path) -> Place:
    """The place that a setting names: a path, a postgresql:// URL, or `default` when it is empty."""
    scheme, separator, _ = text.partition("://")
    if not separator:
        return Path(text) if text else default
    if scheme not in ("postgresql", "postgres"):
        raise ConfigError([f"database={scheme}://…: use a path, or postgresql://user@host/name"])
    try:
        server = Server(text)
        str(server)
    except ValueError:
        # The reason would repeat the URL, and with it a password.
        raise ConfigError([f"database={scheme}://…: not a URL; write postgresql://user@host:port/name"]) from None
    return server


class Connection:
    """An open stats database; a file that is not there is created unless `read_only`.

    A file has one writer or several readers, and whoever comes then waits for a while. A reader of a server sees it as
    it was at the first question. On opening and in any statement raises StatsError, which never tells a password;
    OSError when the folder of a file is missing, and ConfigError when the package for a server is not installed.
    """

    def __init__(self, place: Place, *, read_only: bool) -> None:
        self._place = place
        self._error: type[Exception] = duckdb.Error
        if isinstance(place, Path):
            with self._reported():
                self._native: Any = _opened(place, read_only)
            return
        try:
            import psycopg
        except ModuleNotFoundError as error:
            missing = f"{error.name} is not installed; pip install 'migration-audit[postgres]'"
            raise ConfigError([f"database=postgresql://…: {missing}"]) from error
        self._error = psycopg.Error
        with self._reported():
            self._native = psycopg.connect(place.url, autocommit=True, connect_timeout=10)
            if read_only:
                self._native.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")

    def close(self) -> None:
        with self._reported():
            self._native.close()

    def rows(self, query: str, values: Mapping[str, Value] = {}) -> list[Row]:
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

    @contextmanager
    def _reported(self) -> Iterator[None]:
        """What the driver raises, as StatsError; of a file, a wrong statement stays itself."""
        place = self._place
        try:
            yield
        except duckdb.ProgrammingError:
            raise
        except self._error as error:
            if isinstance(place, Server):
                reason = place.without_password(str(error).strip().replace("\n", " "))
                advice = "check the address, the permissions, and that the server runs"
                raise StatsError(f"{place}: {reason}; {advice}") from None  # the cause would show the URL
            reason = str(error).splitlines()[0]
            if _IN_USE in reason:
                raise StatsError(f"{place} is in use ({reason}): wait for the other program, or close it") from error
            if _NOT_OPENED in reason:
                raise StatsError(f"{place} cannot be opened ({reason}): grant permission, or name another") from error
            raise unreadable(place, reason) from error


def unreadable(place: Place, reason: str) -> StatsError:
    return StatsError(f"{place} is not a readable stats database ({reason}): move it away and evaluate again")


def _create(path: Path) -> None:
    """Make a file that is whole from its first moment: of two programs that DuckDB lets make one at the same time, the
    second empties what the first has written.
    """
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    # Where it cannot be made, or is there by now, whoever opens it next is told.
    with suppress(duckdb.Error, OSError):
        duckdb.connect(str(unfinished), config=_SETTINGS).close()
        path.hardlink_to(unfinished)
    with suppress(OSError):
        unfinished.unlink()


def _opened(path: Path, read_only: bool) -> duckdb.DuckDBPyConnection:
    path.parent.stat()  # a folder that is missing is no damaged database
    if not (read_only or path.exists()):
        _create(path)
    deadline = time.monotonic() + SECONDS_TO_WAIT
    while True:
        try:
            return duckdb.connect(str(path), read_only=read_only, config=_SETTINGS)
        except duckdb.IOException as error:
            if _IN_USE not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.05)

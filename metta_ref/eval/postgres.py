"""A stats database on a PostgreSQL server, for evaluations that run on several machines."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from metta_ref.config import ConfigError
from metta_ref.eval.connection import Row, Value
from metta_ref.eval.errors import StatsServerError
from metta_ref.eval.place import Server

_NAME = re.compile(r"\$(\w+)")
_LOCK = 0x6D657474615F7265
"""Any number that no other program takes an advisory lock on."""


class PostgresConnection:
    """One connection. A reader sees the database as it was at its first question, whoever writes meanwhile.

    Raises:
        StatsServerError: not to be reached, or it refuses; the message never holds the password.
        ConfigError: psycopg is not installed.
    """

    def __init__(self, server: Server, *, read_only: bool) -> None:
        try:
            import psycopg
        except ModuleNotFoundError as missing:
            raise ConfigError(
                [f"database=postgresql://…: {missing.name} is not installed; pip install 'migration-audit[postgres]'"]
            ) from missing
        self._server = server
        with self._reported_as_stats_errors():
            self._connection = psycopg.connect(server.url, autocommit=not read_only, connect_timeout=10)
            self._connection.read_only = read_only
            if read_only:
                self._connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ

    def close(self) -> None:
        """See `Connection`."""
        self._connection.close()

    def rows(self, query: str, values: Mapping[str, Value] = {}) -> list[Row]:
        """See `Connection`."""
        with self._reported_as_stats_errors():
            cursor = self._connection.execute(_NAME.sub(r"%(\1)s", query).encode(), dict(values))
            return cursor.fetchall() if cursor.description else []

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """See `Connection`; inside another it is a part of that one."""
        with self._reported_as_stats_errors(), self._connection.transaction():
            yield

    def exclusive(self) -> None:
        """See `Connection`."""
        self.rows("SELECT pg_advisory_xact_lock($lock)", {"lock": _LOCK})

    @contextmanager
    def _reported_as_stats_errors(self) -> Iterator[None]:
        import psycopg

        try:
            yield
        except psycopg.Error as error:
            reason = self._server.without_password(str(error).strip().replace("\n", " "))
            # The cause would show the URL.
            raise StatsServerError(self._server, reason) from None

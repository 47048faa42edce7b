"""One ledger file: opened, brought up to date, written to by several processes at once, and read.

Only this module and `audit.ledger.rows` know SQLite. A run is one transaction: it is in the ledger wholly or not at
all. Runs of equal findings share them, so that checking an unchanged tree again costs one row.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Final, Literal, Self, TypeVar

from audit.ledger.rows import insert_run, run_of, run_rows
from audit.ledger.schema import APPLICATION, STEPS, VERSION
from audit.model.errors import AuditError, UsageError
from audit.model.records import RunRecord

PATIENCE: Final = 10.0
"""Seconds to wait for another process that writes."""

_Result = TypeVar("_Result")


class LedgerError(UsageError):
    """A ledger that cannot be used: damaged, of a newer version, of another program, or out of reach."""


class Ledger:
    """An open ledger; use it as a context. With ``write`` the file is made, and brought to this version.

    Raises:
        LedgerError: see there; the file is then as it was.
    """

    def __init__(self, path: Path, *, write: bool = False) -> None:
        self.path = path
        self._write = write

    def __enter__(self) -> Self:
        try:
            if self._write:
                self.path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = self._opened()
            try:
                _patiently(self._require_ours)
                _patiently(self._prepare)
            except BaseException:
                self._connection.close()
                raise
        except OSError as error:
            raise LedgerError(f"the ledger {self.path} cannot be written: {error.strerror}") from None
        except sqlite3.Error as error:
            raise self._told(error) from None
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()
        if isinstance(error, sqlite3.Error):
            raise self._told(error) from None

    def _opened(self) -> sqlite3.Connection:
        if not self._write and not self.path.is_file():
            raise LedgerError(f"there is no ledger at {self.path}: no run was recorded there yet")
        mode = "rwc" if self._write else "ro"
        if not self._write and not os.access(self.path.parent, os.W_OK):
            mode += "&immutable=1"  # reading needs a file beside it otherwise, which cannot be made there
        return sqlite3.connect(
            f"{self.path.absolute().as_uri()}?mode={mode}", uri=True, timeout=PATIENCE, isolation_level=None
        )

    def _pragma(self, name: str) -> int:
        return int(self._connection.execute(f"PRAGMA {name}").fetchone()[0])

    def _require_ours(self) -> None:
        """Refuse a file of another program, or of a later version, before anything is written."""
        with self._transaction("DEFERRED"):  # or another process makes the ledger between the first answer and the last
            version, application = self._pragma("user_version"), self._pragma("application_id")
            tables = self._connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if version > VERSION and application == APPLICATION:
            raise LedgerError(
                f"the ledger {self.path} has version {version}, and this audit knows versions up to {VERSION}: "
                "use the newer audit that wrote it, or name another ledger in AUDIT_LEDGER"
            )
        if application != APPLICATION and (application or version or tables):
            raise LedgerError(f"{self.path} is a database of another program; name another file for the ledger")

    def _prepare(self) -> None:
        """Bring the file to this version, all steps in one transaction; another process may do so meanwhile."""
        self._connection.execute("PRAGMA foreign_keys=ON")
        if not self._write:
            return
        if self._connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
            self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=NORMAL")
        if self._pragma("user_version") == VERSION:
            return
        with self._transaction():
            for step in STEPS[self._pragma("user_version") :]:
                for statement in filter(str.strip, step.split(";")):
                    self._connection.execute(statement)
            self._connection.execute(f"PRAGMA application_id={APPLICATION}")
            self._connection.execute(f"PRAGMA user_version={VERSION}")

    def _transaction(self, kind: Literal["IMMEDIATE", "DEFERRED"] = "IMMEDIATE") -> _Transaction:
        return _Transaction(self._connection, kind)

    def append(self, record: RunRecord) -> int:
        """Add a run, and give its number."""

        def write() -> int:
            with self._transaction():
                return insert_run(self._connection, record)

        return _patiently(write)

    def latest_phases(self, repository: str) -> dict[int, RunRecord]:
        """The last run of each phase of a repository."""
        wanted = (
            "number IN (SELECT max(number) FROM runs WHERE repository = ? AND phase IS NOT NULL GROUP BY phase) "
            "ORDER BY phase"
        )
        found = (run_of(self._connection, row, VERSION) for row in run_rows(self._connection, wanted, (repository,)))
        return {record.context.phase: record for record in found if record.context.phase is not None}

    def run(self, number: int) -> RunRecord | None:
        """A run by its number."""
        rows = run_rows(self._connection, "number = ?", (number,))
        return next((run_of(self._connection, row, VERSION) for row in rows), None)

    def runs(self, repository: str, limit: int) -> Iterator[RunRecord]:
        """The last runs of a repository, newest first."""
        rows = run_rows(self._connection, "repository = ? ORDER BY number DESC LIMIT ?", (repository, limit))
        return (run_of(self._connection, row, VERSION) for row in rows)

    def numbers(self, repository: str) -> tuple[int, ...]:
        """The numbers of all runs of a repository, oldest first."""
        found = self._connection.execute("SELECT number FROM runs WHERE repository = ? ORDER BY number", (repository,))
        return tuple(number for (number,) in found)

    def _told(self, error: sqlite3.Error) -> AuditError:
        """What a user can do about a failure of the database."""
        if isinstance(error, sqlite3.OperationalError):
            return LedgerError(f"the ledger {self.path} cannot be used: {error}")
        return LedgerError(
            f"the ledger {self.path} is damaged ({error}); nothing was changed in it. "
            "audit ledger rebuild --set-aside keeps it under another name and reads the phases from reports/ again"
        )


class _Transaction:
    """BEGIN … COMMIT: to write, IMMEDIATE waits for its turn at the beginning and never in the middle."""

    def __init__(self, connection: sqlite3.Connection, kind: str) -> None:
        self._connection = connection
        self._kind = kind

    def __enter__(self) -> None:
        self._connection.execute(f"BEGIN {self._kind}")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.execute("COMMIT" if kind is None else "ROLLBACK")


def _patiently(work: Callable[[], _Result]) -> _Result:
    """The result of ``work``, tried again while another process holds the file.

    SQLite's own waiting does not cover every lock: changing the journal's mode is refused at once.
    """
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return work()
        except sqlite3.OperationalError as error:
            busy = error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
            if not busy or time.monotonic() > deadline:
                raise
            time.sleep(0.02)


def set_aside(path: Path) -> Path:
    """Rename a ledger, so that a new one can take its place; nothing of it is lost.

    Raises:
        LedgerError: there is no such file, or it cannot be renamed.
    """
    target = next(
        candidate
        for number in range(1, 10_000)
        if not (candidate := path.with_name(f"{path.name}.aside-{number}")).exists()
    )
    try:
        path.rename(target)
        for ending in ("-wal", "-shm"):
            beside = path.with_name(path.name + ending)
            if beside.exists():
                beside.rename(target.with_name(target.name + ending))
    except OSError as error:
        raise LedgerError(f"the ledger {path} cannot be set aside: {error.strerror}") from None
    return target

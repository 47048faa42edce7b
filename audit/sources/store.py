"""What is kept between runs, by content: valid for every path, commit, work tree and checkout.

The store lies in the user's cache folder, never in the repository under audit. Each value stands beside its
checksum, and only typed values are ever decoded from it. A store that is locked, damaged or not writable costs
time, not correctness: the run goes on without it.
"""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3

_CHECKSUM = 4
_WAIT_SECONDS = 2


def cache_folder() -> Path:
    """Where caches live: ``AUDIT_CACHE_DIR``, or the platform's user cache folder."""
    chosen = os.environ.get("AUDIT_CACHE_DIR")
    if chosen:
        return Path(chosen)
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "migration-audit"


def refusal(folder: Path, audited: Path) -> str:
    """Why a cache folder is not to be used for what is audited; empty where it may be.

    Whoever wrote the files under audit could have written the values of a cache among them as well.
    """
    if folder.resolve().is_relative_to(audited.resolve()):
        return f"the cache {folder} lies in what is audited and was not used; put AUDIT_CACHE_DIR elsewhere"
    return ""


class Store:
    """Bytes by key. ``folder`` None means nothing is kept; ``version`` names what made the values.

    A folder below ``audited`` is never used (see `refusal`).
    ``damage`` says why the store was given up, where that is for the user to mend.
    """

    def __init__(self, folder: Path | None, version: str, audited: Path | None = None) -> None:
        self.damage = refusal(folder, audited) if folder is not None and audited is not None else ""
        if self.damage:
            folder = None
        self._file = folder / f"contents-{version}.sqlite" if folder is not None else None
        self._open: sqlite3.Connection | None = None

    @property
    def keeps(self) -> bool:
        """Whether what is put is kept, as far as is known yet."""
        return self._file is not None

    def get(self, keys: Iterable[str]) -> dict[str, bytes]:
        """The values that are known under these keys."""
        wanted = list(keys)
        connection = self._connection() if wanted else None
        if connection is None:
            return {}
        import sqlite3  # only where there is a store

        try:
            rows = connection.execute(
                "SELECT key, value FROM kept WHERE key IN (SELECT value FROM json_each(?))", (json.dumps(wanted),)
            ).fetchall()
        except sqlite3.Error as error:
            self._give_up(error)
            return {}
        return {key: value[_CHECKSUM:] for key, value in rows if _is_whole(value)}

    def put(self, values: Mapping[str, bytes]) -> None:
        """Keep values for other runs; what another run has stored meanwhile is the same."""
        connection = self._connection() if values else None
        if connection is None:
            return
        import sqlite3  # only where there is a store

        try:
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(
                "INSERT OR REPLACE INTO kept VALUES (?, ?)",
                ((key, _checksum(value) + value) for key, value in values.items()),
            )
            connection.execute("COMMIT")
        except sqlite3.Error as error:
            self._give_up(error)

    def close(self) -> None:
        """Release the file; the next use opens it again."""
        if self._open is not None:
            self._open.close()
            self._open = None

    def _connection(self) -> sqlite3.Connection | None:
        if self._open is not None or self._file is None:
            return self._open
        import sqlite3  # only where there is a store

        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            self._open = sqlite3.connect(self._file, timeout=_WAIT_SECONDS, isolation_level=None)
            self._open.execute("PRAGMA journal_mode=WAL")
            self._open.execute("PRAGMA synchronous=OFF")
            self._open.execute("CREATE TABLE IF NOT EXISTS kept (key TEXT PRIMARY KEY, value BLOB)")
        except (OSError, sqlite3.Error) as error:
            self._give_up(error)
        return self._open

    def _give_up(self, error: Exception) -> None:
        import sqlite3  # only where there is a store

        # a lock or a missing right is no damage: another run, or another user, may use the store as it is
        damaged = isinstance(error, sqlite3.DatabaseError) and (
            not isinstance(error, sqlite3.OperationalError) or "no such" in str(error) or "has no column" in str(error)
        )
        if damaged:
            self.damage = f"the cache {self._file} is damaged ({error}) and was not used; delete it"
        self.close()
        self._file = None


def _checksum(value: bytes) -> bytes:
    return zlib.crc32(value).to_bytes(_CHECKSUM, "little")


def _is_whole(value: object) -> bool:
    return isinstance(value, bytes) and value[:_CHECKSUM] == _checksum(value[_CHECKSUM:])

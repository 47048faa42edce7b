"""Facts kept between runs, by content id: valid for every path, commit, work tree and checkout.

The store lies in the user's cache folder, never in the repository under audit. A store that is locked,
damaged or not writable costs time, not correctness: the run goes on without it.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from audit.model import facts as facts_module
from audit.model.facts import FileFacts


def cache_folder() -> Path:
    """Where caches live: ``AUDIT_CACHE_DIR``, or the platform's user cache folder."""
    chosen = os.environ.get("AUDIT_CACHE_DIR")
    if chosen:
        return Path(chosen)
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "migration-audit"


class FactCache:
    """Facts by blob id. ``folder`` None means no cache at all."""

    def __init__(self, folder: Path | None) -> None:
        self._decoder = msgspec.msgpack.Decoder(FileFacts)
        self._encoder = msgspec.msgpack.Encoder()
        self._connection: sqlite3.Connection | None = None
        self._memory: dict[str, FileFacts] = {}
        if folder is None:
            return
        try:
            folder.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(folder / f"facts-{_version()}.sqlite", timeout=2, isolation_level=None)
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=OFF")
            connection.execute("CREATE TABLE IF NOT EXISTS facts (blob TEXT PRIMARY KEY, facts BLOB) WITHOUT ROWID")
            self._connection = connection
        except (OSError, sqlite3.Error):
            self._connection = None

    def get(self, blobs: Iterable[str]) -> dict[str, FileFacts]:
        """The facts that are known of these contents."""
        asked = list(blobs)
        found = {blob: self._memory[blob] for blob in asked if blob in self._memory}
        wanted = [blob for blob in asked if blob not in found]
        if self._connection is None or not wanted:
            return found
        try:
            rows = self._connection.execute(
                "SELECT blob, facts FROM facts WHERE blob IN (SELECT value FROM json_each(?))",
                (json.dumps(wanted),),
            )
            fresh = {blob: self._decoder.decode(packed) for blob, packed in rows}
            self._memory |= fresh
            found |= fresh
        except (sqlite3.Error, msgspec.DecodeError):
            self._connection = None
        return found

    def put(self, facts: Mapping[str, FileFacts]) -> None:
        """Keep facts, for this run and for others; what another run has stored meanwhile is the same."""
        self._memory.update(facts)
        if self._connection is None or not facts:
            return
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            self._connection.executemany(
                "INSERT OR IGNORE INTO facts VALUES (?, ?)",
                ((blob, self._encoder.encode(value)) for blob, value in facts.items()),
            )
            self._connection.execute("COMMIT")
        except sqlite3.Error:
            self._connection = None

    def close(self) -> None:
        """Release the store."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _version() -> str:
    """A digest of the code that makes facts and of the parser's version: stale facts are never found."""
    digest = hashlib.sha256(sys.version.encode())
    for source in (*sorted(Path(__file__).parent.glob("*.py")), Path(facts_module.__file__)):
        digest.update(source.read_bytes())
    return digest.hexdigest()[:16]

"""Mentions and words kept between runs, by content id: as valid for any commit and checkout as the facts are."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from audit.facts import python as facts_python
from audit.kinds.kind import Kind
from audit.model import facts as model_facts
from audit.model import mentions as model_mentions
from audit.model.mentions import Mention


class Reading(msgspec.Struct, frozen=True, array_like=True):
    """What one kind read from one content; ``reason`` says why it could not."""

    mentions: tuple[Mention, ...] = ()
    reason: str = ""


class MentionCache:
    """Readings by kind and content, words by content. ``folder`` None means no cache at all.

    A store that is locked, damaged or not writable costs time, not correctness.
    """

    def __init__(self, folder: Path | None, kinds: Iterable[Kind]) -> None:
        self._decoder = msgspec.msgpack.Decoder(Reading)
        self._encoder = msgspec.msgpack.Encoder()
        self._connection: sqlite3.Connection | None = None
        if folder is None:
            return
        try:
            folder.mkdir(parents=True, exist_ok=True)
            store = folder / f"mentions-{_version(kinds)}.sqlite"
            connection = sqlite3.connect(store, timeout=2, isolation_level=None)
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=OFF")
            for table in ("words", "readings"):
                connection.execute(
                    f"CREATE TABLE IF NOT EXISTS {table} (key TEXT PRIMARY KEY, value BLOB) WITHOUT ROWID"
                )
            self._connection = connection
        except (OSError, sqlite3.Error):
            self._connection = None

    def words(self, blobs: Iterable[str]) -> dict[str, bytes]:
        """The packed words that are known of these contents."""
        return self._get("words", list(blobs))

    def readings(self, keys: Iterable[str]) -> dict[str, Reading]:
        """The readings that are known under these keys (see `reading_key`)."""
        try:
            return {key: self._decoder.decode(value) for key, value in self._get("readings", list(keys)).items()}
        except msgspec.DecodeError:
            return {}

    def keep(self, words: Mapping[str, bytes], readings: Mapping[str, Reading]) -> None:
        """Add to the store; what another run has stored meanwhile is the same."""
        if self._connection is None or not (words or readings):
            return
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            self._connection.executemany("INSERT OR IGNORE INTO words VALUES (?, ?)", words.items())
            self._connection.executemany(
                "INSERT OR IGNORE INTO readings VALUES (?, ?)",
                ((key, self._encoder.encode(value)) for key, value in readings.items()),
            )
            self._connection.execute("COMMIT")
        except sqlite3.Error:
            self._connection = None

    def close(self) -> None:
        """Release the store."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _get(self, table: str, keys: list[str]) -> dict[str, bytes]:
        if self._connection is None or not keys:
            return {}
        query = f"SELECT key, value FROM {table} WHERE key IN (SELECT value FROM json_each(?))"  # noqa: S608 - the table is one of two literals
        try:
            return dict(self._connection.execute(query, (json.dumps(keys),)))
        except sqlite3.Error:
            self._connection = None
            return {}


def reading_key(blob: str, kind: Kind, path: str) -> str:
    """What a reading depends on: the content, the kind, and the file's own name."""
    return f"{blob} {kind.name} {path.rpartition('/')[2].encode('utf-8', 'backslashreplace').decode()}"


def _version(kinds: Iterable[Kind]) -> str:
    """A digest of the code that reads, of plug-ins and of Python's parser: stale readings are never found."""
    digest = hashlib.sha256(sys.version.encode())
    own = Path(__file__).parent
    sources = {*own.glob("*.py"), *Path(facts_python.__file__).parent.glob("*.py")}
    sources |= {Path(model_facts.__file__), Path(model_mentions.__file__)}
    sources |= {Path(str(sys.modules[type(kind).__module__].__file__)) for kind in kinds}
    for source in sorted(sources):
        digest.update(source.read_bytes())
    return digest.hexdigest()[:16]

"""The tables of a ledger, and the steps that lead from each version to the next.

``PRAGMA user_version`` counts the steps that a file has taken. A step is never changed once it was released:
what is wrong with one is mended by the next.
"""

from __future__ import annotations

from typing import Final

APPLICATION: Final = 0x61756469
"""``PRAGMA application_id`` of a ledger: the bytes of ``audi``. A file of another program is never written to."""

_RUNS: Final = """
CREATE TABLE finding_sets (
    id INTEGER PRIMARY KEY,
    digest TEXT NOT NULL UNIQUE
);
CREATE TABLE findings (
    set_id INTEGER NOT NULL REFERENCES finding_sets (id) ON DELETE CASCADE,
    fingerprint TEXT NOT NULL,
    code TEXT NOT NULL,
    severity TEXT NOT NULL,
    path TEXT NOT NULL,
    line INTEGER,
    target TEXT NOT NULL,
    referrer TEXT NOT NULL,
    new INTEGER,
    baselined INTEGER NOT NULL
);
CREATE INDEX findings_by_set ON findings (set_id);
CREATE INDEX findings_by_fingerprint ON findings (fingerprint);
CREATE TABLE runs (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    command TEXT NOT NULL,
    phase INTEGER,
    at TEXT,
    tool_version TEXT NOT NULL,
    repository TEXT NOT NULL,
    commit_id TEXT,
    tree TEXT,
    dirty INTEGER NOT NULL,
    since TEXT,
    configuration TEXT NOT NULL,
    arguments TEXT NOT NULL,
    environment TEXT NOT NULL,
    documents TEXT NOT NULL,
    coverage TEXT NOT NULL,
    summary TEXT NOT NULL,
    verdict TEXT NOT NULL,
    risk TEXT NOT NULL,
    exit INTEGER,
    finding_set INTEGER REFERENCES finding_sets (id),
    detail BLOB NOT NULL
);
CREATE INDEX runs_by_phase ON runs (repository, phase);
CREATE TABLE statements (
    run INTEGER NOT NULL REFERENCES runs (number) ON DELETE CASCADE,
    id TEXT NOT NULL,
    document TEXT NOT NULL,
    line INTEGER NOT NULL,
    text TEXT NOT NULL,
    kind TEXT NOT NULL,
    tense TEXT NOT NULL,
    weight TEXT NOT NULL,
    verdict TEXT,
    reason TEXT NOT NULL,
    predicate TEXT NOT NULL,
    digests TEXT NOT NULL
);
CREATE INDEX statements_by_run ON statements (run);
CREATE INDEX statements_by_id ON statements (id);
"""

_ROOTS: Final = """
CREATE TABLE roots (
    run INTEGER NOT NULL REFERENCES runs (number) ON DELETE CASCADE,
    target TEXT NOT NULL,
    kills_modules INTEGER NOT NULL,
    revives INTEGER NOT NULL
);
CREATE INDEX roots_by_run ON roots (run);
"""

STEPS: Final[tuple[str, ...]] = (_RUNS, _ROOTS)
"""Step n leads from version n to version n + 1."""

VERSION: Final = len(STEPS)

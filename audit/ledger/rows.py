"""A run as rows of the ledger, and back."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import zlib
from collections.abc import Iterator, Sequence
from typing import Any, Final

import msgspec

from audit.model.errors import UsageError
from audit.model.records import RunRecord
from audit.model.verdicts import StandingFinding

_FINDING: Final = StandingFinding.__struct_fields__
_COLUMNS: Final = (
    *("command", "phase", "at", "tool_version", "repository", "commit_id", "tree", "dirty", "since"),
    *("configuration", "arguments", "environment", "documents", "coverage", "summary", "verdict", "risk"),
    *("exit", "finding_set", "detail"),
)


def insert_run(connection: sqlite3.Connection, record: RunRecord) -> int:
    """Write a run inside the caller's transaction, and give its number."""
    context = record.context
    values = (
        context.command,
        context.phase,
        context.when,
        context.tool_version,
        context.repository,
        context.commit,
        context.tree,
        context.dirty,
        context.since,
        context.configuration,
        json.dumps(context.arguments),
        json.dumps(context.environment),
        json.dumps(record.documents),
        json.dumps(record.coverage),
        json.dumps(record.summary),
        record.verdict,
        record.risk,
        context.exit,
        _finding_set(connection, record.findings),
        zlib.compress(msgspec.json.encode(msgspec.structs.replace(record, findings=None)), level=1),
    )
    marks = ", ".join("?" * len(_COLUMNS))
    number = connection.execute(f"INSERT INTO runs ({', '.join(_COLUMNS)}) VALUES ({marks})", values).lastrowid  # noqa: S608 - names of columns
    if number is None:
        raise sqlite3.DatabaseError("a run was given no number")
    connection.executemany(
        f"INSERT INTO statements VALUES ({', '.join('?' * 12)})",  # noqa: S608 - placeholders only
        (
            (
                number,
                each.id,
                each.document,
                each.line,
                each.text,
                each.kind,
                each.tense,
                each.weight,
                each.verdict,
                each.reason,
                json.dumps(each.predicate, sort_keys=True),
                json.dumps([piece.digest for piece in each.evidence if piece.digest]),
            )
            for each in record.statements
        ),
    )
    connection.executemany(
        "INSERT INTO roots VALUES (?, ?, ?, ?)",
        ((number, root.target, root.kills_modules, root.revives) for root in record.roots),
    )
    return number


def _finding_set(connection: sqlite3.Connection, findings: Sequence[StandingFinding] | None) -> int | None:
    """The id of the set of these findings: one that is there already, or a new one."""
    if findings is None:
        return None
    digest = hashlib.sha256(msgspec.json.encode(findings)).hexdigest()
    known = connection.execute("SELECT id FROM finding_sets WHERE digest = ?", (digest,)).fetchone()
    if known is not None:
        return int(known[0])
    identity = connection.execute("INSERT INTO finding_sets (digest) VALUES (?)", (digest,)).lastrowid
    connection.executemany(
        f"INSERT INTO findings VALUES ({', '.join('?' * (len(_FINDING) + 1))})",  # noqa: S608 - placeholders only
        ((identity, *(getattr(each, name) for name in _FINDING)) for each in findings),
    )
    return identity


def run_rows(
    connection: sqlite3.Connection, where: str, values: Sequence[Any]
) -> Iterator[tuple[int, int | None, bytes]]:
    """Number, set of findings and detail of the runs that a condition of this package names."""
    return iter(
        connection.execute(f"SELECT number, finding_set, detail FROM runs WHERE {where}", values).fetchall()  # noqa: S608 - written here
    )


def run_of(connection: sqlite3.Connection, row: tuple[int, int | None, bytes], version: int) -> RunRecord:
    """The run of a row.

    Raises:
        UsageError: its detail is not what this version of the audit writes.
    """
    number, finding_set, detail = row
    try:
        record = msgspec.json.decode(zlib.decompress(detail), type=RunRecord)
    except (msgspec.MsgspecError, zlib.error) as error:
        raise UsageError(
            f"run {number} of the ledger cannot be read ({error}); it was written by another audit than version "
            f"{version} of the ledger belongs to"
        ) from None
    findings = None
    if finding_set is not None:
        rows = connection.execute(
            f"SELECT {', '.join(_FINDING)} FROM findings WHERE set_id = ? ORDER BY rowid",  # noqa: S608 - names of columns
            (finding_set,),
        )
        findings = tuple(
            msgspec.convert(dict(zip(_FINDING, values, strict=True)), StandingFinding, strict=False) for values in rows
        )
    context = msgspec.structs.replace(record.context, number=number)
    return msgspec.structs.replace(record, context=context, findings=findings)

"""Selects one column from a SQLite or DuckDB database that is opened read-only, and writes it as JSON.

Called with the database and the file for the answer; the query is the variable ``AUDIT_SQL``. The answer is
``{"rows": [...]}``, the first column of every row, or ``{"problem": "..."}`` with what a user can do. The query
can read this one database and nothing else: no other file, no extension. Standard library, and duckdb where the
database is of that kind.
"""

from __future__ import annotations

import importlib
import json
import os
import sqlite3
import sys
from urllib.parse import quote

MOST_ROWS = 100_000
_READING = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE}


def main(database: str, result: str) -> None:
    """Run the query; see the module for the two files."""
    with open(database, "rb") as stream:  # noqa: PTH123 - pathlib costs the probe its import
        head = stream.read(16)
    query = os.environ["AUDIT_SQL"]
    if head.startswith(b"SQLite format 3"):
        answer = of_sqlite(database, query)
    elif head[8:12] == b"DUCK":
        answer = of_duckdb(database, query)
    else:
        answer = {"problem": "it is neither a SQLite nor a DuckDB database"}
    with open(result, "w", encoding="utf-8") as stream:  # noqa: PTH123 - see above
        json.dump(answer, stream)


def of_sqlite(database: str, query: str) -> dict[str, object]:
    """The first column of a query on a SQLite database."""
    try:
        connection = sqlite3.connect(f"file:{quote(database)}?mode=ro&immutable=1", uri=True)
        connection.set_authorizer(lambda action, *_: sqlite3.SQLITE_OK if action in _READING else sqlite3.SQLITE_DENY)
        rows = connection.execute(query).fetchmany(MOST_ROWS)
    except (sqlite3.Error, sqlite3.Warning) as error:
        return {"problem": f"the query failed: {error}"}
    return {"rows": [plain(row[0]) for row in rows]}


def of_duckdb(database: str, query: str) -> dict[str, object]:
    """The first column of a query on a DuckDB database."""
    try:
        # By name: the audit itself must never come to depend on a database library.
        duckdb = importlib.import_module("duckdb")
    except ImportError:
        return {"problem": "it is a DuckDB database, and duckdb is not installed there: pip install duckdb"}
    try:
        connection = duckdb.connect(
            database, read_only=True, config={"enable_external_access": "false", "lock_configuration": "true"}
        )
        rows = connection.execute(query).fetchmany(MOST_ROWS)
    except duckdb.Error as error:
        return {"problem": f"the query failed: {str(error).splitlines()[0]}"}
    return {"rows": [plain(row[0]) for row in rows]}


def plain(value: object) -> object:
    """A value as JSON has it; other numbers, such as decimals, become floats, and anything else text."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    try:
        return float(value)  # type: ignore[arg-type]  # what is no number is told by the error
    except (TypeError, ValueError):
        return str(value)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])

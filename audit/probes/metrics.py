"""Finds the text or the database rows that a measured number stands in, after running what makes them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from audit.model.evidence import MetricReading, Run, TwoRuns
from audit.probes.sandbox import Checkout, Sandbox

SECONDS: Final = 600.0
"""Time limit of a command that gives none itself."""

QUERY_SECONDS: Final = 60.0
"""Time limit of one query."""

_QUERY: Final = Path(__file__).parent / "children" / "query_database.py"
_MOST_BYTES: Final = 64 * 2**20


def probe_metric(
    sandbox: Sandbox, file: str, run: Sequence[str] = (), sql: str = "", seconds: float | None = None
) -> MetricReading:
    """What ``file`` holds, or what ``run`` printed where no file is named; ``run`` comes first where it is given.

    With ``sql`` the file is a database, and is queried by another process: this one loads no database library
    that the audited repository may need in another version.

    Raises:
        ProbeInterruptedError: the sandbox was told to stop.
    """
    with sandbox.checkout() as checkout:
        done: Run | None = None
        output = ""
        if run:
            done, output = checkout.observe(run, seconds=seconds or SECONDS)
            if done.problem or done.exit != 0:
                return MetricReading(run=done)
        if not file:
            return MetricReading(run=done, text=output)
        path = checkout.tree / file
        if not path.resolve().is_relative_to(checkout.tree.resolve()) or not path.is_file():
            return MetricReading(run=done, problem=f"there is no file {file}")
        if sql:
            return _query(checkout, path, file, sql, done)
        if path.stat().st_size > _MOST_BYTES:
            return MetricReading(run=done, problem=f"{file} is larger than {_MOST_BYTES >> 20} MiB")
        return MetricReading(run=done, text=path.read_text(encoding="utf-8-sig", errors="replace"))


def probe_output_twice(sandbox: Sandbox, command: Sequence[str], base: str, seconds: float | None = None) -> TwoRuns:
    """Run one command in a copy of the base, and in one of the tree.

    Raises:
        ProbeInterruptedError: the sandbox was told to stop.
        SourceError: git cannot read the base.
    """
    with sandbox.checkout(base) as checkout:
        before = checkout.run(command, seconds=seconds or SECONDS)
    with sandbox.checkout() as checkout:
        return TwoRuns(before=before, after=checkout.run(command, seconds=seconds or SECONDS))


def _query(checkout: Checkout, path: Path, file: str, sql: str, made_by: Run | None) -> MetricReading:
    result = checkout.home / "rows.json"
    # Without the copy on its path, the query loads the installed database library and no module of the tree.
    run = checkout.run(
        ["python", "-P", str(_QUERY), str(path), str(result)],
        seconds=QUERY_SECONDS,
        extra={"AUDIT_SQL": sql, "AUDIT_SOURCE_ROOTS": ""},
    )
    if not result.exists():
        said = run.stderr.strip().splitlines()
        how = "did not end in time" if run.timed_out else f"failed: {said[-1] if said else run.problem or run.exit}"
        return MetricReading(run=made_by, problem=f"the query of {file} {how}")
    answer = json.loads(result.read_text(encoding="utf-8"))
    if "problem" in answer:
        return MetricReading(run=made_by, problem=f"{file}: {answer['problem']}")
    return MetricReading(run=made_by, rows=tuple(answer["rows"]))

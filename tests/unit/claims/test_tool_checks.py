"""Sentences that say that a type checker or a linter finds nothing."""

from __future__ import annotations

import pytest

from audit.claims.markdown import read_document
from audit.model.predicates import Command

MYPY, RUFF = ("python", "-m", "mypy"), ("python", "-m", "ruff", "check", ".")


@pytest.mark.parametrize(
    ("text", "run"),
    [
        ("- MyPy: 0 errors in strict mode", MYPY),
        ("- Type safety: 363 MyPy errors → 0 errors (all strict)", MYPY),
        ("- 0 mypy strict errors maintained", MYPY),
        ("- `mypy` passes", MYPY),
        ("- MyPy strict compliance (0 errors across 116 files)", MYPY),
        ("| Metric | Value |\n|---|---|\n| MyPy type safety | 0 errors across 116 files |", MYPY),
        ("- Ruff: no violations", RUFF),
        ("- All ruff checks pass", RUFF),
        ("- ruff check is clean", RUFF),
        ("- Ruff: 12 violations", None),
        ("- mypy passes except for the tests", None),
        ("- Ruff: 0 violations (excluding E501)", None),
        ("- We check with mypy and ruff", None),
        ("- mypy should pass", None),
    ],
)
def test_a_program_that_finds_nothing_is_a_command_that_succeeds(text, run) -> None:
    predicates = [
        each.predicates for each in read_document("doc.md", f"# R\n\n{text}\n".encode(), may_run=False).statements
    ]

    assert predicates == [(Command(run=run),) if run is not None else ()]

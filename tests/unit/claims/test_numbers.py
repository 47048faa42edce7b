"""Numbers beside the names that a sentence tells of: they are judged with the names, or the sentence is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.claims.extract import UNTOLD_NUMBER
from audit.claims.markdown import read_document
from audit.model.predicates import Absent, Bound, Count, Exists, Size


def judged(text: str) -> list[object]:
    statements = read_document("doc.md", f"# Report\n\n{text}\n".encode(), may_run=False).statements
    return [predicate for each in statements if each.weight == "core" for predicate in each.predicates]


def gone(lines: Bound | None, *names: str) -> list[object]:
    return [Absent(names=names or ("pkg/a.py",), lines=lines)]


@pytest.mark.parametrize(
    ("text", "predicates"),
    [
        ("- Deleted `pkg/a.py` (282 lines)", gone(Bound(282, 282))),
        ("- Deleted `pkg/a.py` (~100 lines of code)", gone(Bound(80, 120))),
        ("- `pkg/a.py` was deleted (1,467+ lines)", gone(Bound(1467))),
        ("- Deleted `pkg/a.py` (282 lines) and `pkg/b.py` (3 lines)", gone(None, "pkg/a.py", "pkg/b.py")),
        ("| File | Status | Lines |\n|---|---|---|\n| `pkg/a.py` | Deleted | -282 |", gone(Bound(282, 282))),
        ("## Files deleted\n\n- `pkg/a.py` (282 lines)", gone(Bound(282, 282))),
        (
            "- Created `pkg/store/` package with 3 modules",
            [Exists(names=("pkg/store",)), Count(files="pkg/store/*.py", expected=Bound(3, 3))],
        ),
        (
            "- Created `tests/test_a.py` (30 lines, 4 tests)",
            [
                Exists(names=("tests/test_a.py",)),
                Size(path="tests/test_a.py", lines=Bound(30, 30)),
                Count(tests="tests/test_a.py", expected=Bound(4, 4)),
            ],
        ),
        (
            "- `FileStore` class implemented (~150 lines)",
            [Exists(names=("FileStore",)), Size(path="FileStore", lines=Bound(120, 180))],
        ),
        (
            "- FileStore (161 lines) → IMPLEMENTED",
            [Exists(names=("FileStore",)), Size(path="FileStore", lines=Bound(161, 161))],
        ),
        ("- Created `Store` class in phase 3", [Exists(names=("Store",))]),
    ],
)
def test_a_number_that_can_be_told_is_judged_with_its_name(text, predicates) -> None:
    assert judged(text) == predicates


@given(st.integers(2, 10**6), st.sampled_from(["methods", "test cases", "files", "endpoints", "new fields"]))
def test_a_name_is_not_judged_without_the_number_beside_it(number, things) -> None:
    text = f"# Report\n\n- Created `FileStore` class ({number} {things})\n".encode()
    (statement,) = read_document("doc.md", text, may_run=False).statements

    assert (statement.predicates, statement.obstacle) == ((), UNTOLD_NUMBER)

"""Files, classes and functions that an item opens with and describes: they are said to be there."""

from __future__ import annotations

import pytest

from audit.claims.markdown import read_document
from audit.model.predicates import Cited, Exists


def judged(text: str) -> list[object]:
    statements = read_document("doc.md", f"# The store\n\n{text}\n".encode(), may_run=False).statements
    return [predicate for each in statements for predicate in each.predicates]


@pytest.mark.parametrize(
    ("text", "predicates"),
    [
        ("- `web/src/App.tsx` - Shows it", [Cited(path="web/src/App.tsx")]),
        ("- `Node.js` - Runs it", []),
        ("| File | What |\n|---|---|\n| `db/a.sql` | Tables |", [Cited(path="db/a.sql")]),
        ("- Function: `load(path)` - Reads it", [Exists(names=("load",))]),
        ("- Key class: `FileStore` - Holds it", [Exists(names=("FileStore",))]),
        ("- `load()`, `save()` and `close()` - Read and write it", [Exists(names=("load", "save", "close"))]),
        ("- `FileStore` / `Memory`: Hold it", []),
        ("- `fast`, `slow` - The modes", []),
        ("## `shop/a.py`\n\n- `load()`, `save()` - It", [Exists(names=("shop/a.py::load", "shop/a.py::save"))]),
        ("- FileStore - Holds it", [Exists(names=("FileStore",))]),
        ("- FileStore (deprecated) - Holds it", []),
        ("FileStore - Holds it.", []),
        ("- `test_load` - Reads it", [Exists(names=("test_load",))]),
        ("## `tests/test_a.py`\n\n- `test_load` - It", [Exists(names=("tests/test_a.py::test_load",))]),
    ],
)
def test_what_is_described_is_there(text, predicates) -> None:
    assert judged(text) == predicates

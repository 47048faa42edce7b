"""What is said of all of something, below a title or behind a label that names a part: it is not said of the tree."""

from __future__ import annotations

import pytest

from audit.claims.markdown import read_document
from audit.model.comparisons import LinesChanged
from audit.model.predicates import Absent, Bound, Cited, Exists, Imports, Signature


def judged(text: str) -> list[object]:
    statements = read_document("doc.md", f"# The store migration\n\n{text}\n".encode(), may_run=False).statements
    return [predicate for each in statements for predicate in each.predicates]


@pytest.mark.parametrize(
    "text",
    [
        "- All imports work correctly",
        "- **After:** All import errors resolved, and nothing is left",
        "- **Zero Import Errors:** All modules import successfully",
        "**Note:** all import errors resolved",
        "## 2. Import cleanup\n\n- All import errors resolved",
        "## Overall system status\n\n- Import Status: all imports work",
        "## Results\n\n| Metric | Before | After |\n|---|---|---|\n| Import errors: 0 | 12 | 0 |",
    ],
)
def test_what_is_said_of_no_part_is_said_of_the_whole_tree(text) -> None:
    assert judged(text) == [Imports()]


@pytest.mark.parametrize(
    "text",
    [
        "## Phase 2: LLM service\n\n- All imports work correctly",
        "## `shop/eval/`\n\nAll imports work correctly.",
        "## The training pipeline\n\n### Results\n\n- All import errors resolved",
        "- Eval system: all import issues resolved",
        "- Store client:\n  - All imports work",
        "| What | Status |\n|---|---|\n| Eval | All imports work |",
    ],
)
def test_what_is_said_of_a_part_leaves_the_rest_open(text) -> None:
    assert judged(text) == []


@pytest.mark.parametrize(
    ("text", "predicates"),
    [
        ("- `shop/a.py:89-112` (24 lines)", [Cited(path="shop/a.py", first=89, last=112)]),
        ("- shop/a.py:89-112 (24 lines)", [Cited(path="shop/a.py", first=89, last=112)]),
        ("Defined identically in 2 places:\n\n- `shop/a.py` (24 lines)", [Cited(path="shop/a.py")]),
        ("**Total: -5,556 lines eliminated!**", []),
        ("Cumulative: 5,556 lines removed", []),
        ("- Total lines removed: 1,862", [LinesChanged(removed=Bound(1862))]),
    ],
)
def test_a_number_of_lines_of_a_place_or_of_a_sum_is_not_that_of_a_file(text, predicates) -> None:
    assert judged(text) == predicates


@pytest.mark.parametrize(
    ("text", "predicates"),
    [
        (
            "## Files moved\n\n### Shell\n\n- `lib/a.sh` → `bin/a.sh`",
            [Absent(names=("lib/a.sh",)), Exists(names=("bin/a.sh",))],
        ),
        ("## Layers\n\n- `lib/a.sh` → `bin/a.sh`", []),
        ("- `lib/a.py:2-6` — `if path.exists(): x = fail(409, ...)`", [Cited(path="lib/a.py", first=2, last=6)]),
        ("- `lib/a.py:2` — `x = 1`", [Cited(path="lib/a.py", first=2, says="x = 1")]),
        ("## Delete `old/`\n\n### State\n\n```python\n# old/a.py:\nimport os\n```", []),
        ("# Opportunities\n\n- Lines removed: 606", []),
        ("- `load()` now takes `once` argument", [Signature(callable="load", has=("once",))]),
    ],
)
def test_what_moved_or_goes_is_not_said_to_be_there(text, predicates) -> None:
    assert judged(text) == predicates

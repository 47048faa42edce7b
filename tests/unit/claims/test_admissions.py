"""Admitted defects: what of them the tree can show is read, and the rest has no predicate."""

from __future__ import annotations

import pytest

from audit.claims.markdown import read_document
from audit.model.claims import Statement
from audit.model.predicates import Absent, Bound, Exists, Pytest, Uses


def statements(text: str) -> tuple[Statement, ...]:
    return read_document("doc.md", text.encode(), may_run=False).statements


@pytest.mark.parametrize(
    ("sentence", "predicate"),
    [
        ("- `OldStore` still imports `PolicyWrapper`", Uses(path="OldStore", imports=("PolicyWrapper",))),
        ("- `pkg/a.py` still imports the deleted PolicyWrapper", Uses(path="pkg/a.py", imports=("PolicyWrapper",))),
        ("- `pkg/a.py:7` still uses `OldA` and `OldB`", Uses(path="pkg/a.py", names=("OldA", "OldB"))),
        ("- `pkg/a.py`: still references `OldRecord`", Uses(path="pkg/a.py", names=("OldRecord",))),
        ("- `pkg/a.py`: still imports `OldRecord`", Uses(path="pkg/a.py", imports=("OldRecord",))),
        ("- `tests/test_a.py` is still missing", Absent(names=("tests/test_a.py",))),
        ("- `tests/test_a.py` has not been created yet", Absent(names=("tests/test_a.py",))),
        ("- `pkg/a.py` still exists", Exists(names=("pkg/a.py",))),
        ("- `pkg/a.py` has not been deleted", Exists(names=("pkg/a.py",))),
        ("- `tests/test_a.py`: 4 test failures", Pytest(nodes=("tests/test_a.py",), failed=Bound(4, 4))),
        ("- `tests/test_a.py` (3 failures)", Pytest(nodes=("tests/test_a.py",), failed=Bound(3, 3))),
    ],
)  # fmt: skip
def test_an_admission_that_the_tree_can_show_supports_the_document(sentence, predicate) -> None:
    statement, *_ = statements(sentence)

    assert (statement.tense, statement.weight) == ("admission", "supporting")
    assert statement.predicates == (predicate,)


@pytest.mark.parametrize(
    "sentence",
    [
        "- `pkg/a.py` still imports what was deleted",
        "- `pkg/a.py` still imports `OldRecord` methods of others",
        "- `OldStore` imports were fixed, some failing",
        "- > `pkg/a.py` still imports `OldRecord`",
        "- ~~`pkg/a.py` still exists~~",
        '- They said "`pkg/a.py` still exists", which fails',
        "- `pkg/a.py` still imports `pkg.gone`",
        "- `pkg/` is still broken",
        "- `tests/test_a.py`: 4 failures before, some remain",
        "- `tests/test_a.py` and `tests/test_b.py`: 4 failures",
        "- The parser is still missing",
        "- `tests/test_a.py`: 12.4 failures",
    ],
)
def test_an_admission_that_may_mean_something_else_has_no_predicate(sentence) -> None:
    assert [each.predicates for each in statements(sentence)] == [()]


@pytest.mark.parametrize(
    ("document", "tenses"),
    [
        # A status of the whole takes nothing back of what its items say was done.
        ("1. **Load** ✅ **PARTIALLY RESOLVED**\n   - **Action:** Renamed the loader\n   - Look into it later\n",
         ["admission", "claim", "plan"]),
        ("1. **Load** 🔄 **IN PROGRESS**\n   - **Action:** Loading validated through tests\n   - Loads of files\n",
         ["plan", "claim", "plan"]),
        ("Still broken:\n\n- Consolidated the loader\n", ["admission"]),
        # A command names a defect because it is to be mended.
        ("- Address the 7 failing tests\n- Debug and fix the remaining failures\n- Test failures remain\n",
         ["plan", "plan", "admission"]),
        ("- ❌ Fix the failing tests\n", ["admission"]),
        ("**Recommendation:** Treat this as incomplete.\n", ["plan"]),
        # Who speaks of an answer that did not come speaks for himself.
        ("**Engineering Response:** No mention of these failures.\n\n**Engineering Response:** No failures.\n",
         ["admission", "quotation"]),
        # A look back tells what is so, whatever its heading is called.
        ("# T\n\n## Lessons learned\n\n### 4. Test strategy\n\nThis keeps the behaviour.\n", ["claim"]),
        ("# T\n\n## Test strategy\n\nThis keeps the behaviour.\n", ["plan"]),
        # A list of what is to be tried is one of what was tried where it is ticked.
        ("# T\n\n## Testing checklist\n\n- The loader imports\n- [x] The store imports\n- [ ] The tool imports\n",
         ["plan", "claim", "plan"]),
        ("# T\n\n## Testing checklist\n\n```bash\npython -m shop.gone\n```\n", ["plan"]),
    ],
)  # fmt: skip
def test_who_says_what_and_when_is_told_by_the_sentence_and_what_stands_around_it(document, tenses) -> None:
    assert [each.tense for each in statements(document)] == tenses

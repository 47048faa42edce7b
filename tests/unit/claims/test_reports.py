"""Reports as they are written after a migration: labels, ticks, tables, drawn trees, commands and their output."""

from __future__ import annotations

from textwrap import dedent

import pytest

from audit.claims.markdown import read_document
from audit.model.predicates import (
    Absent,
    AnyPredicate,
    Bound,
    Cited,
    Count,
    Exists,
    Imports,
    Pytest,
    Size,
    Unreferenced,
)


def read(text: str) -> list[tuple[str, tuple[AnyPredicate, ...]]]:
    """Text and predicates of every statement that can be judged."""
    found = read_document("doc.md", dedent(text).encode(), may_run=False).statements
    return [(each.text, each.predicates) for each in found if each.predicates]


def predicates(text: str) -> list[AnyPredicate]:
    return [predicate for _, found in read(text) for predicate in found]


def exactly(number: int) -> Bound:
    return Bound(number, number)


def at_least(number: int, *, others_may_fail: bool = False) -> Pytest:
    """Somewhere in the tree so many tests pass."""
    other = Bound(least=0) if others_may_fail else None
    return Pytest(nodes=(".",), passed=Bound(least=number), failed=other, errors=other)


@pytest.mark.parametrize(
    "sentence",
    [
        "- All imports work correctly",
        "- ✅ All imports verified and working",
        "- All new imports work perfectly",
        "- Tests green, all imports working",
        "- No broken imports",
        "- Zero dangling imports",
        "- Import errors: 0",
        "- **Import failures**: none",
        "| Metric | Before | After |\n|---|---|---|\n| Import errors | 16 | 0 |",
    ],
)
def test_that_all_imports_work_is_said_in_many_ways(sentence) -> None:
    assert predicates(sentence) == [Imports()]


@pytest.mark.parametrize(
    "sentence",
    [
        "- All imports use the new pattern",
        "- All imports work in `pkg/a.py`",
        "- Almost all imports work",
        "- No broken imports in the tests",
        "- Import errors: 0 -> 3",
        "- Import errors: 12",
        "| Metric | Before | After |\n|---|---|---|\n| Import errors | 16 | 2 |",
        "- No references to `pkg.old` in the docs",
        "- `pkg.a` imports `pkg.b` successfully",
    ],
)
def test_what_speaks_of_some_imports_only_is_not_read_as_all(sentence) -> None:
    assert predicates(sentence) == []


@pytest.mark.parametrize(
    ("sentence", "name"),
    [("- `pkg.store` imports without errors", "pkg.store"), ("- ✅ **app.py**: Imports successfully", "app.py")],
)
def test_one_module_is_said_to_import(sentence, name) -> None:
    assert predicates(sentence) == [Imports(packages=(name,))]


@pytest.mark.parametrize(
    ("sentence", "name"),
    [
        ("- No references to `pkg.old` remain", "pkg.old"),
        ("- Zero imports of `pkg.old` in the codebase", "pkg.old"),
        ("- All references to the old `pkg.old` module have been removed", "pkg.old"),
        ("- Removed all imports of `pkg/old.py`", "pkg/old.py"),
        ("- `old_store` is no longer used anywhere", "old_store"),
    ],
)
def test_nothing_is_said_to_name_a_module_any_more(sentence, name) -> None:
    assert predicates(sentence) == [Unreferenced(names=(name,))]


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("- `_modules/core/` (8 files) → archived", [Absent(names=("_modules/core",))]),
        ("- The legacy `_modules/` directory has been archived", [Absent(names=("_modules/",))]),
        ("- Archived `docs/old.md`", [Absent(names=("docs/old.md",))]),
        ("- Moved `_modules/` → `attic/`", [Absent(names=("_modules/",)), Exists(names=("attic/",))]),
        ("- `docs/archive/old.md` was archived", []),
        ("- Deleted `docs/archive/old.md`", [Absent(names=("docs/archive/old.md",))]),
    ],
)
def test_folders_are_moved_and_archived_as_files_are(sentence, expected) -> None:
    assert predicates(sentence) == expected


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("- 134/134 tests passing (100%)", at_least(134)),
        ("- All 134 tests pass", at_least(134)),
        ("- **Tests Passing**: 134/134", at_least(134)),
        ("- Tests: 39/39 passing", at_least(39)),
        ("- Test Results: 12 passed", at_least(12, others_may_fail=True)),
        ("- 6 tests passing", at_least(6, others_may_fail=True)),
        ("- No test failures", Pytest(nodes=(".",))),
        ("- Test failures: 0", Pytest(nodes=(".",))),
        ("- 100% test pass rate", Pytest(nodes=(".",))),
        ("| Metric | Before | After |\n|---|---|---|\n| Tests passing | 91 | 394 |",
         at_least(394, others_may_fail=True)),
    ],
)  # fmt: skip
def test_a_number_of_tests_without_a_place_is_the_least_that_the_tree_must_have(sentence, expected) -> None:
    assert predicates(sentence) == [expected]


@pytest.mark.parametrize(
    "sentence",
    [
        "- 24 new tests passing",
        "- 394+ tests passing",
        "- Tests passing: 91 → 394",
        "- 5/7 tests passing",
        "- Tests: 12",
        "- 6 tests passing in `test_a.py`",
    ],
)
def test_a_number_of_some_tests_is_none_of_the_tree(sentence) -> None:
    assert predicates(sentence) == []


def test_the_tests_that_a_number_counts_are_named_above_it() -> None:
    text = """\
        # Report

        ## Test suite
        ```bash
        python3 -m pytest tests/ -v
        ```
        **Result**: ✅ 134/134 tests passing

        ## Parsers
        Location: `tests/unit/test_parsers.py`
        - Tests: 16 tests (all passing)
        """
    assert predicates(text) == [
        Pytest(nodes=("tests",), passed=Bound(least=134)),
        Cited(path="tests/unit/test_parsers.py"),
        Pytest(nodes=("tests/unit/test_parsers.py",), passed=exactly(16)),
    ]


def test_a_command_is_claimed_to_print_what_stands_below_it() -> None:
    text = """\
        ```bash
        $ pytest tests/eval -q
        6 passed, 1 skipped in 0.03s
        pytest tests/slow -k fast   # 3 passed
        grep -r "from pkg.old" src/  # 0 matches
        grep -rn "PolicyStore" src --include="*.py"
        # No matches found
        grep -r "pkg.old" .  # 0 matches
        grep -rE "a|b" src/  # 0 matches
        grep -r "left" src/  # 3 matches
        $ rg PolicyStore lib/

        nothing
        $ git grep -w Bridge -- lib/
        (no output)
        $ git log Bridge lib/
        $ rg printed lib/
        lib/a.py
        (no output)
        ```
        """
    assert predicates(text) == [
        Pytest(nodes=("tests/eval",), passed=exactly(6), skipped=exactly(1)),
        Count(occurrences=r"from\ pkg\.old", within="src/**/*", expected=exactly(0)),
        Count(occurrences="PolicyStore", within="src/**/*.py", expected=exactly(0)),
        Count(occurrences="PolicyStore", within="lib/**/*", expected=exactly(0)),
        Count(occurrences=r"\bBridge\b", within="lib/**/*", expected=exactly(0)),
    ]


@pytest.mark.parametrize(
    ("sentence", "size"),
    [
        ("- Reduced `pkg/a.py` by 21 lines (from 899 to 878)", Size(path="pkg/a.py", lines=exactly(878))),
        ("- `pkg/a.py` - Updated (878 lines, down from 899)", Size(path="pkg/a.py", lines=exactly(878))),
        ("- After: `pkg/a.py` = 842 lines", Size(path="pkg/a.py", lines=exactly(842))),
        ("#### `pkg/a.py`\n\n- Lines: 335", Size(path="pkg/a.py", lines=exactly(335))),
        ("| File | Lines |\n|---|---|\n| `pkg/a.py` | 850+ |", Size(path="pkg/a.py", lines=Bound(least=850))),
        ("| File | Before (lines) | After (lines) |\n|---|---|---|\n| `pkg/a.py` | 873 | 842 |",
         Size(path="pkg/a.py", lines=exactly(842))),
    ],
)  # fmt: skip
def test_a_length_is_told_behind_a_label_and_in_a_column(sentence, size) -> None:
    assert predicates(sentence) == [size]


@pytest.mark.parametrize(
    "sentence",
    [
        "- Before: `pkg/a.py` = 873 lines",
        "| File | Lines |\n|---|---|\n| `pkg/a.py` | +43 |",
        "| File | Lines removed |\n|---|---|\n| `pkg/a.py` | 43 |",
    ],
)
def test_lines_of_another_tree_or_of_a_change_are_no_length(sentence) -> None:
    assert not any(isinstance(each, Size) for each in predicates(sentence))


def test_what_a_sentence_describes_is_there_and_the_description_stays_unjudged() -> None:
    text = """\
        - `MIGRATION_GUIDE.md` - Comprehensive strategy
        - **run_builder.py** - One-command launcher
        - `RAGASMetrics` - Evaluation
        - `to_dict()`: a helper
        - Working demo: `examples/demo.py`
        - Backend (`/shop/tools/api.py`)
        - `tests/unit/test_parsers.py` (16 tests)
        - `old.py` - deprecated
        - Writes: `out/report.json`
        """
    assert read(text) == [
        ("MIGRATION_GUIDE.md", (Cited(path="MIGRATION_GUIDE.md"),)),
        ("run_builder.py", (Cited(path="run_builder.py"),)),
        ("RAGASMetrics", (Exists(names=("RAGASMetrics",)),)),
        ("to_dict()", (Exists(names=("to_dict",)),)),
        ("Working demo: `examples/demo.py`", (Cited(path="examples/demo.py"),)),
        ("Backend (`/shop/tools/api.py`)", (Cited(path="/shop/tools/api.py"),)),
        (
            "`tests/unit/test_parsers.py` (16 tests)",
            (Count(tests="tests/unit/test_parsers.py", expected=exactly(16)),),
        ),
    ]


def test_imports_that_are_shown_to_work_exist_and_those_that_no_longer_do_are_gone() -> None:
    text = """\
        **New imports work**:
        ```python
        import app                      ✅ WORKS
        from shop.store import load     # works
        from shop.old import Store      ❌ Not found
        ```

        **Old pattern** (deprecated):
        ```python
        from shop.old import Store
        ```

        **New pattern**:
        ```python
        from shop.store import Store, load
        # Old
        from shop.other import y
        ```

        How to start with it:
        ```python
        from shop.example import z
        ```
        """
    assert predicates(text) == [
        Exists(names=("app",)),
        Exists(names=("shop.store.load",)),
        Absent(names=("shop.old.Store",)),
        Exists(names=("shop.store.Store", "shop.store.load")),
    ]


def test_a_drawn_tree_names_files_at_its_root_and_counts_those_of_its_folders() -> None:
    text = """\
        ```
        shop/
        ├── src/shop/        ← ACTIVE
        │   ├── __init__.py  (package root)
        │   ├── core/        (7 files)
        │   └── new/         (3 files, to be created)
        └── app.py           ← MAIN APP
        ```
        """
    assert predicates(text) == [
        Cited(path="shop/src/shop/__init__.py"),
        Count(files="shop/src/shop/core/*", expected=exactly(7)),
        Cited(path="shop/app.py"),
    ]


def test_a_heading_that_says_that_it_is_done_heads_no_plan() -> None:
    text = """\
        # Week 4

        ## Day 3 objective: removal - COMPLETE

        - Deleted `pkg/a.py`

        ## Day 4

        - `pkg/b.py`: 50 lines
        """

    assert predicates(text) == [Absent(names=("pkg/a.py",))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("## 1. Removed `pkg/em.py`\n\nIt was dead.", [Absent(names=("pkg/em.py",))]),
        ("### Final fix - all import errors resolved\n", [Imports()]),
        ("## `pkg/em.py`\n\nIt is dead.", []),
        ("## Next steps: removed `pkg/em.py`\n", []),
        ("**Removed Files**\n\n- `pkg/a.py`", [Absent(names=("pkg/a.py",))]),
        ("**New files created**\n- `pkg/a.py` - parses", [Exists(names=("pkg/a.py",))]),
        ("Removed the following files:\n1. `pkg/a.py`", [Absent(names=("pkg/a.py",))]),
    ],
)
def test_a_title_claims_by_itself_and_says_what_became_of_its_list(text, expected) -> None:
    assert predicates(text) == expected


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("- ❌ Removed: `pkg/a.py`", [Absent(names=("pkg/a.py",))]),
        ("- `pkg/a.py` ❌ DELETED", [Absent(names=("pkg/a.py",))]),
        ("- ❌ `pkg/a.py` exists", []),
        ("- `OldStore` is gone", [Absent(names=("OldStore",))]),
        ("- `OldStore` has been completely removed from the codebase", [Absent(names=("OldStore",))]),
        ("- Moved `safe()` to `pkg/a.py` as `safe_mean()`", [Exists(names=("pkg/a.py::safe_mean",))]),
        ("- `safe()` → `pkg/a.py` (phase 4)", [Exists(names=("pkg/a.py::safe",))]),
        ("- Extracted `Store` class into `pkg/a.py`", [Exists(names=("pkg/a.py::Store",))]),
        ("- Renamed function `load_x()` to `load_y()`", [Absent(names=("load_x",)), Exists(names=("load_y",))]),
        ("- Renamed `old_flag` to `new_flag`", []),
        (
            "- Consolidated `x/a.py` and `x/b.py` into `x/c.py`",
            [Absent(names=("x/a.py", "x/b.py")), Exists(names=("x/c.py",))],
        ),
        ("- Replaced `old` with `new`", []),
        ("- All 12 references to `OldStore` updated to `NewStore`", [Unreferenced(names=("OldStore",))]),
        ("- We no longer use `pkg.old`", [Unreferenced(names=("pkg.old",))]),
    ],
)
def test_what_went_and_where_it_went_is_said_in_many_ways(sentence, expected) -> None:
    assert predicates(sentence) == expected


def test_a_sentence_that_only_cites_is_one_statement_and_one_that_says_more_is_two() -> None:
    def texts(text: str) -> list[str]:
        return [each.text for each in read_document("doc.md", text.encode(), may_run=False).statements]

    assert texts("- `pkg/a.py:16`") == ["pkg/a.py:16"]
    assert texts("- `pkg/a.py:16` loads the store") == ["`pkg/a.py:16` loads the store", "pkg/a.py:16"]


NESTED = """\
# Done

```markdown
The page to write:

```bash
python tools/run.py
```

- Deleted `pkg/never.py`
```

- Deleted `pkg/old.py`
"""


def test_a_shown_page_keeps_its_own_code_blocks() -> None:
    assert read(NESTED) == [("Deleted `pkg/old.py`", (Absent(names=("pkg/old.py",)),))]


def test_blocks_that_do_not_balance_are_read_as_markdown_says() -> None:
    text = "```\nopen\n```bash\nls\n```\n\n- Deleted `pkg/old.py`\n"

    assert read(text) == [("Deleted `pkg/old.py`", (Absent(names=("pkg/old.py",)),))]


@pytest.mark.parametrize(
    ("table", "cited"),
    [
        (
            "| File | Line | Import |\n|---|---|---|\n| `pkg/a.py` | 97 | `from pkg.b import load` |",
            [Cited(path="pkg/a.py", first=97, says="from pkg.b import load")],
        ),
        ("| File | Lines |\n|---|---|\n| `pkg/a.py` | 39-40 |", [Cited(path="pkg/a.py", first=39, last=40)]),
        ("| File | Lines |\n|---|---|\n| `pkg/a.py` | 39 |", [Size(path="pkg/a.py", lines=exactly(39))]),
        ("| File | Line | What |\n|---|---|---|\n| `pkg/a.py` | 39 | `load()` was removed |", []),
        (
            "| File | Line | Import |\n|---|---|---|\n| `pkg/a.py` | 9 | `from pkg.b import ...` |",
            [Cited(path="pkg/a.py", first=9)],
        ),
    ],
)
def test_a_row_cites_the_line_of_a_file(table, cited) -> None:
    assert [each for each in predicates(table) if each != Cited(path="pkg/a.py")] == cited


@pytest.mark.parametrize(
    ("title", "read_as_of_now"),
    [("Structure", True), ("Struktur nach außen", True), ("原有结构", False), ("Было", False)],
)
def test_a_tree_is_read_where_the_words_above_it_are(title, read_as_of_now) -> None:
    text = f"# Done\n\n## {title}\n\n```\npkg/\n├── a.py\n```\n"

    assert predicates(text) == ([Cited(path="pkg/a.py")] if read_as_of_now else [])

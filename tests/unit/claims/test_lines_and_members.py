"""Sentences that say how long a file or a function is by now, what came and went of it, and what a class was given."""

from __future__ import annotations

import pytest

from audit.claims.markdown import read_document
from audit.model.comparisons import LinesChanged
from audit.model.predicates import Absent, AnyPredicate, Bound, Cited, Count, Exists, Signature, Size


def judged(text: str) -> list[tuple[AnyPredicate, ...]]:
    statements = read_document("doc.md", f"# Report\n\n{text}\n".encode(), may_run=False).statements
    return [each.predicates for each in statements if each.predicates and each.weight == "core"]


def file(lines: int, path: str = "pkg/a.py") -> Size:
    return Size(path=path, lines=Bound(lines, lines), nearest=10 if lines >= 50 and lines % 10 == 0 else None)


def function(lines: int, name: str = "load", path: str = "") -> Size:
    return Size(path=path, symbol=name, lines=Bound(lines, lines))


@pytest.mark.parametrize(
    ("text", "predicates"),
    [
        ("- `pkg/a.py` - The core of it (467 → 240 lines)", [(file(240),)]),
        ("- `pkg/a.py` - simplified (467 → 240 lines)", []),
        ("- `pkg/a.py`: the old helper (467 → 240 lines)", []),
        ("- `pkg/a.py` (new, 253 lines)", [(file(253),)]),
        ("- `a.py` (new file, 25+ lines)", [(Size(path="a.py", lines=Bound(25)),)]),
        ("- `pkg/a.py` (deleted, 253 lines)", []),
        ("- `pkg/a.py` - Inventory (5,305 lines, 162 flags)", [(file(5305),)]),
        ("### `pkg/a.py`\n\n- Before: 20 lines\n- After: 10 lines", [(file(10),)]),
        ("| What | Before | After |\n|---|---|---|\n| Lines in `pkg/a.py` | 1,792 | 1,336 |", [(file(1336),)]),
        ("| What | Before | After |\n|---|---|---|\n| pkg/a.py (lines) | 1,792 | 1,336 |", [(file(1336),)]),
        ("| What | Before | After |\n|---|---|---|\n| Tests in `pkg/a.py` | 1,792 | 1,336 |", []),
        ("- `load()` - 24 lines", [(function(24),)]),
        ("- `load()` - reads what is stored (24 lines)", [(function(24),)]),
        ("- `load()` - extracted helper (24 lines)", []),
        ("- `load_all`: Reduced from 232 lines → 79 lines (66% reduction)", [(function(79, "load_all"),)]),
        ("- `load_all` was refactored from 232 → 79 lines", [(function(79, "load_all"),)]),
        ("### `pkg/a.py`\n\n- `load()` - 24 lines", [(function(24, path="pkg/a.py"),)]),
    ],
)  # fmt: skip
def test_a_size_is_that_of_now_and_of_what_is_named(text, predicates) -> None:
    assert judged(text) == predicates


def every(most: int, folder: str = "") -> list[tuple[Size]]:
    return [(Size(path=f"{folder}**/*.py", lines=Bound(most=most)),)]


@pytest.mark.parametrize(
    ("text", "predicates"),
    [
        ("All modules are now under 300 lines.", every(299)),
        ("Every Python file has at most 1,200 lines of code.", every(1200)),
        ("All files in `shop/eval/` are kept below 200 lines", every(199, "shop/eval/")),
        ("All files in the `shop` package are < 200 LOC.", every(199, "shop/")),
        ("No file has more than 300 lines.", every(300)),
        ("- **No module under `shop/` exceeds 300 lines**", every(300, "shop/")),
        ("No file is over 300 lines long", every(300)),
        ("All new files are under 300 lines.", []),
        ("All files but one are under 300 lines.", []),
        ("No file is under 300 lines.", []),
        ("All modules in the core are under 300 lines.", []),
        ("No function has more than 50 lines.", []),
        ("All test files have 300 lines.", []),
    ],
)  # fmt: skip
def test_a_size_of_every_file_is_said_of_a_folder_or_of_all(text, predicates) -> None:
    assert judged(text) == predicates


@pytest.mark.parametrize(
    ("text", "predicates"),
    [
        ("- Removed ~100 lines of legacy code", LinesChanged(removed=Bound(80))),
        ("- Removed 1,200 lines", LinesChanged(removed=Bound(1200))),
        ("- 273 lines of dead code were removed, and no debt is left", LinesChanged(removed=Bound(273))),
        ("- Total lines removed: 1,862", LinesChanged(removed=Bound(1862))),
        ("- Removed 100 lines from `pkg/a.py`", LinesChanged(paths=("pkg/a.py",), removed=Bound(100))),
        ("- `pkg/a.py`: ~100 lines removed", LinesChanged(paths=("pkg/a.py",), removed=Bound(80))),
        ("- `pkg/a.py` (+79 lines)", LinesChanged(paths=("pkg/a.py",), added=Bound(79))),
        ("- `pkg/a.py` (extended, +330 lines)", LinesChanged(paths=("pkg/a.py",), added=Bound(330))),
        ("- `pkg/a.py` (extended with 30 new lines)", LinesChanged(paths=("pkg/a.py",), added=Bound(30))),
        ("- `pkg/a.py` (-79 lines)", LinesChanged(paths=("pkg/a.py",), removed=Bound(79))),
        (
            "12 files changed, 340 insertions(+), 1,210 deletions(-)",
            LinesChanged(added=Bound(340, 340), removed=Bound(1210, 1210)),
        ),
        ("- Removed 10 lines of comments", None),
        ("- Removed 10 lines of YAML per job", None),
        ("- Will remove 10 lines", None),
        ("- Removed 10 lines that load `pkg/a.py`", None),
        ("- Removed 10 lines before the loop", None),
    ],
)
def test_lines_that_came_and_went_are_at_least_so_many(text, predicates) -> None:
    assert judged(text) == ([(predicates,)] if predicates is not None else [])


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("- Added `close()` method to `Store`", ["Store.close"]),
        ("- Added `close()` and `open(path)` to the `Store` class for cleanup", ["Store.close", "Store.open"]),
        ("- Implemented `load` property in `Store`", ["Store.load"]),
        ("- `Store` now has a `close()` method", ["Store.close"]),
        ("- Added `helper()` to `pkg/a.py`", ["pkg/a.py::helper"]),
        ("- Added `name` to `Store`", []),
        ("- Added `close()` calls to `Store`", []),
        ("- Added `close()` to `Store` and `File`", []),
        ("- We should have added `close()` to `Store`", []),
        ("- Package imports work: `from shop import ...`", ["shop"]),
        ("- `from shop.store import load` works again", ["shop.store.load"]),
        ("- `from shop.store import load` works only with extras", []),
        ("- No imports work: `import shop`", []),
    ],
)
def test_what_a_class_was_given_and_what_can_be_imported_exists(text, names) -> None:
    assert judged(text) == ([(Exists(names=tuple(names)),)] if names else [])


@pytest.mark.parametrize(
    ("text", "predicates"),
    [
        ("- `a.md` → Moved to `docs/archive/`", (Absent(names=("a.md",)), Exists(names=("docs/archive/a.md",)))),
        (
            "### Consolidated\n\n- `lib/a.py` → `lib/b.py`",
            (Absent(names=("lib/a.py",)), Exists(names=("lib/b.py",))),
        ),
        (
            "| Module | Before | After | Status |\n|---|---|---|---|\n| old_loader.py | 297 | 0 | Removed |",
            (Absent(names=("old_loader.py",)),),
        ),
        ("- `tests/` (34 files, 926 tests)", (Count(files="tests/*", expected=Bound(34, 34)),)),
        ("- `db/*.sql` - 14 migration files", (Count(files="db/*.sql", expected=Bound(14, 14)),)),
        ("- `db/test_*.py` - 4 test files (30 cases)", (Count(files="db/test_*.py", expected=Bound(4, 4)),)),
        ("- tests/test_a.py (19 tests, ~150 LOC)", (Count(tests="tests/test_a.py", expected=Bound(19, 19)),)),
        ("- `pkg/a.py` (150 LOC)", (file(150),)),
        ("- `load(path, epoch)` - 23 lines", (function(23),)),
    ],
)
def test_what_was_moved_or_removed_is_read_in_lists_and_rows(text, predicates) -> None:
    assert judged(text) == [predicates]


@pytest.mark.parametrize(
    ("text", "said", "predicate"),
    [
        ("- `load(path, epoch=0)` - Reads", "load(path, epoch=0)", Signature(callable="load", has=("path", "epoch"))),
        ("- `load(path: str) -> int` - Reads", "load(path: str) -> int", Signature(callable="load", has=("path",))),
        ("- `load(path)` - Reads", "load(path)", Exists(names=("load",))),
        ('- `load("a.json")` - Reads', 'load("a.json")', Exists(names=("load",))),
        ("### `pkg/a.py`\n\n- `load()`", "load()", Cited(path="pkg/a.py", says="load")),
        (
            "### `a.py`\n\n- `load(a, *, b=0)`: reads",
            "load(a, *, b=0)",
            Signature(callable="a.py::load", has=("a", "b")),
        ),
        ("The metadata is managed in `pyproject.toml`.", "pyproject.toml", Cited(path="pyproject.toml")),
        ("1. Source code lives under a `src/` layout.", "src/", Exists(names=("src/",))),
        ("- src/crawl.py (line 80-82)", "src/crawl.py (line 80-82)", Cited(path="src/crawl.py", first=80, last=82)),
    ],
)
def test_what_a_list_says_of_functions_and_places_supports_the_document(text, said, predicate) -> None:
    statements = read_document("doc.md", f"# Report\n\n{text}\n".encode(), may_run=False).statements

    assert [(each.text, each.predicates, each.weight) for each in statements if each.predicates] == [
        (said, (predicate,), "supporting")
    ]


def test_functions_of_one_file_may_differ_in_length_and_one_may_not() -> None:
    text = b"# R\n\n- `load()` - 24 lines\n- `save()` - 17 lines\n- `load()` - 30 lines\n"

    assert [each.message for each in read_document("doc.md", text, may_run=False).findings] == [
        "says that load has 30 lines, and on line 3 that load has 24 lines"
    ]


@pytest.mark.parametrize(
    "text",
    [
        "The metadata will be managed in `pyproject.toml`.",
        "The metadata was managed in `setup.cfg` before.",
        "The results are stored in `out/` by default and never in `tmp/`.",
        "Nothing is kept in `lib/old.py`, which is not read.",
    ],
)
def test_where_something_was_or_will_be_says_nothing_of_now(text) -> None:
    assert [each.predicates for each in read_document("doc.md", text.encode(), may_run=False).statements] == [()]


@pytest.mark.parametrize(
    ("note", "size"),
    [
        ("store.py (38 lines)", file(38, "shop/store.py")),
        ("store.py  # 461 lines - all of it", file(461, "shop/store.py")),
        ("store.py: 29 lines", file(29, "shop/store.py")),
        ("store.py  # ~140 lines", Size(path="shop/store.py", lines=Bound(112, 168))),
        ("store.py  # 450+ lines", Size(path="shop/store.py", lines=Bound(450))),
        ("store.py  # 20 lines removed", None),
        ("store.py  # runs 20 lines of it", None),
        ("store.py  # 20 lines before, 10 now", None),
    ],
)
def test_a_drawn_tree_tells_how_long_its_files_are(note, size) -> None:
    text = f"# Done\n\n```\nshop/\n├── {note}\n```\n"
    (statement,) = read_document("doc.md", text.encode(), may_run=False).statements

    assert statement.predicates == (Cited(path="shop/store.py"), *([size] if size else []))

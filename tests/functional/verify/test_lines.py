"""Lines that came and went, lengths of functions, and members of classes: what a base and the definitions can tell."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

LONG = "def load(path):\n" + "    path = path\n" * 27 + "    # done\n    return path\n"
REPORT = """\
# Report

- Removed ~40 lines of dead code
- Removed 400 lines
- Removed 3 lines
- `shop/long.py` (+30 lines)
- `shop/eval/scores.py` (+30 lines)
- `load_long()` - 30 lines
- `load_long()` - 28 lines
- `load_long()` - 48 lines
- `nobody()` - 48 lines
- Added `close()` method to `File`
- Added `open()` method to `File`
- Added `open()` method to `Heir`
- Removed `eval/dead.py`
- 4 files changed, 51 insertions(+), 42 deletions(-)
- 4 files changed, 40 insertions(+)
"""
MIGRATED = {
    "shop/eval/dead.py": None,
    "shop/long.py": LONG.replace("load", "load_long"),
    "shop/file.py": "class Base: ...\nclass File:\n    def close(self): ...\nclass Heir(Base): ...\n",
    "REPORT.md": REPORT,
}


SIZES = """\
# Report

- `shop/long.py` has <20 lines
- `shop/long.py` has fewer than 30 lines
- No file in `shop/` has more than 29 lines
- No file in `shop/` has more than 20 lines
- All modules in `shop/` are at most 30 lines
- All files in `tests/` are under 3 lines
- All files are under 50 lines
- All files are under 40 lines
- No file in `elsewhere/` has more than 20 lines
"""


def verdicts(done) -> list[tuple[int, str, str]]:
    return [
        (each["line"], each["verdict"], re.sub(r"[0-9a-f]{10}", "BASE", each["reason"]))
        for each in json.loads(done.stdout)["statements"]
    ]


def test_what_a_report_says_of_lines_is_held_against_the_base(shop, audit: Callable[..., object]) -> None:
    shop.commit("Begin", {"shop/eval/dead.py": "x = 1\n" * 42})
    shop.commit("Migrate", MIGRATED)

    assert verdicts(audit(shop.root, "verify", "REPORT.md", "--since", "HEAD~1", "--format", "json")) == [
        (3, "verified", "51 lines added and 42 removed since BASE"),
        (4, "unverified", "since the commit before, 51 lines came and 42 went; the migration may have begun before it"),
        (5, "unverified", "since the base 51 lines came and 42 went; which of them are meant cannot be told"),
        (6, "verified", "30 lines added and 0 removed since BASE"),
        (7, "unverified", "since the commit before, 0 lines came and 0 went; the migration may have begun before it"),
        (8, "verified", "load_long in shop/long.py has 30 lines"),
        (9, "unverified", "shop.long.load_long has 30 lines, 28 of statements: a matter of counting"),
        (10, "refuted", "load_long in shop/long.py has 30 lines, not 48"),
        (11, "unverified", "no function is called nobody, so whose lines are meant cannot be told"),
        (12, "verified", "shop.file.File.close is in the tree"),
        (13, "refuted", "shop/file.py::File.open is not in the tree"),
        (14, "unverified", "Heir.open is not defined in this tree, and may belong to others"),
        (15, "verified", "shop/eval/dead.py is not in the tree"),
        (16, "verified", "51 lines added and 42 removed since BASE"),
        (17, "unverified", "since the base 51 lines came and 42 went; which of them are meant cannot be told"),
    ]


def test_too_few_lines_refute_where_the_base_is_where_it_all_began(shop, audit, tmp_path: Path) -> None:
    shop.commit("Begin", {"shop/eval/dead.py": "x = 1\n" * 42})
    shop.commit("Prepare")
    shop.commit("Migrate", MIGRATED)

    assert verdicts(audit(shop.root, "verify", "REPORT.md", "--since", "HEAD~2", "--format", "json"))[1] == (
        4,
        "refuted",
        "51 lines added and 42 removed since BASE, not at least 400 removed",
    )
    assert verdicts(audit(shop.root, "verify", "REPORT.md", "--format", "json"))[1] == (
        4,
        "unverified",
        "there is no base to compare with; name one with --since REV, or in the claim",
    )


def test_how_long_files_may_be_is_held_against_those_that_are_meant(shop, audit: Callable[..., object]) -> None:
    shop.commit("Begin", {"shop/long.py": LONG, "tests/test_long.py": "x = 1\n" * 45, "SIZES.md": SIZES})

    done = audit(shop.root, "verify", "SIZES.md", "--format", "json")
    modules = len([*(shop.root / "shop").rglob("*.py")])
    files = len([*shop.root.rglob("*.py")])
    assert verdicts(done) == [
        (3, "refuted", "shop/long.py has 30 lines, not at most 19"),
        (4, "unverified", "shop/long.py has 30 lines, 29 without blank lines and comments: a matter of counting"),
        (5, "unverified", "shop/long.py has 30 lines with blank lines and comments: a matter of counting"),
        (6, "refuted", f"shop/long.py has 30 lines, not at most 20 (1 of {modules} files)"),
        (7, "verified", f"{modules} files with at most 30 lines each"),
        (8, "refuted", "tests/test_long.py has 45 lines, not at most 2 (2 of 2 files)"),
        (9, "verified", f"{files} files with at most 49 lines each"),
        (10, "unverified", "tests/test_long.py has 45 lines; whether files like it are meant cannot be told"),
        (11, "unverified", "elsewhere is not a path of this tree, and no commit shows that it was one"),
    ]

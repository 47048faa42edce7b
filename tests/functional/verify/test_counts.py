"""``audit verify`` of numbers of files and tests: a number that is right in any way of counting refutes nothing."""

from __future__ import annotations

import json

DOCUMENT = """\
# Sizes

- `shop/eval/` has 3 files
- `shop/` contains 8 files
- `shop/` contains 5 files
- `shop/` has 6 modules
- `shop/eval/` has 9 modules
- `tests/test_scores.py` has 2 tests
- `tests/test_scores.py` has 3 tests
- `nowhere/` has 3 files
- `shop/eval/*s.py` - 2 plain files
- `shop/eval/*s.py` - 3 plain files
- `shop/eval/*.p*` - 2 plain files
"""


def test_files_and_tests_are_counted_in_the_ways_that_people_count_them(shop, audit) -> None:
    shop.commit("Add data", {"shop/prices.csv": "", "sizes.md": DOCUMENT})

    done = audit(shop.root, "verify", "sizes.md", "--format", "json")

    assert [(each["line"], each["verdict"], each["reason"]) for each in json.loads(done.stdout)["statements"]] == [
        (3, "verified", "3 files, as expected (3)"),
        (4, "verified", "8 files, as expected (8)"),
        (5, "verified", "5 files, as expected (5)"),
        (6, "unverified", "shop holds 4 with its __init__.py and its tests: a matter of counting"),
        (7, "refuted", "3 files, not expected (9)"),
        (8, "verified", "2 test functions, as expected (2)"),
        (9, "refuted", "2 test functions, not expected (3)"),
        (10, "unverified", "nowhere is not a path of this tree, and no commit shows that it was one"),
        (11, "verified", "2 files, as expected (2)"),
        (12, "refuted", "2 files, not expected (3)"),
        (13, "unverified", "3 files match shop/eval/*.p*, and of which of them it is said cannot be told"),
    ]  # fmt: skip


NUMBERS = """\
# Report

- Deleted `shop/old.py` (30 lines)
- Deleted `shop/old.py` (29 lines)
- Deleted `shop/old.py` (300 lines)
- Deleted `shop/old.py` (25+ lines)
- Created `shop/new/` package with 2 modules
- Created `shop/new/` package with 9 modules
- Created `tests/test_new.py` (30 lines, 9 tests)
- Created `tests/test_new.py` (6 lines, 9 tests)
- `BookShelf` class implemented (~10 lines)
- `BookShelf` class implemented (~30 lines)
- `BookShelf` class implemented (13 lines)
"""


def test_a_number_beside_a_name_is_wrong_or_right_with_it(shop, audit) -> None:
    shop.commit("Begin", {"shop/old.py": "x = 1\n" * 29 + "# end\n"})
    tests = "import pytest\n\n@pytest.mark.parametrize('a', [1, 2])\ndef test_a(a):\n    assert a\n# end\n"
    shelf = "class BookShelf:\n" + "    x = 1\n" * 9 + "\n\nclass Rack: ...\n"
    new = {"shop/new/__init__.py": "", "shop/new/a.py": "", "tests/test_new.py": tests, "shop/shelves.py": shelf}
    shop.commit("Migrate", {"shop/old.py": None, **new, "doc.md": NUMBERS})

    done = audit(shop.root, "verify", "doc.md", "--since", "HEAD~1", "--format", "json")

    assert [(each["line"], each["verdict"], each["reason"]) for each in json.loads(done.stdout)["statements"]] == [
        (3, "verified", "shop/old.py is not in the tree; it had 30 lines"),
        (4, "verified", "shop/old.py is not in the tree; it had 30 lines"),
        (5, "refuted", "shop/old.py is not in the tree; it had 30 lines, not 300"),
        (6, "verified", "shop/old.py is not in the tree; it had 30 lines"),
        (7, "verified", "shop/new is in the tree; 2 files, as expected (2)"),
        (8, "refuted", "2 files, not expected (9)"),
        (9, "refuted", "tests/test_new.py has 6 lines, not 30"),
        (10, "unverified",
         "tests/test_new.py has 1 test functions, each of which may be several tests, or none"),
        (11, "verified", "shop.shelves.BookShelf is in the tree; BookShelf in shop/shelves.py has 10 lines"),
        (12, "refuted", "BookShelf in shop/shelves.py has 10 lines, not 24 to 36"),
        (13, "unverified", "shop/shelves.py has 13 lines, 10 of them BookShelf: a matter of counting"),
    ]  # fmt: skip


SUITE = """\
import unittest


class TestShop(unittest.TestCase):
    def test_open(self): ...
    async def test_close(self): ...
    def opened(self): ...


class TestStore:
    def test_load(self): ...


class TestHeir(TestStore):
    def test_more(self): ...


def test_alone(): ...
"""
CLASSES = """\
# Tests

- `TestShop`: 2 tests
- TestShop (3 unit tests)
- `TestStore` - Holds what is loaded (1 test)
- `TestHeir`: 1 test
- `TestNobody`: 1 test
- `tests/test_plain.py` has 2 tests
- `tests/test_plain.py` has 3 tests
- `tests/test_shop.py` has 9 tests

## `tests/test_shop.py`

- `test_alone` - Stands alone
- `test_nobody` - Stands as well
- TestStore - Holds what is loaded
- TestNobody - Stands as well
"""


def test_the_tests_of_a_class_and_of_a_plain_file_are_counted(shop, audit) -> None:
    plain = "def test_a(): ...\n\n\ndef test_b(): ...\n"
    shop.commit("Test", {"tests/test_shop.py": SUITE, "tests/test_plain.py": plain, "doc.md": CLASSES})

    done = audit(shop.root, "verify", "doc.md", "--format", "json")

    assert [
        (each["line"], each["verdict"], each["reason"])
        for each in json.loads(done.stdout)["statements"]
        if each["predicate"] or each["line"] < 11
    ] == [
        (3, "verified", "2 test functions, as expected (2)"),
        (4, "refuted", "2 test functions, not expected (3)"),
        (5, "verified", "1 test function, as expected (1)"),
        (6, "unverified", "how many tests tests/test_shop.py makes of TestHeir only a run can tell"),
        (7, "unverified", "0 classes are called TestNobody, so whose tests are meant is open"),
        (8, "verified", "2 test functions, as expected (2)"),
        (9, "refuted", "2 test functions, not expected (3)"),
        (10, "unverified", "tests/test_shop.py has 5 test functions, each of which may be several tests, or none"),
        (14, "verified", "tests/test_shop.py::test_alone is in the tree"),
        (15, "refuted", "tests/test_shop.py::test_nobody is not in the tree"),
        (16, "verified", "tests.test_shop.TestStore is in the tree"),
    ]


def test_tests_that_are_taken_over_hidden_or_replaced_are_not_counted(shop, audit) -> None:
    store = "class TestStore:\n    def test_a(self): ...\n\n\n"
    files = {
        "heir": f"{store}class TestHeir(TestStore):\n    size = 1\n",
        "nested": "class TestShop:\n    def test_b(self): ...\n\n    class TestDoor:\n        def test_a(self): ...\n",
        "twice": "def test_a(): ...\n\n\ndef test_a(): ...\n",
        "helper": f"{store}class Bag(dict):\n    size = 1\n",
    }
    text = (
        "".join(f"- `tests/test_{name}.py` has 3 tests\n" for name in files)
        + "- `TestHeir`: 3 tests\n- `TestShop`: 3 tests\n"
    )
    tests = {f"tests/test_{name}.py": code for name, code in files.items()}
    shop.commit("Test", {**tests, "doc.md": f"# Tests\n\n{text}"})

    done = audit(shop.root, "verify", "doc.md", "--format", "json")

    assert [(each["line"], each["verdict"]) for each in json.loads(done.stdout)["statements"]] == [
        (3, "unverified"),
        (4, "unverified"),
        (5, "unverified"),
        (6, "refuted"),
        (7, "unverified"),
        (8, "unverified"),
    ]

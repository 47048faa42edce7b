"""What an earlier run found out is used where it is still true, and nowhere else."""

from __future__ import annotations

import sqlite3
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import audit.trees
from audit.contents import Contents
from audit.earlier import Earlier
from audit.model.findings import Coverage
from audit.model.graph import ModuleGraph
from audit.model.references import Dangling
from audit.resolve.outcomes import dangling, graph_of
from audit.testing import MemoryTree
from audit.trees import Listing, list_tree, load_tree

Files = dict[str, str]
Result = tuple[list[Dangling], ModuleGraph, Coverage]

CODE = [
    *("app/__init__.py", "app/core.py", "app/util.py", "lib/core.py", "scripts/run.py", "scripts/store.py"),
    *("tests/test_core.py", "src/tool/__init__.py"),
]
"""Files that every tree begins with."""
PATHS = [
    *CODE,
    *("app/core/__init__.py", "app/core/store.py", "app/core.pyi", "lib/app/util.py", "src/tool/core.py", "store.py"),
    *("conftest.py", "tests/conftest.py", "app/core.c", "core/notes.txt", "app/gone/a.txt", ".gitignore"),
    *("pyproject.toml", "util/__init__.py", "lib/tool.py"),
]
LINES = [
    *(
        "import app.core as c\nc.Store",
        "import app.core.store",
        "from app import core, util\ncore.Store.size\nutil.late",
    ),
    *("import store", "from store import gone", "from app.core import Store, make", "from .core import Store"),
    *("from . import util\nutil.late = 1", "from .store import *", "from app.util import *", "from core import make"),
    *("import app.util\napp.util.gone()\napp.util.late", "import util", "import tool.core", "from tool import gone"),
    *("Store = make = 1", "class Store:\n    size = 1", "__all__ = ['Store', 'gone']", "def __getattr__(name): ..."),
    *(
        "import app.core.made",
        "import sys; sys.modules['app.core.made'] = sys",
        "import sys; sys.path.append('../lib')",
    ),
    *(
        "patch('app.core.Store')",
        "from app import core",
        "core.Store",
        "core.late",
        "import importlib; importlib.import_module('app.util.gone')",
        "from .core.store import make",
    ),
    *(
        "import app.gone",
        "try:\n    import core\nexcept ImportError:\n    core = None",
        "if __name__ == '__main__': ...",
    ),
]
OTHER = {
    ".gitignore": ["app/core/_made.py\n", "app/gen/\n"],
    "pyproject.toml": [
        "[project]\nname = 'app'\ndependencies = ['store']\n",
        "[tool.pytest.ini_options]\npythonpath = ['lib', 'src']\n",
    ],
}


Edit = tuple[str, str | None]
"""A path with what it holds from now on; None where it is taken away, and after a + one line more than it holds."""


def texts(path: str) -> st.SearchStrategy[str]:
    """What a file may hold."""
    if path in OTHER:
        return st.sampled_from(OTHER[path])
    return st.lists(st.sampled_from(LINES), max_size=4).map(lambda lines: "".join(f"{line}\n" for line in lines))


TREES = st.fixed_dictionaries(
    {path: texts(path) for path in CODE}, optional={path: texts(path) for path in PATHS if path not in CODE}
)
MORE = st.sampled_from([f"+{line}\n" for line in LINES])
EDITS = st.lists(
    st.sampled_from(PATHS).flatmap(lambda path: st.tuples(st.just(path), st.none() | texts(path) | MORE)),
    min_size=1,
    max_size=3,
)


def edited(files: Files, edits: list[Edit]) -> Files:
    """Some files after some edits."""
    after = dict(files)
    for path, text in edits:
        if text is None:
            after.pop(path, None)
        else:
            after[path] = after.get(path, "") + text[1:] if text.startswith("+") else text
    return after


def listed(files: Files) -> Listing:
    """The listing of a tree in memory."""
    return list_tree(MemoryTree(files))


def resolved(folder: Path | None, files: Files, before: Files | None) -> Result:
    """What the references of a tree come to, with what earlier runs left in a folder."""
    contents = Contents(folder, ())
    now, then = listed(files), listed(before) if before is not None else None
    earlier = Earlier(contents, now, then)
    base = load_tree(then, contents, known=earlier.base) if then is not None else None
    tree = load_tree(now, contents, base=base.program if base is not None else None, known=earlier.now)
    earlier.recall(tree, base)
    found = dangling(tree.program), graph_of(tree.program), tree.coverage
    earlier.keep(tree, base)
    contents.close()
    return found


@settings(max_examples=60)
@given(TREES, st.lists(EDITS, min_size=1, max_size=5), st.booleans())
def test_a_tree_that_was_edited_comes_to_what_it_would_come_to_alone(
    files: Files, steps: list[list[Edit]], beside_a_base: bool
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        before = files if beside_a_base else None
        resolved(Path(folder), files, before)
        for step in steps:
            files = edited(files, step)
            assert resolved(Path(folder), files, before) == resolved(None, files, before)


@settings(max_examples=15)
@given(TREES, EDITS, EDITS)
def test_another_base_is_another_question(files: Files, first: list[Edit], second: list[Edit]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for before in (edited(files, first), edited(files, second), files):
            assert resolved(Path(folder), files, before) == resolved(None, files, before)


THROUGH = {
    "front.py": "import back as shop\nfrom stock import *\n",
    "back.py": "class Store: ...\n",
    "stock.py": "price = 1\n",
    "other/__init__.py": "",
}


@pytest.mark.parametrize(
    ("text", "edits"),
    [
        ("import front\nfront.shop.Store\n", {"back.py": ""}),
        ("from front import shop\nshop.Store\n", {"back.py": ""}),
        ("from unittest.mock import patch\npatch('front.shop.Store')\n", {"back.py": ""}),
        ("import front\nfront.price\n", {"stock.py": ""}),
        ("from front import price\n", {"stock.py": ""}),
        ("from unittest.mock import patch\npatch('front.price')\n", {"stock.py": ""}),
        ("import front\nfront.shop.Store\n", {"front.py": "import other as shop\n"}),
        ("from front import price\n", {"front.py": "import other as shop\n"}),
    ],
)
def test_what_a_file_reaches_through_another_is_looked_for_again(
    tmp_path: Path, text: str, edits: dict[str, str]
) -> None:
    # Two files alike: what the first one's answer left in memory must count for the second as well.
    before = {**THROUGH, "first.py": text, "second.py": text}
    after = {**before, **edits}
    known = resolved(tmp_path, before, None)
    expected = resolved(None, after, None)
    assert known != expected
    assert resolved(tmp_path, after, None) == expected


@pytest.mark.parametrize(
    ("files", "edits"),
    [
        ({"shop/__init__.py": "", "use.py": "from shop import till\n"}, {"shop/till.py": ""}),
        ({"shop/__init__.py": "", "use.py": "import shop\nshop.till\n"}, {"shop/till.py": ""}),
        (
            {"my-shop/use.py": "from .till import price\nfrom . import desk\n", "my-shop/desk.py": ""},
            {"my-shop/till.py": ""},
        ),
    ],
)
def test_what_was_not_there_is_looked_for_again_once_it_came(
    tmp_path: Path, files: dict[str, str], edits: dict[str, str]
) -> None:
    known = resolved(tmp_path, files, None)
    expected = resolved(None, {**files, **edits}, None)
    assert known[0] != expected[0]
    assert resolved(tmp_path, {**files, **edits}, None) == expected


def test_what_a_class_inherits_is_looked_at_for_each_file_that_asks(tmp_path: Path) -> None:
    text = "from shop import till\ntill.Till.price\n"
    files = {
        "shop/__init__.py": "",
        "shop/base.py": "class Base:\n    price = 1\n",
        "shop/till.py": "from shop.base import Base\n\nclass Till(Base): ...\n",
        "first.py": text,
        "second.py": text,
    }
    assert resolved(tmp_path, files, files)[0] == []
    after = {**files, "shop/base.py": "class Base: ...\n"}
    expected = resolved(None, after, files)
    assert [each.site.path for each in expected[0]] == ["first.py", "second.py"]
    assert resolved(tmp_path, after, files) == expected


SHOP = {
    "shop/__init__.py": "",
    "shop/store.py": "class Store: ...\n",
    "shop/till.py": "from shop.store import Store\n",
    "shop/sign.py": "import os\n",
}


def looked_into(folder: Path, files: Files, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files whose facts a run after others asks for."""
    asked: list[str] = []
    with monkeypatch.context() as patched:
        read = audit.trees.Facts.__getitem__
        patched.setattr(audit.trees.Facts, "__getitem__", lambda self, path: asked.append(path) or read(self, path))
        resolved(folder, files, None)
    return sorted(set(asked))


def test_only_what_changed_and_what_looks_at_it_is_looked_into(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert looked_into(tmp_path, SHOP, monkeypatch) == sorted(SHOP)
    assert looked_into(tmp_path, SHOP, monkeypatch) == []
    with_comment = {**SHOP, "shop/store.py": "# Sells.\nclass Store: ...\n"}
    assert looked_into(tmp_path, with_comment, monkeypatch) == ["shop/store.py"]
    renamed = {**SHOP, "shop/store.py": "class Shelf: ...\n"}
    assert looked_into(tmp_path, renamed, monkeypatch) == ["shop/store.py", "shop/till.py"]


@pytest.mark.parametrize("value", [b"", b"\x90", b"\x93\x01\x02\x03"])
def test_a_damaged_record_costs_time_only(tmp_path: Path, value: bytes) -> None:
    expected = resolved(tmp_path, SHOP, None)
    (file,) = tmp_path.glob("*.sqlite")
    with sqlite3.connect(file) as store:
        changed = store.execute("UPDATE kept SET value = ? WHERE key LIKE 'record %'", (value,)).rowcount
    assert changed == 1
    assert resolved(tmp_path, SHOP, None) == expected


def test_what_could_not_be_read_is_not_taken_for_what_it_says(tmp_path: Path) -> None:
    class Lost(MemoryTree):
        def read_many(self, paths):
            return ((path, None) for path in paths)

    contents = Contents(tmp_path, ())
    listing = list_tree(Lost(SHOP))
    earlier = Earlier(contents, listing, None)
    tree = load_tree(listing, contents, known=earlier.now)
    earlier.keep(tree, None)
    contents.close()
    assert tree.coverage.modules == 0
    assert resolved(tmp_path, SHOP, None) == resolved(None, SHOP, None)

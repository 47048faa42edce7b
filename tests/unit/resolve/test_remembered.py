"""Between two trees, what came or went is known by its name, and what changed by its path."""

from __future__ import annotations

import pytest

from audit.resolve.remembered import Difference, record_of
from audit.testing import load

SHOP = {"shop/__init__.py": "", "shop/store.py": "def sell(): ...\n", "tool/deep/__init__.py": "", "a.md": ""}


def difference(after: dict[str, str | None]) -> Difference:
    """From the shop to what it is with some other files; None where one is gone."""
    old = load(SHOP)
    new = load({path: text for path, text in {**SHOP, **after}.items() if text is not None})
    facts = {old.blobs[path]: old.facts[path] for path in old.blobs}
    return Difference(record_of(old.program, old.blobs, "", ""), new.program, new.blobs, "", facts.get)


@pytest.mark.parametrize(
    ("after", "names"),
    [
        ({}, set()),
        ({"a.md": None, "b.md": ""}, set()),
        ({"shop/store.py": "def buy(): ...\n"}, set()),
        ({"shop/till.py": ""}, {"till"}),
        ({"shop/store.pyi": ""}, {"store"}),
        ({"shop/__init__.py": None}, {"__init__", "shop"}),
        ({"tool/deep/__init__.py": None}, {"__init__", "deep", "tool"}),
        ({"tool/deep/__init__.py": None, "tool/deep/a.md": ""}, {"__init__", "deep", "tool"}),
        ({"pages/news/a.md": ""}, {"pages", "news"}),
        (
            {"shop/fast.cpp": "", "shop/wire.proto": "", "shop/_version.py.in": ""},
            {"fast", "wire_pb2", "wire_pb2_grpc"} | {"_version"},
        ),
    ],
)
def test_what_came_or_went_is_known_by_its_name(after: dict[str, str | None], names: set[str]) -> None:
    assert difference(after).names == names


@pytest.mark.parametrize(
    ("text", "own", "files"),
    [
        ("def sell(): ...\n", set(), set()),
        ("# Sells.\ndef sell(): ...\n", {"shop/store.py"}, set()),
        ("def sell(): return till.open()\n", {"shop/store.py"}, set()),
        ("def sell(): ...\ndef buy(): ...\n", {"shop/store.py"}, {"shop/store.py"}),
        ("import shop\ndef sell(): ...\n", {"shop/store.py"}, {"shop/store.py"}),
        ("def sell(): ...\nif __name__ == '__main__': sell()\n", {"shop/store.py"}, {"shop/store.py"}),
        ("__all__ = []\ndef sell(): ...\n", {"shop/store.py"}, {"shop/store.py"}),
        (None, {"shop/store.py"}, {"shop/store.py"}),
    ],
)
def test_a_file_concerns_others_where_it_tells_them_something_else(
    text: str | None, own: set[str], files: set[str]
) -> None:
    found = difference({"shop/store.py": text})
    assert (found.own, found.files) == (own, files)


def test_what_files_told_is_true_no_more_where_others_provide_something_else() -> None:
    old = load(SHOP)
    record = record_of(old.program, old.blobs, "", "one")
    same, other = (
        dict(Difference(record, old.program, old.blobs, outside, {}.get).surveys()) for outside in ("one", "two")
    )
    assert same.keys() == old.program.index.names.keys()
    assert other == {}

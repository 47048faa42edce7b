"""How a tree is put together, as reports tell it: bases of classes, imports in a row, what the package declares."""

from __future__ import annotations

import json

PYPROJECT = """\
[project]
name = "shop"
version = "1.2.0"
requires-python = ">= 3.11"
dependencies = ["httpx>=0.27", "rich"]

[project.optional-dependencies]
plot = ["Matplot_Lib"]

[project.scripts]
shop-run = "shop.trainer:main"
"""
SHAPES = """\
from typing import NamedTuple

from shop.base import Base
from shop import base as foundations


class Middle(Base): ...


class Leaf(Middle): ...


class Other(foundations.Base): ...


class Point(NamedTuple): ...


class Alone: ...
"""
REPORT = """\
# Migration complete

## Classes

- `Leaf` inherits from `Base`
- `Other` is a subclass of `Base`
- `Alone` inherits from `Base`
- `Point` inherits from `Base`
- `Alone` extends `Base`
- `Nowhere` inherits from `Base`
- New `class Middle(Base)` holds both
- `Alone` no longer inherits from `Base`

## Imports

- The imports lead `shop/trainer.py -> shop.bridge -> shop.store`
- Dependency chain: `training → trainer → bridge → store`
- Dependency chain: `shop.trainer → shop.bridge → shop.shapes`
- Dependency chain: `shop.trainer → shop.bridge → Unknown → shop.store`
- Data flows `trainer → bridge → shapes`

## Package

- Bumped version from 1.1 to 1.2.0
- Version was bumped to 1.3.0
- Requires Python >= 3.11
- Requires Python 3.12+
- Added dependency `httpx`
- Added `numpy` to the dependencies
- Removed the `requests` dependency
- Removed dependency `rich`
- Removed the `Leaf` dependency
- Removed `matplot-lib` from `pyproject.toml`
- Removed `httpx` from `requirements.txt`
- Registered `shop-run` entry point
- Added console script `shop-stop`
"""


def test_how_a_tree_is_put_together_is_read_from_it(shop, audit) -> None:
    shop.commit(
        "Migrate",
        {
            "shop/base.py": "class Base: ...\n",
            "shop/shapes.py": SHAPES,
            "pyproject.toml": PYPROJECT,
            "requirements.txt": "# pinned\nhttpx==0.27.0\nrich\n",
            "REPORT.md": REPORT,
        },
    )

    done = audit(shop.root, "verify", "REPORT.md", "--format", "json")

    told = [(each["line"], each["verdict"], each["reason"]) for each in json.loads(done.stdout)["statements"]]
    unread = "no predicate is known for this sentence"
    assert told == [
        (5, "verified", "shop.shapes.Leaf inherits from Base"),
        (6, "verified", "shop.shapes.Other inherits from Base"),
        (7, "refuted", "shop.shapes.Alone does not inherit from Base: it has no base"),
        (8, "unverified", "what NamedTuple inherits from is not in this tree"),
        (9, "unverified", "Base is no base of shop.shapes.Alone, which may extend it in another way"),
        (10, "unverified", "no class of this tree is called Nowhere"),
        (11, "verified", "shop.shapes.Middle inherits from Base"),
        (12, "unverified", unread),
        (
            16,
            "verified",
            "every link holds: shop.trainer -> shop.bridge -> shop.store (shop/trainer.py:1, shop/bridge.py:1)",
        ),
        (
            17,
            "verified",
            "every link holds: shop.trainer -> shop.bridge -> shop.store (shop/trainer.py:1, shop/bridge.py:1)",
        ),
        (18, "refuted", "the chain breaks at shop.bridge: it does not import shop.shapes, nor anything that does"),
        (19, "unverified", "Unknown is no one module or class of this tree, so its link is open"),
        (20, "unverified", unread),
        (24, "verified", "the package has version 1.2.0"),
        (25, "refuted", "the version is 1.2.0, not 1.3.0"),
        (26, "verified", "the package requires Python >=3.11"),
        (27, "refuted", "the Python required is >=3.11, not >=3.12"),
        (28, "verified", "the package requires httpx"),
        (29, "refuted", "numpy is not required"),
        (30, "verified", "the package does not require requests"),
        (31, "refuted", "rich is still required"),
        (32, "unverified", "Leaf is a name of this tree, and perhaps no distribution"),
        (33, "unverified", "matplot-lib is required by an extra or a group"),
        (34, "refuted", "httpx is still required"),
        (35, "verified", "the package declares the command shop-run"),
        (36, "refuted", "no command shop-stop is declared"),
    ]


def test_a_chain_may_end_at_what_is_gone(broken, audit) -> None:
    broken.commit("Report", {"REPORT.md": "- It imports in this order: `trainer → bridge → DELETED_Store`\n"})

    done = audit(broken.root, "verify", "REPORT.md", "--since", "HEAD~2", "--format", "json")

    (statement,) = json.loads(done.stdout)["statements"]
    assert statement["verdict"] == "verified"
    assert (
        statement["reason"]
        == "every link holds (shop/trainer.py:1, shop/bridge.py:1), and the last import fails: there is no shop.store"
    )
    assert [(each.get("path"), each.get("line")) for each in statement["evidence"][:2]] == [
        ("shop/trainer.py", 1),
        ("shop/bridge.py", 1),
    ]


def test_a_file_of_the_same_name_is_told_with_its_place(shop, audit) -> None:
    report = "# Done\n\n```bash\npython jobs/run.py\n```\n"
    shop.commit("Report", {"jobs/__init__.py": "", "tools/run.py": "", "REPORT.md": report})

    done = audit(shop.root, "verify", "REPORT.md", "--at", "HEAD")

    assert "    tools/run.py: a file of the same name" in done.stdout.splitlines()

"""What the modules of a tree are called: the shortest name under a source root, and never one name for two modules."""

from __future__ import annotations

import pytest

from audit.resolve.index import ModuleIndex
from audit.resolve.layout import read_layout

ROOTS = {"pyproject.toml": b'[tool.pytest.ini_options]\npythonpath = ["one", "two"]\n'}

NAMES = {
    "modules and packages below their roots": {
        "one/shop/__init__.py": "shop",
        "one/shop/till.py": "shop.till",
        "tools/run.py": "tools.run",
    },
    "a stub is called what it stubs": {"one/shop.py": "shop", "one/shop.pyi": "shop"},
    "the repository is a package itself": {"__init__.py": "__init__", "nodes.py": "nodes"},
    "one package in two roots": {"one/shop/__init__.py": "shop", "two/shop/__init__.py": "shop"},
    "one module in two roots": {"one/till.py": "one.till", "two/till.py": "two.till"},
    "one module in a root and at the top": {"till.py": "till", "one/till.py": "one.till"},
    "no name that Python takes": {"one/run-all.py": "one/run-all"},
}


@pytest.mark.parametrize("case", NAMES)
def test_a_module_is_called(case: str) -> None:
    paths = (*NAMES[case], *ROOTS)
    assert ModuleIndex(paths, read_layout(paths, ROOTS.get)).names == NAMES[case]

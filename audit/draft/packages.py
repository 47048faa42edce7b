"""Tells the packages that a repository is there for from its tests, examples and scripts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from audit.model.drafts import Packages
from audit.model.graph import ModuleGraph

_BESIDE: Final = frozenset(
    {"doc", "docs", "documentation", "example", "examples", "sample", "samples", "demo", "demos", "tutorial"}
    | {"tutorials", "bench", "benchmark", "benchmarks", "script", "scripts", "notebook", "notebooks", "extra", "extras"}
    | {
        "contrib",
        "fixtures",
        "data",
        "testdata",
        "templates",
        "site",
        "build",
        "dist",
        "tasks",
        "ci",
        "recipes",
        "tools",
    }
)
"""Folders that a repository has beside what it ships; what lies in one is no product."""

VENDORED: Final = frozenset({"vendor", "_vendor", "vendored", "third_party", "thirdparty", "extern", "_extern"})
"""Folders of other people's code: its architecture, its tests and its history are theirs."""

_TESTS: Final = frozenset({"test", "tests", "testing"})
_A_TEST: Final = re.compile(r"(test_.*|.*_test|tests?|conftest)")
_NAME: Final = re.compile(r"[A-Za-z_]\w*")


def tell_packages(graph: ModuleGraph, source_roots: Iterable[str]) -> Packages:
    """The packages to write rules about. A lone module counts as a package where no package is found,
    and a folder such as ``tools`` where there is nothing else.
    """
    roots = tuple(source_roots)
    sizes: dict[str, list[str]] = {}
    for module in graph.modules:
        sizes.setdefault(module.partition(".")[0], []).append(module)
    imported = {edge.imported for edge in graph.edges}
    products: list[str] = []
    tests: list[str] = []
    lone: list[str] = []
    beside: list[str] = []
    for name, modules in sorted(sizes.items()):
        path = graph.modules.get(name, "")
        if not _NAME.fullmatch(name) or _holds_a_root(path, roots):
            continue
        if _lies_beside(path, name):
            if path.endswith("/__init__.py") and path.count("/") == 1:
                beside.append(name)
        elif name in _TESTS or _are_tests(modules):
            tests.append(name)
        elif len(modules) == 1 and not path.endswith("/__init__.py"):
            if name not in ("setup", "noxfile", "conftest", "manage"):
                lone.append(name)
        elif path.endswith("/__init__.py") or imported.intersection(modules):
            products.append(name)
    return Packages(products=tuple(products or lone or beside), tests=tuple(tests))


def is_test_module(name: str) -> bool:
    """Whether a dotted name is that of tests, or lies in a package of tests."""
    return any(part in _TESTS or part.startswith("test_") or part == "conftest" for part in name.split("."))


def _lies_beside(path: str, name: str) -> bool:
    folders = path.split("/")[:-1]
    return name in _BESIDE or any(folder in _BESIDE or (folder in _TESTS and folder != name) for folder in folders)


def _holds_a_root(path: str, roots: Sequence[str]) -> bool:
    """Whether a folder only holds source roots, as ``packages/`` of a repository with several distributions does."""
    return not path.endswith(".py") and any(root.startswith(f"{path}/") or root == path for root in roots)


def _are_tests(modules: Sequence[str]) -> bool:
    leaves = [module.rpartition(".")[2] for module in modules]
    return len(modules) > 1 and sum(bool(_A_TEST.fullmatch(leaf)) for leaf in leaves) * 3 >= len(modules)

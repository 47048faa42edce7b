"""Fits the tests that a document speaks of to those of the tree."""

from __future__ import annotations

import re
from typing import Final

import msgspec

from audit.model.codebase import Codebase
from audit.model.predicates import Pytest
from audit.verdict.globs import matching
from audit.verification.fit_paths import CannotFitError, fit_path

_OTHERS: Final = ("package.json", "Cargo.toml", "go.mod", "pom.xml", "build.gradle")
"""Files by which a tree has code in other languages, and so perhaps tests in them."""
_GLOB: Final = re.compile(r"[*?]")


def fit_tests(predicate: Pytest, codebase: Codebase) -> Pytest:
    """The tests of a document by the names of the tree; a number of tests anywhere must be one of Python tests."""
    counted = predicate.passed is not None and predicate.nodes == (".",)
    foreign = next((path for path in codebase.paths() if path.rpartition("/")[2] in _OTHERS), "") if counted else ""
    if foreign:
        raise CannotFitError(f"{foreign} is in the tree as well, so tests of other languages may be counted")
    return msgspec.structs.replace(
        predicate, nodes=tuple(each for node in predicate.nodes for each in _nodes(node, codebase))
    )


def _nodes(node: str, codebase: Codebase) -> tuple[str, ...]:
    """The files of a glob, as a shell gives them to pytest; anything else is one node."""
    if "::" in node or not _GLOB.search(node):
        return (_node(node, codebase),)
    files = matching(node.removeprefix("./"), codebase.paths())
    if not files:
        raise CannotFitError(f"no file of this tree matches {node}, so which tests are meant is open")
    return tuple(files)


def _node(node: str, codebase: Codebase) -> str:
    if node == ".":
        return node
    if node.endswith("/"):
        return _test_folder(node.strip("/"), codebase)
    path, colons, test = node.partition("::")
    return fit_path(path, codebase) + colons + test


def _test_folder(name: str, codebase: Codebase) -> str:
    """The one folder that ends so and holds tests; a part of a system need not have one."""
    folders = {
        f"{before}{name}"
        for path in codebase.paths()
        if codebase.tests_in(path)
        for before, found, _ in [f"/{path}".partition(f"/{name}/")]
        if found
        for before in [f"{before.lstrip('/')}/" if before else ""]
    }
    if len(folders) != 1:
        raise CannotFitError(
            f"{len(folders) or 'no'} folders with tests end in {name}, so which tests are meant is open"
        )
    return folders.pop()

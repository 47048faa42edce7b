"""Fits a number of files or tests that a document states to one of the ways in which people count them."""

from __future__ import annotations

import msgspec

from audit.model.codebase import Codebase
from audit.model.predicates import Count
from audit.verdict.globs import matching
from audit.verdict.plain_tests import plain_tests
from audit.verification.fit_paths import CannotFitError, fit_path, is_folder


def _of_class(predicate: Count, codebase: Codebase) -> Count:
    """The number of tests as one of the only class that is called so."""
    alike = [each for each in codebase.locate_by_suffix(predicate.tests) if each.definition.kind == "class"]
    if len(alike) != 1:
        raise CannotFitError(f"{len(alike)} classes are called {predicate.tests}, so whose tests are meant is open")
    (only,) = alike
    number = plain_tests(codebase.read_text(only.path) or "", only.definition.name)
    if number is None:
        raise CannotFitError(f"how many tests {only.path} makes of {predicate.tests} only a run can tell")
    return msgspec.structs.replace(predicate, tests=f"{only.path}::{only.definition.name}")


def fit_count(predicate: Count, codebase: Codebase) -> Count:
    """The count in the way that gives the number, if any does: with the folders below or without, all or only Python.

    Raises:
        CannotFitError: the folder or file is not known, or the number may be right in a way that cannot be counted.
    """
    if predicate.tests.isidentifier():
        return _of_class(predicate, codebase)
    if predicate.tests:
        path = fit_path(predicate.tests, codebase)
        if path not in codebase.paths():
            raise CannotFitError(f"{path} is not in the tree, so its tests cannot be counted")
        plain = plain_tests(codebase.read_text(path) or "")
        if not predicate.expected.admits(codebase.tests_in(path)) and plain != codebase.tests_in(path):
            functions = codebase.tests_in(path)
            raise CannotFitError(f"{path} has {functions} test functions, each of which may be several tests, or none")
        return msgspec.structs.replace(predicate, tests=path)
    if not predicate.files:
        return predicate
    folder, _, last = predicate.files.rpartition("/")
    folder = fit_path(folder, codebase)
    if not is_folder(folder, codebase.paths()):
        raise CannotFitError(f"{folder} is no folder of this tree, so what it holds cannot be counted")
    ways = [f"{folder}/{glob}" for glob in (last, "*.py", f"**/{last}", "**/*.py", "**/*")]
    if last not in ("*", "*.py"):
        number = len(matching(ways[0], codebase.paths()))
        if (predicate.expected.most or number) < number:
            raise CannotFitError(f"{number} files match {ways[0]}, and of which of them it is said cannot be told")
        return msgspec.structs.replace(predicate, files=ways[0])
    for way in ways:
        if predicate.expected.admits(len(matching(way, codebase.paths()))):
            return msgspec.structs.replace(predicate, files=way)
    packages = sum(path.endswith("/__init__.py") for path in matching(ways[3], codebase.paths()))
    counts = [len(matching(way, codebase.paths())) for way in ways]
    tests = sum(map(bool, map(codebase.tests_in, matching(ways[1], codebase.paths()))))
    left_out = (1, packages, tests, tests + packages)
    if any(predicate.expected.admits(count - less) for count in counts for less in left_out):
        raise CannotFitError(f"{folder} holds {counts[0]} with its __init__.py and its tests: a matter of counting")
    return msgspec.structs.replace(predicate, files=ways[0])

"""Names the tests that assert nothing (TST001) and those that exercise only their own file (TST002)."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import Final

from audit.model.findings import Finding, Site
from audit.worth.assertions import asks_for_checks, may_fail_by_checking
from audit.worth.functions import (
    Function,
    TestFunction,
    asked_fixtures,
    fixtures_of,
    is_support_file,
    is_test_file,
    parsed,
    runs_by_itself,
    tests_of,
)
from audit.worth.helpers import checking_helpers
from audit.worth.reach import FileScope, Origin, reaches_tested_code

_TOOLING: Final = frozenset({"pytest", "unittest", "mock", "hypothesis", "__future__", "typing", "typing_extensions"})


class TestSuite:
    """The tests of a tree and what supports them.

    ``read`` gives the text of a file, ``module_path`` the file of a module of the tree (or its folder), and
    ``module_names`` the module that each file is.
    """

    __test__ = False

    def __init__(
        self,
        paths: Iterable[str],
        read: Callable[[str], str | None],
        module_path: Callable[[str], str | None],
        module_names: Mapping[str, str],
    ) -> None:
        paths = tuple(paths)
        self._read = read
        self._reaching: dict[str, bool] = {}
        self._checking: dict[str, frozenset[str]] = {}
        self._module_path = module_path
        self._names = module_names
        self.files = tuple(path for path in paths if is_test_file(path))
        self._support = {
            path: tree
            for path in paths
            if path not in self.files and is_support_file(path) and (tree := parsed(read(path) or "")) is not None
        }
        self._has_tested_code = any(
            path.endswith(".py") and not is_test_file(path) and not is_support_file(path) and path != "setup.py"
            for path in paths
        )
        self._helpers = checking_helpers(self._support.values())

    def worthless(self, path: str) -> tuple[Finding, ...]:
        """What is wrong with the tests of one file; nothing for a file that is no Python."""
        source = self._read(path) or ""
        tree = parsed(source)
        if tree is None:
            return ()
        helpers = checking_helpers([tree], self._helpers.union(*self._imported(path, tree)))
        fixtures = fixtures_of(tree)
        checking = {name for name in (*fixtures, *self._support_fixtures) if name in helpers}
        classes = {
            node.name
            for node in ast.walk(tree)
            if isinstance(node, ast.ClassDef)
            and any(isinstance(each, Function) and each.name in helpers for each in node.body)
        }
        automatic = [node.name for node in ast.walk(tree) if isinstance(node, Function) and runs_by_itself(node)]
        found: list[Finding] = []
        if not helpers.intersection(automatic):
            for test in tests_of(tree):
                asked = asked_fixtures(test.node)
                known = asked & (set(fixtures) | set(self._support_fixtures) | _BUILTIN)
                if known != asked or asked & checking or asks_for_checks(asked):
                    continue
                if classes.intersection(_mentioned(test)):
                    continue
                if not may_fail_by_checking(test.node, helpers, source):
                    found.append(self._finding("TST001", path, test, "asserts nothing: it fails only if it crashes"))
        if self._has_tested_code:
            scope = FileScope(tree, lambda name, level: self._origin(path, name, level), self._support_fixtures)
            found += [
                self._finding("TST002", path, test, "exercises only code that this file itself defines")
                for test in tests_of(tree)
                if scope.tests_itself_only(test)
            ]
        return tuple(sorted(found, key=lambda finding: finding.order))

    def _finding(self, code: str, path: str, test: TestFunction, what: str) -> Finding:
        return Finding(
            code=code,
            severity="warning",
            site=Site(path, test.node.lineno, test.node.col_offset + 1),
            kind="test",
            target=f"{path}::{test.name}",
            referrer=self._names.get(path, path),
            message=f"{test.name} {what}",
        )

    @cached_property
    def _support_fixtures(self) -> dict[str, bool]:
        """The fixtures of support files, and whether the file reaches code under test: then they may too."""
        found: dict[str, bool] = {}
        for path, tree in self._support.items():
            reaches = self._reaches(path)
            for name, node in fixtures_of(tree).items():
                others = asked_fixtures(node) - _BUILTIN - set(fixtures_of(tree))
                found[name] = found.get(name, False) or reaches or bool(others)
        return found

    def _reaches(self, path: str) -> bool:
        """Whether a support file reaches code under test; files that import each other in a circle are asked once."""
        if path not in self._reaching:
            self._reaching[path] = False
            self._reaching[path] = reaches_tested_code(
                self._support[path], lambda name, level: self._origin(path, name, level)
            )
        return self._reaching[path]

    def _imported(self, path: str, tree: ast.Module) -> list[frozenset[str]]:
        """What checks in the files that a test imports by ``from``, wherever they lie."""
        found = []
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom):
                where = self._module_path(self._absolute(path, node.module or "", node.level)) or ""
                if where.endswith(".py") and where not in self._support and "test" in where:
                    found.append(self._checking_in(where))
        return found

    def _checking_in(self, path: str) -> frozenset[str]:
        if path not in self._checking:
            tree = parsed(self._read(path) or "")
            self._checking[path] = checking_helpers([tree]) if tree is not None else frozenset()
        return self._checking[path]

    def _absolute(self, path: str, name: str, level: int) -> str:
        if not level:
            return name
        here = self._names.get(path, "").split(".")
        above = here[: len(here) - level + (path.endswith("/__init__.py"))]
        return ".".join([*above, *([name] if name else [])])

    def _origin(self, path: str, name: str, level: int) -> Origin:
        dotted = self._absolute(path, name, level)
        parts = dotted.split(".")
        for length in range(len(parts), 0, -1):
            where = self._module_path(".".join(parts[:length]))
            if where is None:
                continue
            if where in self._support:
                return "tested" if self._reaches(where) else "support"
            if is_test_file(where) or (not where.endswith(".py") and where.rpartition("/")[2] in ("test", "tests")):
                return "support"
            return "tested"
        top = parts[0]
        if level or not {top, f"_{top}"}.isdisjoint(path.split("/")):
            return "tested"
        return "tooling" if top in _TOOLING or top in sys.stdlib_module_names else "outside"


def _mentioned(test: TestFunction) -> set[str]:
    """The names that a test and what its class runs before it speak of: a class of the file may check when called."""
    nodes: list[ast.AST] = [test.node]
    if test.holder is not None:
        nodes += [each for each in test.holder.body if not isinstance(each, Function) or runs_by_itself(each)]
    return {each.id for node in nodes for each in ast.walk(node) if isinstance(each, ast.Name)}


_BUILTIN: Final = frozenset(
    {"tmp_path", "tmp_path_factory", "tmpdir", "tmpdir_factory", "monkeypatch", "capsys", "capfd", "capsysbinary"}
    | {"capfdbinary", "caplog", "request", "mocker", "cache", "record_property", "event_loop"}
)
"""Fixtures of pytest and of common plug-ins that check nothing by themselves."""

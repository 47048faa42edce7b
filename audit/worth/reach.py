"""Tells whether a test reaches anything but what its own file defines.

When in doubt it does: a fixture that nobody can look into, a name that comes by ``*``, a program or a module that
is started by its name, a class with bases from elsewhere.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from typing import Final, Literal

from audit.worth.functions import Function, TestFunction, asked_fixtures, dotted, fixtures_of, runs_by_itself

Origin = Literal["tested", "support", "outside", "tooling"]
"""Where an imported name comes from: the code under test, a file of the tests that does not reach it, a package of
others, or what tests are written with."""

ANYTHING: Final = frozenset(
    {"subprocess", "runpy", "importlib", "__import__", "exec", "eval", "pexpect", "popen", "system", "spawn", "globals"}
    | {"__file__", "glob", "rglob", "iglob", "walk", "iterdir", "listdir", "scandir", "cwd", "getcwd"}
)
"""Names through which any code can be reached, or the files of the tree."""

PLAIN_FIXTURES: Final = frozenset(
    {"tmp_path", "tmp_path_factory", "tmpdir", "tmpdir_factory", "monkeypatch", "capsys", "capfd", "capsysbinary"}
    | {"capfdbinary", "caplog", "request", "recwarn", "mocker", "subtests", "cache", "record_property"}
)
"""Fixtures that reach nothing by themselves."""


class FileScope:
    """What the names of one test file stand for. ``origin`` tells of an imported dotted name where it comes from."""

    def __init__(self, tree: ast.Module, origin: Callable[[str, int], Origin], fixtures: Mapping[str, bool]) -> None:
        self._known_fixtures = fixtures
        self.own: dict[str, list[ast.stmt]] = {}
        self.imported: dict[str, Origin] = {}
        self.stars: list[Origin] = []
        self.fixtures = fixtures_of(tree)
        self.always = [node for node in tree.body if runs_by_itself(node)]
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    self.imported[alias.asname or alias.name.partition(".")[0]] = origin(alias.name, 0)
            elif isinstance(node, ast.ImportFrom):
                for alias in node.names:
                    name = f"{node.module or ''}.{alias.name}".strip(".")
                    if alias.name == "*":
                        self.stars.append(origin(node.module or "", node.level))
                    else:
                        self.imported[alias.asname or alias.name] = origin(name, node.level)
        for node in tree.body:
            for name in _bound(node):
                self.own.setdefault(name, []).append(node)

    def tests_itself_only(self, test: TestFunction) -> bool:
        """Whether a test uses functions or classes of its own file, and no code under test in any way."""
        if any(origin != "tooling" for origin in self.stars):
            return False
        seen: set[str] = set()
        exercised = False
        queue: list[ast.AST] = [test.node, *self.always]
        if test.holder is not None:
            queue += [*test.holder.bases, *test.holder.decorator_list]
            queue += [each for each in test.holder.body if not isinstance(each, Function) or runs_by_itself(each)]
        while queue:
            node = queue.pop()
            asked = asked_fixtures(node) if isinstance(node, Function) and self._takes_fixtures(node, test) else set()
            for name in asked - seen:
                seen.add(name)
                if name in self.fixtures:
                    queue.append(self.fixtures[name])
                elif name not in PLAIN_FIXTURES and self._known_fixtures.get(name, True):
                    return False
            for name in _names(node) - seen:
                seen.add(name)
                if name in ANYTHING or self.imported.get(name) == "tested":
                    return False
                for definition in self.own.get(name, ()):
                    exercised = exercised or isinstance(definition, Function | ast.ClassDef)
                    queue.append(definition)
            if test.holder is not None:
                queue += self._methods(node, test.holder, seen)
        return exercised

    def _takes_fixtures(self, node: Function, test: TestFunction) -> bool:
        return node is test.node or node in self.fixtures.values() or runs_by_itself(node)

    def _methods(self, node: ast.AST, holder: ast.ClassDef, seen: set[str]) -> list[ast.AST]:
        """The methods and attributes of the test's own class that a node uses through ``self``."""
        used = {each.attr for each in ast.walk(node) if isinstance(each, ast.Attribute)}
        fresh = [
            each
            for each in holder.body
            if isinstance(each, Function) and each.name in used and f".{each.name}" not in seen
        ]
        seen |= {f".{each.name}" for each in fresh}
        return list(fresh)


def reaches_tested_code(tree: ast.Module, origin: Callable[[str, int], Origin]) -> bool:
    """Whether a file of the tests imports code under test, anywhere, or may start it by name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import) and any(origin(alias.name, 0) == "tested" for alias in node.names):
            return True
        if isinstance(node, ast.ImportFrom):
            names = (f"{node.module or ''}.{alias.name}".strip(".") for alias in node.names)
            if any(origin(name, node.level) == "tested" for name in names):
                return True
        if isinstance(node, ast.Name) and node.id in ANYTHING:
            return True
    return False


def _names(node: ast.AST) -> set[str]:
    """Every name that a piece of code uses, the roots of texts that look like dotted names too."""
    found: set[str] = set()
    for each in ast.walk(node):
        if isinstance(each, ast.Name):
            found.add(each.id)
        elif isinstance(each, ast.Attribute) and each.attr in ANYTHING:
            found.add(each.attr)
        elif isinstance(each, ast.Import | ast.ImportFrom):
            for alias in each.names:
                found.add(alias.asname or alias.name.partition(".")[0])
        elif isinstance(each, ast.Call) and dotted(each.func).rpartition(".")[2] in ("patch", "setattr", "object"):
            found.add("importlib" if each.args and isinstance(each.args[0], ast.Constant) else "")
    return found


def _bound(node: ast.stmt) -> set[str]:
    if isinstance(node, Function | ast.ClassDef):
        return {node.name}
    if isinstance(node, ast.If | ast.Try | ast.With | ast.For):
        return {
            name for each in ast.walk(node) if isinstance(each, ast.stmt) and each is not node for name in _bound(each)
        }
    targets: list[ast.expr] = []
    if isinstance(node, ast.Assign):
        targets = node.targets
    elif isinstance(node, ast.AnnAssign | ast.AugAssign):
        targets = [node.target]
    return {each.id for target in targets for each in ast.walk(target) if isinstance(each, ast.Name)}

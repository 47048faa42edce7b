"""How much of a package some tests reach for: a claim that rests on tests is worth no more than that."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from audit.model.codebase import Codebase
from audit.model.parsing import parsed
from audit.verdict.judgements import counted, listed


def reach(tests: int, files: Iterable[str], codebase: Codebase) -> str:
    """``6 tests in 1 of 7 modules (pkg.eval)``: which modules the test files import, of how many beside them.

    A module counts as reached when a test file imports it or a name defined in it, anywhere in the file.
    The whole is every module of the packages that hold a reached one: where all the tests lie in a folder named
    after one of these, of that one only, since it is what they are there for.
    """
    names = {name for path in files for name in _imported(codebase.read_text(path) or "")}
    own = set(files)
    reached = {module for name in names if (module := _module_of(name, codebase))}
    reached = {module for module in reached if codebase.module_path(module) not in own}
    if not reached:
        return f"{counted(tests, 'test')}, which import no module of the tree"
    folders = set.intersection(*(set(path.split("/")[:-1]) for path in own))
    holders = {module: _package_of(module, codebase) for module in reached}
    meant = {package for package in holders.values() if package.rpartition(".")[2] in folders}
    packages = _outermost(meant or set(holders.values()))
    reached = {module for module in reached if not meant or holders[module] in meant}
    whole = {
        module
        for package in packages
        for module in codebase.modules(package)
        if (codebase.module_path(module) or "").endswith(".py")
    }
    return (
        f"{counted(tests, 'test')} in {len(reached)} of {counted(len(whole | reached), 'module')} "
        f"({listed(sorted(packages), 3)})"
    )


def _imported(source: str) -> Iterable[str]:
    """Every dotted name that a source imports; a source that does not parse imports nothing."""
    try:
        tree = parsed(source)
    except SyntaxError:
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _module_of(name: str, codebase: Codebase) -> str | None:
    """The module that defines an imported name: itself, the one it is re-exported from, or its parent."""
    if (codebase.module_path(name) or "").endswith(".py"):
        return name
    definition = codebase.locate(name)
    if definition is not None:
        return definition.module
    parent = name.rpartition(".")[0]
    return parent if (codebase.module_path(parent) or "").endswith(".py") else None


def _package_of(module: str, codebase: Codebase) -> str:
    is_package = (codebase.module_path(module) or "").endswith("/__init__.py")
    return module if is_package else module.rpartition(".")[0] or module


def _outermost(packages: set[str]) -> set[str]:
    return {
        package
        for package in packages
        if not any(package.startswith(f"{other}.") for other in packages if other != package)
    }

"""Finds the tests of a file, and the functions and fixtures that support them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Final

import msgspec

Function = ast.FunctionDef | ast.AsyncFunctionDef

_TEST_FOLDERS: Final = frozenset({"test", "tests", "testing"})
_SETUP: Final = frozenset(
    {"setUp", "tearDown", "setUpClass", "tearDownClass", "asyncSetUp", "asyncTearDown", "setup", "teardown"}
    | {"setup_method", "teardown_method", "setup_class", "teardown_class", "setup_function", "teardown_function"}
    | {"setup_module", "teardown_module", "setUpModule", "tearDownModule", "runTest", "__init__", "__post_init__"}
)
"""Functions that a test runner calls by itself."""


class TestFunction(msgspec.Struct, frozen=True):
    """One test: its name as pytest shows it after the file, its syntax, and the class that holds it."""

    __test__ = False

    name: str
    node: Function
    holder: ast.ClassDef | None


def is_test_file(path: str) -> bool:
    """Whether pytest collects a file by its name."""
    name = path.rpartition("/")[2]
    return name.endswith(".py") and (name.startswith("test_") or name.endswith("_test.py"))


def is_support_file(path: str) -> bool:
    """Whether a Python file belongs to the tests without being collected: a conftest, a helper in their folder."""
    folders, _, name = path.rpartition("/")
    in_tests = not _TEST_FOLDERS.isdisjoint(folders.split("/"))
    return name == "conftest.py" or (name.endswith(".py") and in_tests and not is_test_file(path))


def parsed(source: str) -> ast.Module | None:
    """The syntax of a file, or None when it is no Python: another finding says so."""
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError):
        return None


def tests_of(tree: ast.Module) -> Iterator[TestFunction]:
    """Every function that pytest or unittest collects, by the default rules."""
    for node in tree.body:
        if isinstance(node, Function) and node.name.startswith("test") and not _is_fixture(node):
            yield TestFunction(node.name, node, None)
        elif isinstance(node, ast.ClassDef) and (node.name.startswith("Test") or _is_test_case(node)):
            yield from _methods(node, node.name)


def _methods(holder: ast.ClassDef, prefix: str) -> Iterator[TestFunction]:
    for node in holder.body:
        if isinstance(node, Function) and node.name.startswith("test") and not _is_fixture(node):
            yield TestFunction(f"{prefix}::{node.name}", node, holder)
        elif isinstance(node, ast.ClassDef) and node.name.startswith("Test"):
            yield from _methods(node, f"{prefix}::{node.name}")


def fixtures_of(tree: ast.Module) -> dict[str, Function]:
    """The fixtures that a file defines, by the name under which tests ask for them."""
    return {_fixture_name(node): node for node in ast.walk(tree) if isinstance(node, Function) and _is_fixture(node)}


def asked_fixtures(node: Function) -> set[str]:
    """What a test asks for: its parameters, and what ``usefixtures`` names."""
    arguments = (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)
    defaults = len(node.args.defaults)
    asked = {argument.arg for argument in arguments[: len(arguments) - defaults] if argument.arg not in ("self", "cls")}
    for decorator in node.decorator_list:
        name = dotted(decorator.func if isinstance(decorator, ast.Call) else decorator)
        if name.endswith("usefixtures") and isinstance(decorator, ast.Call):
            asked |= {
                each.value for each in decorator.args if isinstance(each, ast.Constant) and isinstance(each.value, str)
            }
        if name.endswith("parametrize") and isinstance(decorator, ast.Call):
            asked -= _parametrized(decorator)
    return asked


def _parametrized(decorator: ast.Call) -> set[str]:
    names = decorator.args[0] if decorator.args else None
    if isinstance(names, ast.Constant) and isinstance(names.value, str):
        return {name.strip() for name in names.value.split(",")}
    if isinstance(names, ast.Tuple | ast.List):
        return {each.value for each in names.elts if isinstance(each, ast.Constant) and isinstance(each.value, str)}
    return set()


def runs_by_itself(node: ast.stmt) -> bool:
    """Whether a test runner calls a function without being asked: a set-up, or an autouse fixture."""
    return isinstance(node, Function) and (node.name in _SETUP or _is_autouse(node))


def _is_autouse(node: Function) -> bool:
    keywords = (
        each for decorator in node.decorator_list if isinstance(decorator, ast.Call) for each in decorator.keywords
    )
    return _is_fixture(node) and any(each.arg == "autouse" for each in keywords)


def _is_fixture(node: Function) -> bool:
    return any(
        dotted(each.func if isinstance(each, ast.Call) else each).rpartition(".")[2] in ("fixture", "yield_fixture")
        for each in node.decorator_list
    )


def _fixture_name(node: Function) -> str:
    for decorator in node.decorator_list:
        for keyword in decorator.keywords if isinstance(decorator, ast.Call) else ():
            if keyword.arg == "name" and isinstance(keyword.value, ast.Constant):
                return str(keyword.value.value)
    return node.name


def _is_test_case(node: ast.ClassDef) -> bool:
    return any(dotted(base).rpartition(".")[2].endswith("TestCase") for base in node.bases)


def dotted(node: ast.AST) -> str:
    """``a.b.c`` of a chain of names; the part that can be told where it starts with something else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    if isinstance(node, ast.Call):
        return dotted(node.func)
    return ""

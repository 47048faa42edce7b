"""Counts the tests of a file or a class where each test function is exactly one test."""

from __future__ import annotations

import ast
import re
from typing import Final, TypeGuard

from audit.model.parsing import parsed

_MULTIPLYING: Final = re.compile(
    r"param|expand|ddt|\bdata\b|unpack|overload|fixture|property|pytest_generate_tests|load_tests|__test__|doctest|subTest|scenarios"
)
"""What may make several tests of one function, or none."""
_BASES: Final = frozenset({"object", "TestCase", "IsolatedAsyncioTestCase", "ABC"})
_Function = ast.FunctionDef | ast.AsyncFunctionDef


def plain_tests(text: str, name: str = "") -> int | None:
    """How many tests a file has, or its class of that name; None where that only a run can tell."""
    try:
        tree = parsed(text)
    except SyntaxError:
        return None
    if _MULTIPLYING.search(text) is not None:
        return None
    bodies = [node for node in tree.body if isinstance(node, ast.ClassDef) and (not name or node.name == name)]
    if name and len(bodies) != 1:
        return None
    found = [] if name else [node.name for node in tree.body if _is_test(node)]
    if len(set(found)) != len(found):
        return None
    for each in bodies:
        tests = [node.name for node in each.body if _is_test(node)]
        if not _is_collected(each) and (tests or name or _may_be_heir(each, tree)):
            return None
        if len(set(tests)) != len(tests) or _has_hidden(each):
            return None
        found += tests if _is_collected(each) else []
    conditional = any(isinstance(node, ast.If | ast.Try | ast.With | ast.For) for node in tree.body)
    hidden = conditional and any(_is_test(node) for top in tree.body if not _defines(top) for node in ast.walk(top))
    return None if hidden else len(found)


def _may_be_heir(node: ast.ClassDef, tree: ast.Module) -> bool:
    """Whether a class without tests of its own may take some over: by its name, or from a class of the same file."""
    bases = {ast.unparse(base).rpartition(".")[2] for base in node.bases} - _BASES
    local = {each.name for each in tree.body if isinstance(each, ast.ClassDef) and any(map(_is_test, each.body))}
    return bool(bases) and (
        node.name.startswith("Test") or any(base.endswith("TestCase") for base in bases) or not bases.isdisjoint(local)
    )


def _has_hidden(node: ast.ClassDef) -> bool:
    """Whether tests of a class stand in a condition, or in a class of its own."""
    return any(_is_test(each) for top in node.body if not isinstance(top, _Function) for each in ast.walk(top))


def _is_test(node: ast.AST) -> TypeGuard[_Function]:
    return isinstance(node, _Function) and node.name.startswith("test")


def _defines(node: ast.AST) -> bool:
    return isinstance(node, _Function | ast.ClassDef)


def _is_collected(node: ast.ClassDef) -> bool:
    """Whether a class is one of tests that nothing adds to: its bases are known to have none."""
    bases = {ast.unparse(base).rpartition(".")[2] for base in node.bases}
    makes = any(isinstance(each, _Function) and each.name in ("__init__", "__new__") for each in node.body)
    named = node.name.startswith("Test") or any(base.endswith("TestCase") for base in bases)
    return named and bases <= _BASES and not makes and not node.keywords

"""Parameters that pytest fills in: those of tests and fixtures, but for what a decorator gives them."""

from __future__ import annotations

import ast

from audit.facts.bodies import FunctionNode
from audit.facts.callables import dotted


def injected(node: FunctionNode) -> list[str]:
    """The parameters without annotation or default that a fixture of their name gives a value; none where a
    decorator may give them another."""
    leaves = [_leaf(each) for each in node.decorator_list]
    if not (node.name.startswith("test") or "fixture" in leaves):
        return []
    if any("patch" in _decorator(each) for each in node.decorator_list):
        return []
    given: set[str] = set()
    for decorator in node.decorator_list:
        if isinstance(decorator, ast.Call) and _leaf(decorator) == "parametrize":
            if not decorator.args:
                return []
            names = [part.value for part in ast.walk(decorator.args[0]) if isinstance(part, ast.Constant)]
            given.update(name.strip() for each in names for name in str(each).split(","))
            if not names:
                return []
    every = [*node.args.posonlyargs, *node.args.args]
    without_default = every[: len(every) - len(node.args.defaults)]
    return [each.arg for each in without_default if each.annotation is None and each.arg not in given]


def _decorator(node: ast.expr) -> str:
    return dotted(node.func if isinstance(node, ast.Call) else node)


def _leaf(node: ast.expr) -> str:
    return _decorator(node).rpartition(".")[2]

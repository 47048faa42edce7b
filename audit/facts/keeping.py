"""Functions that decorate others and leave what these take as it is written."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Literal

from audit.facts.bodies import FunctionNode
from audit.facts.callables import leaf_of
from audit.facts.nodes import nodes_of

Keeps = Literal["", "plain", "made"]
"""Whether a function keeps what the one takes that it is given, or makes a decorator that does."""


def keeps_parameters(node: FunctionNode) -> Keeps:
    """How a function decorates, where its wrapper hands on all that it gets and looks at none of it."""
    for inner in _functions(node):
        if _hands_on(inner):
            return "plain"
        if any(map(_hands_on, _functions(inner))):
            return "made"
    return ""


def _functions(node: FunctionNode) -> Iterator[FunctionNode]:
    return (each for each in node.body if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef))


def _hands_on(wrapper: FunctionNode) -> bool:
    """Whether a function stands for another, by ``wraps``, and calls it with just what it gets itself."""
    wrapped = next((each for each in map(_wrapped, wrapper.decorator_list) if each is not None), None)
    given = wrapper.args
    own = [*given.posonlyargs, *given.args, *given.kwonlyargs]
    if not isinstance(wrapped, ast.Name) or own or given.vararg is None or given.kwarg is None:
        return False
    parts = [part for statement in wrapper.body for part in nodes_of(statement)]
    names = [part.id for part in parts if isinstance(part, ast.Name)]
    calls = [part for part in parts if isinstance(part, ast.Call) and leaf_of(part.func) == wrapped.id]
    used = names.count(given.vararg.arg), names.count(given.kwarg.arg)
    return bool(calls) and used == (len(calls), len(calls)) and all(map(_takes_all, calls))


def _wrapped(decorator: ast.expr) -> ast.expr | None:
    """What ``wraps(function)`` is given."""
    if isinstance(decorator, ast.Call) and leaf_of(decorator.func) == "wraps" and len(decorator.args) == 1:
        return decorator.args[0]
    return None


def _takes_all(call: ast.Call) -> bool:
    """Whether a call passes ``*args, **kwargs`` and nothing else."""
    is_starred = len(call.args) == 1 and isinstance(call.args[0], ast.Starred)
    return is_starred and len(call.keywords) == 1 and call.keywords[0].arg is None

"""The scopes that open in the middle of an expression: those of lambdas and comprehensions."""

from __future__ import annotations

import ast
from typing import Any

from audit.facts.bodies import parameters_of
from audit.facts.nodes import nodes_of
from audit.facts.scopes import Scope


def inside_lambda(node: ast.Lambda, scope: Scope, stack: list[Any]) -> tuple[list[Any], Scope]:
    """The body of a lambda, with its scope. Its defaults belong to the scope around it."""
    inner = Scope(scope, is_function=True)
    for argument in parameters_of(node.args):
        inner.bind(argument.arg)
    stack += node.args.defaults
    stack += [default for default in node.args.kw_defaults if default is not None]
    return [node.body], inner


def inside_comprehension(node: Any, scope: Scope) -> tuple[list[Any], Scope]:
    """The parts of a comprehension, with their scope."""
    inner = Scope(scope, is_function=True, is_comprehension=True)
    parts: list[Any] = []
    for generator in node.generators:
        for part in nodes_of(generator.target):
            if isinstance(part, ast.Name):
                inner.bind(part.id)
        parts += (generator.iter, *generator.ifs)
    for name in ("elt", "key", "value"):
        value = getattr(node, name, None)
        if value is not None:
            parts.append(value)
    return parts, inner

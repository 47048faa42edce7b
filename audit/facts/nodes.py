"""The nodes of a syntax tree, in less than half of the time that `ast.walk` and `ast.iter_child_nodes` take."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from audit.facts.fields import fields_of


def nodes_of(tree: ast.AST) -> Iterator[ast.AST]:
    """Every node but contexts and operators, each before those below it; otherwise in no order."""
    stack = [tree]
    while stack:
        node = stack.pop()
        yield node
        if fields_of(node.__class__):
            stack += parts_of(node)


def parts_of(node: ast.AST) -> list[ast.AST]:
    """The nodes right below one, in order, but contexts and operators."""
    parts: list[ast.AST] = []
    for name in fields_of(node.__class__):
        value = getattr(node, name)
        if value.__class__ is list:
            parts += [each for each in value if isinstance(each, ast.AST)]
        elif isinstance(value, ast.AST):
            parts.append(value)
    return parts

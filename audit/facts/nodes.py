"""The nodes of a syntax tree, in half of the time that `ast.walk` takes."""

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
        for name in fields_of(node.__class__):
            value = getattr(node, name)
            if value.__class__ is list:
                stack += [each for each in value if isinstance(each, ast.AST)]
            elif isinstance(value, ast.AST):
                stack.append(value)

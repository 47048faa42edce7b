"""The fields of syntax nodes that hold expressions worth visiting, looked up once for each type of node."""

from __future__ import annotations

import ast
from typing import Any

_FIELDS: dict[type[ast.AST], tuple[str, ...]] = {}


def fields_of(kind: type[ast.AST]) -> tuple[str, ...]:
    """The names of the fields of a type of node, without contexts and operators."""
    fields = _FIELDS.get(kind)
    if fields is None:
        fields = _FIELDS[kind] = tuple(
            name for name in kind._fields if name not in ("ctx", "op", "ops", "kind", "type_comment")
        )
    return fields


def push_parts(node: ast.expr, stack: list[Any]) -> None:
    """Put what an expression consists of on a stack. Names say nothing, and are most of what there is."""
    for name in fields_of(node.__class__):
        value = getattr(node, name)
        kind = value.__class__
        if kind is list:
            stack += [part for part in value if part is not None and part.__class__ is not ast.Name]
        elif kind is not ast.Name and isinstance(value, ast.AST):
            stack.append(value)

"""The fields of syntax nodes that hold nodes worth visiting, looked up once for each type of node."""

from __future__ import annotations

import ast
from typing import Any, Final

_NO_NODES: Final = frozenset({"arg", "attr", "asname", "conversion", "id", "is_async", "level", "module", "simple"})
"""Fields that hold a text or a number, whatever node they belong to."""
_SAYS_NOTHING: Final = frozenset({"ctx", "op", "ops", "kind", "type_comment"})

_FIELDS: dict[type[ast.AST], tuple[str, ...]] = {ast.Constant: ()}


def fields_of(kind: type[ast.AST]) -> tuple[str, ...]:
    """The names of the fields of a type of node, without contexts, operators and what holds no node."""
    fields = _FIELDS.get(kind)
    if fields is None:
        fields = _FIELDS[kind] = tuple(
            name for name in kind._fields if name not in _SAYS_NOTHING and name not in _NO_NODES
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

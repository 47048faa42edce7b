"""The fields of syntax nodes that hold expressions worth visiting, looked up once for each type of node."""

from __future__ import annotations

import ast

_FIELDS: dict[type[ast.AST], tuple[str, ...]] = {}


def fields_of(kind: type[ast.AST]) -> tuple[str, ...]:
    """The names of the fields of a type of node, without contexts and operators."""
    fields = _FIELDS.get(kind)
    if fields is None:
        fields = _FIELDS[kind] = tuple(
            name for name in kind._fields if name not in ("ctx", "op", "ops", "kind", "type_comment")
        )
    return fields

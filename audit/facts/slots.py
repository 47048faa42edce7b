"""What ``__slots__`` of a class lists."""

from __future__ import annotations

import ast


def slots_of(value: ast.expr | None) -> tuple[str, ...] | None:
    """The attributes that the value of ``__slots__`` makes room for; None where it does not spell them all."""
    match value:
        case ast.Constant(value=str(name)):
            return (name,)
        case ast.List(elts=parts) | ast.Tuple(elts=parts) | ast.Set(elts=parts):
            listed: list[ast.expr | None] = [*parts]
        case ast.Dict(keys=keys):
            listed = keys
        case _:
            return None
    names = [each.value for each in listed if isinstance(each, ast.Constant) and isinstance(each.value, str)]
    return tuple(names) if len(names) == len(listed) else None

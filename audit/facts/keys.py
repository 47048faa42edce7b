"""The keys of dictionaries that code spells out: what it takes from them, puts into them, or makes them of."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Final

_TAKING: Final = frozenset({"get", "pop", "setdefault"})


def spelt_keys(node: ast.AST) -> Iterator[tuple[ast.expr, str, ast.expr | ast.keyword]]:
    """What an expression takes keys from, or makes a dictionary by, each key, and where that stands:
    ``store["size"]``, ``store.get("size")``, ``Store(size=3)``, ``Store({"size": 3})``."""
    match node:
        case ast.Subscript(value=owner, slice=ast.Constant(value=str(key)) as place):
            yield owner, key, place
        case ast.Call(func=function, args=arguments, keywords=keywords):
            match function, arguments:
                case ast.Attribute(value=owner, attr=name), [ast.Constant(value=str(key)) as place, *_]:
                    if name in _TAKING:
                        yield owner, key, place
                case _, [ast.Dict() as literal]:
                    yield from ((function, key, place) for key, place in literal_keys(literal))
            yield from ((function, each.arg, each) for each in keywords if each.arg is not None)


def literal_keys(literal: ast.Dict) -> Iterator[tuple[str, ast.expr]]:
    """The keys that a dictionary is written with, and where they stand."""
    for key in literal.keys:
        if isinstance(key, ast.Constant) and isinstance(key.value, str):
            yield key.value, key

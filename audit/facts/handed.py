"""Names that a method hands, along with its object, to what gives the object members of these names."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import Final

_OWN: Final = frozenset({"self", "cls"})


def handed_members(arguments: Sequence[ast.expr]) -> Iterator[str]:
    """The strings of lists, and the keys of tables, beside the object: ``set_attributes(self, spec, ["name"])``."""
    if not any(isinstance(each, ast.Name) and each.id in _OWN for each in arguments):
        return
    for each in arguments:
        if isinstance(each, ast.List | ast.Tuple | ast.Set):
            yield from _texts(each.elts)
        elif isinstance(each, ast.Dict):
            yield from _texts(each.keys)
        elif isinstance(each, ast.Call) and isinstance(each.func, ast.Name) and each.func.id == "dict":
            yield from (keyword.arg for keyword in each.keywords if keyword.arg)


def _texts(parts: Sequence[ast.expr | None]) -> Iterator[str]:
    return (part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str))

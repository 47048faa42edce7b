"""Tables of what a package imports lazily, in the way of transformers: its modules, each with names."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from audit.model.facts import LAZY_TABLE, Definition

if TYPE_CHECKING:
    from audit.facts.scopes import Scope
    from audit.facts.strings import Strings

_ADDING: Final = frozenset({"append", "extend"})


def note_lazy_tables(strings: Strings, definitions: Iterable[Definition], tree: ast.Module, scope: Scope) -> None:
    """Note each module and name that the table of a package holds, whether at once or bit by bit."""
    if not any(each.name == LAZY_TABLE for each in definitions):
        return
    for module, listed in _entries(tree):
        if isinstance(module, ast.Constant) and isinstance(module.value, str):
            strings.named(f".{module.value}", module, scope, LAZY_TABLE, "relative")
            for name in listed.elts if isinstance(listed, ast.List | ast.Tuple) else [listed]:
                if isinstance(name, ast.Constant) and isinstance(name.value, str):
                    strings.named(f".{module.value}.{name.value}", name, scope, LAZY_TABLE, "relative")


def _entries(tree: ast.Module) -> Iterator[tuple[ast.expr | None, ast.expr]]:
    """The modules of the table, each with what it lists."""
    for node in ast.walk(tree):
        match node:
            case ast.Assign(targets=[target], value=value) | ast.AugAssign(target=target, value=value):
                if isinstance(value, ast.Dict) and _is_table(target):
                    yield from zip(value.keys, value.values, strict=True)
                elif isinstance(target, ast.Subscript) and _is_table(target.value):
                    yield target.slice, value
            case ast.Call(func=ast.Attribute(value=ast.Subscript(value=table, slice=key), attr=adding), args=[value]):
                if _is_table(table) and adding in _ADDING:
                    yield key, value


def _is_table(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == LAZY_TABLE

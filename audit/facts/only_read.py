"""Dictionaries of names, such as ``globals()`` gives, that an expression looks into and puts nothing into."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import Final

_METHODS: Final = frozenset({"get", "keys", "values", "items", "copy"})
_FUNCTIONS: Final = frozenset(
    {"__import__", "dict", "eval", "frozenset", "len", "list", "print", "set", "sorted", "tuple", "get_type_hints"}
    | {"typing.get_type_hints"}
)
"""What does nothing to a dictionary that it is handed."""


class OnlyRead:
    """Collects the expressions that stand where they can only be read, each before it is looked at itself."""

    def __init__(self) -> None:
        self._found: set[ast.expr] = set()

    def __contains__(self, node: ast.expr) -> bool:
        return node in self._found

    def attribute_of(self, owner: ast.expr, name: str) -> None:
        """Note ``owner.name``."""
        if name in _METHODS:
            self._found.add(owner)

    def subscript(self, node: ast.Subscript) -> None:
        """Note ``owner[...]``."""
        if isinstance(node.ctx, ast.Load):
            self._found.add(node.value)

    def handed_to(self, callee: str, arguments: Iterable[ast.expr]) -> None:
        """Note what a function is called with."""
        if callee in _FUNCTIONS:
            self._found.update(arguments)

    def compared(self, node: ast.Compare) -> None:
        """Note ``name in owner``."""
        self._found.update(node.comparators)

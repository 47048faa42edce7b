"""Lexical scopes of one file: which name is bound by which import, and which name is something else."""

from __future__ import annotations

from collections import defaultdict
from typing import Final

ImportBinding = tuple[int, int]
"""Index of an import statement in the file, and of the name within it."""

_OTHER: Final = None


class Scope:
    """One module, class or function body (or comprehension) and the names it binds.

    Lookups follow the language: a function sees enclosing functions and the module, never an enclosing
    class body.
    """

    __slots__ = ("bindings", "is_class", "is_comprehension", "is_function", "nonlocal_names", "outer_names", "parent")

    def __init__(
        self,
        parent: Scope | None,
        *,
        is_class: bool = False,
        is_function: bool = False,
        is_comprehension: bool = False,
    ) -> None:
        self.parent = parent
        self.is_class = is_class
        self.is_function = is_function
        self.is_comprehension = is_comprehension
        self.bindings: defaultdict[str, list[ImportBinding | None]] = defaultdict(list)
        self.outer_names: set[str] = set()
        self.nonlocal_names: set[str] = set()

    def bind(self, name: str) -> None:
        """Note that something other than an import binds ``name`` here."""
        owner = self.owner(name) if self.outer_names or self.nonlocal_names else self
        owner.bindings[name].append(_OTHER)

    def bind_import(self, name: str, binding: ImportBinding) -> None:
        """Note that an import binds ``name`` here."""
        self.owner(name).bindings[name].append(binding)

    def is_own(self, name: str) -> bool:
        """Whether ``name`` is a variable of this function, and of nothing around it."""
        return self.is_function and name not in self.outer_names and name not in self.nonlocal_names

    def owner(self, name: str) -> Scope:
        """The scope that an assignment to ``name`` in this one really changes (``global``, ``nonlocal``)."""
        if name in self.outer_names:
            scope = self
            while scope.parent is not None:
                scope = scope.parent
            return scope
        if name in self.nonlocal_names:
            enclosing = self.parent
            while enclosing is not None and not (enclosing.is_function and name in enclosing.bindings):
                enclosing = enclosing.parent
            return enclosing or self
        return self

    def lookup(self, name: str) -> list[ImportBinding] | None:
        """The imports that bind ``name`` as seen from this scope; None when anything else may bind it."""
        scope: Scope | None = self
        while scope is not None:
            if scope is self or not scope.is_class:
                found = scope.bindings.get(name)
                if found is not None:
                    imports = [binding for binding in found if binding is not None]
                    return imports if len(imports) == len(found) else None
            scope = scope.parent
        return None

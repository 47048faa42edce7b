"""The uses of an import inside its file, renamed with it where that is exact: scopes decide, never text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final

import libcst as cst
from libcst.metadata import Access, ImportAssignment

from audit.fix.syntax import Imported, Syntax, accesses_of, bound_name, dotted, parts_of
from audit.fix.text import CannotFixError, Edit
from audit.model.regex import regex

_SIMPLE: Final = regex(r"[\w.]+")


class Renamer:
    """Follows the names that edited statements bind. ``edited`` are all statements of the file that change."""

    def __init__(self, syntax: Syntax, edited: Iterable[Imported]) -> None:
        self._syntax = syntax
        self._edited = {id(found.node) for found in edited}
        self._introduced: dict[str, str] = {}

    def can_rename(self, found: Imported, name: str, new: str, origin: str) -> bool:
        """Whether every use of ``name`` as bound by this statement may be called ``new``, which is ``origin``.

        Not when the name is bound in another way too, is declared global, is read where it may be something
        else, or when the new name already means something in the file.
        """
        syntax = self._syntax
        if name in syntax.declared_outer or not self.is_free(new, origin):
            return False
        own = syntax.assignments(found.node, name)
        rivals = [
            rival
            for assignment in own
            for rival in assignment.scope.assignments[name]
            if rival.scope is assignment.scope
        ]
        if any(not self._is_edited(rival) for rival in rivals):
            return False
        accesses = accesses_of(own)
        if any(not self._is_edited(referent) for access in accesses for referent in access.referents):
            return False
        return all(self._renamed(access, name, new) is not None for access in accesses)

    def rename(self, found: Imported, name: str, new: str, origin: str) -> list[Edit]:
        """The edits of all uses; ask `can_rename` first."""
        self._introduced[new] = origin
        edits = (self._renamed(access, name, new) for access in accesses_of(self._syntax.assignments(found.node, name)))
        return [*(edit for edit in edits if edit is not None), *self._in_type_comments(name, new)]

    def _in_type_comments(self, name: str, new: str) -> Iterator[Edit]:
        """The edits of what comments declare by a name that the whole file gives to nothing else."""
        if all(isinstance(each, ImportAssignment) for each in self._syntax.bindings(name)):
            for start, end in self._syntax.type_comments:
                for place in re.finditer(rf"(?<![\w.]){re.escape(name)}(?!\w)", self._syntax.text[start:end]):
                    yield Edit(start + place.start(), start + place.end(), new)

    def _is_edited(self, assignment: object) -> bool:
        return isinstance(assignment, ImportAssignment) and id(assignment.node) in self._edited

    def is_free(self, new: str, origin: str) -> bool:
        """Whether ``new`` means nothing in the file but ``origin``."""
        if self._introduced.get(new, origin) != origin or new in self._syntax.unbound_uses:
            return False
        return all(
            isinstance(binding, ImportAssignment) and origin in _origins(binding, new)
            for binding in self._syntax.bindings(new)
        )

    def _renamed(self, access: Access, name: str, new: str) -> Edit | None:
        node = access.node
        if isinstance(node, cst.SimpleString):
            return self._in_annotation(node, name, new)
        first = parts_of(node)[:1]
        if not first or first[0].value != name:
            return None
        return Edit(*self._syntax.span(first[0]), new)

    def _in_annotation(self, node: cst.SimpleString, name: str, new: str) -> Edit | None:
        text = self._syntax.source(node)
        changed, count = re.subn(rf"(?<![\w.\\]){re.escape(name)}(?!\w)", new, text)
        return Edit(*self._syntax.span(node), changed) if count else None

    def follow_module(
        self, found: Imported, alias: cst.ImportAlias, module: str, relocate: Callable[[str], str]
    ) -> tuple[list[Edit], set[str]]:
        """The edits of every use of a plainly imported module that moved, and modules to import besides.

        ``module`` is its new name; ``relocate`` tells the full new name of something in it.

        Raises:
            CannotFixError: a use cannot be told apart from another import's, or the new name is taken.
        """
        name, plain = bound_name(alias), alias.asname is None
        old = dotted(alias.name)
        edits: list[Edit] = []
        besides: set[str] = set()
        if plain:
            besides |= self._demand_top(found, old, module)
        for access in accesses_of(self._syntax.assignments(found.node, name)):
            if any(not self._is_edited(referent) for referent in access.referents):
                raise CannotFixError(f"{name} may come from another import of this file as well")
            if isinstance(access.node, cst.SimpleString):
                edit = self._in_annotation(access.node, name, module) if plain else None
                if plain and edit is None:
                    raise CannotFixError("a string annotation does not spell the name")
                edits += [edit] if edit is not None else []
                continue
            chain = self._syntax.chain(access.node)
            length = name.count(".") + 1
            shown = module if plain else name
            leaf = chain[length].value if len(chain) > length else ""
            home = relocate(leaf) if leaf else ""
            if leaf and home != f"{module}.{leaf}":
                within, _, renamed = home.rpartition(".")
                if within != module:
                    besides |= {within, *self._demand_top(found, "", within)}
                    shown = within
                edits += self._respelled(chain[: length + 1], f"{shown}.{renamed}")
            elif plain:
                edits += self._respelled(chain[:length], module)
        return edits, besides

    def _demand_top(self, found: Imported, old: str, module: str) -> set[str]:
        """Raise unless the first part of ``module`` is free; the package that must be imported besides, where uses
        reach one above ``old`` that the statement will not bring any more."""
        top, new_top = old.partition(".")[0], module.partition(".")[0]
        if top == new_top:
            return set()
        for binding in self._syntax.bindings(new_top):
            if not (isinstance(binding, ImportAssignment) and isinstance(binding.node, cst.Import)):
                raise CannotFixError(f"the name {new_top} already means something else in this file")
        if new_top in self._syntax.unbound_uses:
            raise CannotFixError(f"the name {new_top} already means something else in this file")
        prefix = old.rpartition(".")[0]
        while prefix:
            for access in accesses_of(self._syntax.assignments(found.node, prefix)):
                if all(self._is_edited(referent) for referent in access.referents):
                    return {prefix}
            prefix = prefix.rpartition(".")[0]
        return set()

    def _respelled(self, parts: list[cst.Name], new: str) -> Iterator[Edit]:
        """A dotted access spelled anew: part by part where it spans lines."""
        start, end = self._syntax.span(parts[0])[0], self._syntax.span(parts[-1])[1]
        names = new.split(".")
        if _SIMPLE.fullmatch(self._syntax.text[start:end]):
            yield Edit(start, end, new)
        elif len(names) == len(parts):
            yield from (Edit(*self._syntax.span(part), name) for part, name in zip(parts, names, strict=True))
        else:
            raise CannotFixError("a dotted access is broken over lines and the new name has another length")


def _origins(binding: ImportAssignment, name: str) -> Iterator[str]:
    """What a from-import or plain import of one part binds ``name`` to, as written."""
    node = binding.node
    if isinstance(node, cst.ImportFrom) and not isinstance(node.names, cst.ImportStar) and not node.relative:
        module = dotted(node.module) if node.module is not None else ""
        yield from (f"{module}.{dotted(alias.name)}" for alias in node.names if bound_name(alias) == name)
    elif isinstance(node, cst.Import):
        yield from (dotted(alias.name) for alias in node.names if bound_name(alias) == name)

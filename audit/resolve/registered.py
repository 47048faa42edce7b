"""Classes and functions that decorators made known by their own names, and that the tree has not any more."""

from __future__ import annotations

from functools import cached_property
from typing import Final

from audit.model.regex import regex
from audit.resolve.classes import decorator_leaf
from audit.resolve.program import Program

_MAKES_KNOWN: Final = regex(r"register(?:ed|_\w+)?|configurable")
"""Last names of decorators behind which what they decorate is found by its name: ``@MODELS.register_module()``."""
_QUOTED: Final = regex(r"[\"'](\w+)[\"']")


class Registered:
    """Compares a tree with its base."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._base = program.base

    @cached_property
    def lost(self) -> dict[str, str]:
        """Names that were known at the base, and that nothing defines or is made known by now -> their modules then."""
        if self._base is None:
            return {}
        lost: dict[str, str] = {}
        for path, module in self._base.index.names.items():
            if self._base.content_ids.get(path, path) == self._program.content_ids.get(path):
                continue
            if path in self._program.index.names and self._program.facts(path).error:
                continue  # what cannot be read may well be there
            for each in self._base.facts(path).definitions:
                if each.decorators and "." not in each.name and any(map(_makes_known, each.decorators)):
                    lost[each.name] = module
        for path in self._program.index.names if lost else ():
            for each in self._program.facts(path).definitions:
                if each.name in lost and not (each.kind == "import" and self._is_of_the_tree(path, each.name)):
                    del lost[each.name]
                for text in each.decorators if lost else ():
                    for name in _QUOTED.findall(text):
                        lost.pop(name, None)
        return lost

    @cached_property
    def _known(self) -> frozenset[str]:
        """All names that were known at the base."""
        base = self._base
        facts = [base.facts(path) for path in base.index.names] if base is not None else []
        every = (each for file in facts for each in file.definitions if each.decorators and "." not in each.name)
        return frozenset(each.name for each in every if any(map(_makes_known, each.decorators)))

    def of(self, text: str, beside: tuple[str, ...] = ()) -> tuple[str, str] | None:
        """The module and the lost name that a text means: by itself, behind the end of its module's name, or behind the
        first part of that. Where most of what is asked for ``beside`` it is not of the tree, nor is it."""
        *before, name = text.split(".")
        module = self.lost.get(name)
        if module is None or len([each for each in beside if each in self._known]) * 2 < len(beside):
            return None
        parts = module.split(".")
        return (module, name) if not before or before in (parts[-len(before) :], parts[:1]) else None

    def _is_of_the_tree(self, path: str, name: str) -> bool:
        """Whether an import leads into the tree: what is lost there is not here either."""
        return self._program.symbols.origin(path, name) is not None or self._leads_nowhere(path, name)

    def _leads_nowhere(self, path: str, name: str) -> bool:
        """Whether the module that a name is imported from is gone."""
        for statement in self._program.facts(path).imports:
            if statement.is_from and any(each.bound == name for each in statement.names):
                target = self._program.import_target(path, statement)
                return target is not None and target.nodes is None
        return False


def _makes_known(decorator: str) -> bool:
    return _MAKES_KNOWN.fullmatch(decorator_leaf(decorator)) is not None

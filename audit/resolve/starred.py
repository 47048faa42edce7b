"""Names that a star import brought at the base and does not bring now."""

from __future__ import annotations

import builtins

from audit.resolve.counterparts import Counterparts
from audit.resolve.locating import locate
from audit.resolve.program import Program


class StarredNames:
    """Finds them in one tree. ``dropped`` are the only names that can be among them."""

    def __init__(self, program: Program, base: Program, counterparts: Counterparts, dropped: frozenset[str]) -> None:
        self._program = program
        self._base = base
        self._counterparts = counterparts
        self._dropped = dropped
        self._known: dict[str, dict[str, tuple[str, str]]] = {}

    def lost(self, path: str) -> dict[str, tuple[str, str]]:
        """The names that a file had by way of a star, each with the module and symbol that it was at the base."""
        if path not in self._known:
            self._known[path] = self._lost(path) if self._dropped and self._has_star(path) else {}
        return self._known[path]

    def _has_star(self, path: str) -> bool:
        return any(
            statement.at_module_scope and any(each.name == "*" for each in statement.names)
            for statement in self._program.facts(path).imports
        )

    def _lost(self, path: str) -> dict[str, tuple[str, str]]:
        old = self._counterparts.file(path)
        if old is None:
            return {}
        found = {}
        own = self._base.symbols.definitions(old)
        for name in self._dropped - own.keys():
            origin = self._base.symbols.origin(old, name)
            if origin is None or hasattr(builtins, name) or self._base.symbols.offers(old, name) != "yes":
                continue
            if self._program.symbols.offers(path, name) != "no":
                continue
            place = locate(self._base, origin, old)
            module, _, symbol = origin.rpartition(".")
            found[name] = (self._base.index.names[place[0]], place[1].name) if place is not None else (module, symbol)
        return found

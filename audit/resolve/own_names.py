"""Names that stood at the top of a file at the base, and that nothing binds there now."""

from __future__ import annotations

import builtins

from audit.resolve.counterparts import Counterparts, is_same
from audit.resolve.program import Program


class OwnNames:
    """Finds them in one tree: what the rest of the file still reads of them fails with a ``NameError``."""

    def __init__(self, program: Program, base: Program, counterparts: Counterparts) -> None:
        self._program = program
        self._base = base
        self._counterparts = counterparts
        self._known: dict[str, frozenset[str]] = {}

    def lost(self, path: str) -> frozenset[str]:
        """The names of a file that were its own, defined or imported, and that it has in no way now."""
        if path not in self._known:
            self._known[path] = self._lost(path)
        return self._known[path]

    def _lost(self, path: str) -> frozenset[str]:
        old = self._counterparts.file(path)
        if old is None or is_same(self._program, path, self._base, old):
            return frozenset()
        gone = self._base.symbols.definitions(old).keys() - self._program.symbols.definitions(path).keys()
        return frozenset(
            name
            for name in gone
            if "." not in name and not hasattr(builtins, name) and self._program.symbols.offers(path, name) == "no"
        )

"""Which names the distributions that a project depends on provide, as far as their own names tell."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable


class Distributions:
    """The distributions that one tree depends on, by their normalised names."""

    def __init__(self, dependencies: Iterable[str]) -> None:
        self.names = frozenset(dependencies)
        self._foreign: dict[str, bool] = {}

    def has(self, top: str) -> bool:
        """Whether one of them bears the very name of a package."""
        return normal(top) in self.names

    def may_provide(self, top: str) -> bool:
        """Whether a package may come from one of them, or comes with Python."""
        if top not in self._foreign:
            self._foreign[top] = top in sys.stdlib_module_names or bool(self.sharers(top))
        return self._foreign[top]

    def sharers(self, top: str) -> frozenset[str]:
        """Those whose names say that they provide a package, or a share of it."""
        own = normal(top)
        return frozenset(name for name in self.names if name == own or name.startswith(f"{own}-"))

    def took_over(self, top: str, before: Distributions | None) -> bool:
        """Whether what the project held below a name may come from elsewhere now: from the standard library, a
        distribution of that very name, or one that shares it and was not depended on ``before``."""
        if top in sys.stdlib_module_names or self.has(top):
            return True
        return bool(self.sharers(top) - (before.sharers(top) if before is not None else frozenset()))


def normal(name: str) -> str:
    """A distribution's name as package indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()

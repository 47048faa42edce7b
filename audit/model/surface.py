"""What a claim expects of what a tree offers to those who use it."""

from __future__ import annotations

from typing import ClassVar

from audit.model.predicate import Predicate, listed


class Route(Predicate, frozen=True, kw_only=True):
    """An HTTP route is served: its path, with any name for a parameter, and its method where one is said."""

    kind: ClassVar[str] = "route"
    path: str
    method: str = ""

    def __str__(self) -> str:
        return f"`{f'{self.method} {self.path}'.strip()}` is served"


class Option(Predicate, frozen=True, kw_only=True):
    """A command line takes these options, which are ``default`` otherwise; with ``others`` they may be
    those of another program."""

    kind: ClassVar[str] = "option"
    names: tuple[str, ...]
    default: str = ""
    others: bool | None = None

    def __str__(self) -> str:
        value = f", {self.default} by default" if self.default else ""
        return f"a command takes {listed(self.names)}{value}"


class Constant(Predicate, frozen=True, kw_only=True):
    """A constant, of a file or of the whole tree, has this value, which is written as Python writes it."""

    kind: ClassVar[str] = "constant"
    name: str
    value: str
    path: str = ""

    def __str__(self) -> str:
        return f"`{'::'.join(filter(None, (self.path, self.name)))}` is {self.value}"


SurfacePredicate = Constant | Option | Route
"""The predicates that are judged by what the code of a tree declares for those who use it."""

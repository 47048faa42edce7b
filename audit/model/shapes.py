"""What a claim expects of how a tree is put together: what a file uses, bases, imports in a row, what is declared."""

from __future__ import annotations

from typing import ClassVar

from audit.model.predicate import Predicate, listed


class Inherits(Predicate, frozen=True, kw_only=True):
    """A class has all of these among its bases, its own or those of its bases."""

    kind: ClassVar[str] = "inherits"
    name: str
    bases: tuple[str, ...]
    wide: bool | None = None
    """Whether it is said to extend them, which is also said of what wraps another."""

    def __str__(self) -> str:
        return f"`{self.name}` inherits from {listed(self.bases)}"


class Chain(Predicate, frozen=True, kw_only=True):
    """Each module imports the next one, itself or by way of others; the last may be a name that is gone."""

    kind: ClassVar[str] = "chain"
    links: tuple[str, ...]

    def __str__(self) -> str:
        return f"{' -> '.join(f'`{link}`' for link in self.links)}: each imports the next"


class Package(Predicate, frozen=True, kw_only=True):
    """What the packaging files of the tree declare, or those at ``path`` alone.

    ``depends`` and ``drops`` are distributions that are required and that are not, ``scripts`` names of commands.
    """

    kind: ClassVar[str] = "package"
    path: str = ""
    version: str = ""
    python: str = ""
    depends: tuple[str, ...] = ()
    drops: tuple[str, ...] = ()
    scripts: tuple[str, ...] = ()

    def __str__(self) -> str:
        said = [f"has version {self.version}"] if self.version else []
        said += [f"requires Python {self.python}"] if self.python else []
        said += [f"requires {listed(self.depends)}"] if self.depends else []
        said += [f"does not require {listed(self.drops)}"] if self.drops else []
        said += [f"declares the command {listed(self.scripts)}"] if self.scripts else []
        return f"{self.path or 'the package'} {' and '.join(said)}"


class Lacks(Predicate, frozen=True, kw_only=True):
    """A Python file no longer imports the names of ``imports``, and its code no longer uses those of ``names``."""

    kind: ClassVar[str] = "lacks"
    path: str
    imports: tuple[str, ...] = ()
    names: tuple[str, ...] = ()

    def __str__(self) -> str:
        return _of_code(self, "does not import", "does not use")


class Uses(Predicate, frozen=True, kw_only=True):
    """A Python file imports the names of ``imports``, and its code uses those of ``names``."""

    kind: ClassVar[str] = "uses"
    path: str
    imports: tuple[str, ...] = ()
    names: tuple[str, ...] = ()

    def __str__(self) -> str:
        return _of_code(self, "imports", "uses")


def _of_code(predicate: Lacks | Uses, imports: str, uses: str) -> str:
    said = [
        f"{verb} {listed(names)}" for verb, names in ((imports, predicate.imports), (uses, predicate.names)) if names
    ]
    return f"{predicate.path} {' and '.join(said)}"


ShapePredicate = Chain | Inherits | Package
"""The predicates that are judged by reading what stands in the tree, whatever it was before."""

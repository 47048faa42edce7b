"""What an expression may be known to be: an instance, a class, a callable, a module, or something of others."""

from __future__ import annotations

import ast

import msgspec

from audit.model.facts import Definition
from audit.resolve.index import Node
from audit.resolve.locating import Place


class Instance(msgspec.Struct, frozen=True):
    """An object of a class of the tree; ``exact`` when a constructor made it, so that it is of no heir."""

    place: Place
    exact: bool = False


class Keyed(msgspec.Struct, frozen=True):
    """A plain dictionary whose keys a class of the tree declares, a ``TypedDict``."""

    place: Place


class ClassObject(msgspec.Struct, frozen=True):
    """A class of the tree; ``exact`` when it is spelled by name, so that it is no heir. ``plain`` when an
    import alone leads there, which other checks follow as well."""

    place: Place
    exact: bool = True
    plain: bool = False


class Above(msgspec.Struct, frozen=True):
    """``super()`` in a class."""

    place: Place


class Function(msgspec.Struct, frozen=True):
    """A function or method of the tree, bound to ``receiver`` when it was reached through one."""

    path: str
    definition: Definition
    receiver: Instance | ClassObject | Above | None = None


class Module(msgspec.Struct, frozen=True):
    """A module of the tree."""

    dotted: str
    nodes: tuple[Node, ...]


class Foreign(msgspec.Struct, frozen=True):
    """Something of others. For a container ``arguments`` are the annotations of what it holds, as the file
    ``path`` means them."""

    name: str
    arguments: tuple[ast.expr, ...] = ()
    path: str = ""


class Wrapped(msgspec.Struct, frozen=True):
    """A value that has yet to be awaited, entered by a with statement, or taken out of a list or a
    generator."""

    how: str
    inner: Instance | Keyed | ClassObject | Foreign


Value = Instance | Keyed | ClassObject | Above | Function | Module | Foreign | Wrapped

"""What a callable takes, as its caller sees it."""

from __future__ import annotations

from typing import Final

import msgspec

from audit.model.facts import Definition, Parameter
from audit.resolve.classes import Classes, decorator_leaf
from audit.resolve.constructors import constructor
from audit.resolve.locating import Place, locate
from audit.resolve.values import ClassObject, Function, Value

_TRANSPARENT: Final = frozenset(
    {"staticmethod", "classmethod", "contextmanager", "asynccontextmanager", "cache", "lru_cache", "abstractmethod"}
    | {"override", "final", "no_grad", "inference_mode", "deprecated", "profile"}
)
"""Decorators, by their last name, that leave the parameters as they are written."""


class Signature(msgspec.Struct, frozen=True):
    """The parameters that a caller fills, ``self`` not among them, and the definition that has them."""

    place: Place
    parameters: tuple[Parameter, ...]


def signature_of(classes: Classes, value: Value | None) -> Signature | None:
    """What calling a value takes; None when nobody can tell."""
    if isinstance(value, ClassObject):
        made = constructor(classes, value.place)
        if made is None:
            return None
        return _method(classes, made.place, drops=True) if made.place else Signature(value.place, made.parameters)
    if isinstance(value, Function):
        definition = value.definition
        is_bound = value.receiver is not None and not is_static(definition)
        if isinstance(value.receiver, ClassObject):
            is_bound = is_class_method(definition)
        return _method(classes, (value.path, definition), drops=is_bound)
    return None


def _method(classes: Classes, place: Place, *, drops: bool) -> Signature | None:
    path, definition = place
    if definition.kind != "function" or definition.parameters is None or definition.bindings != 1:
        return None
    if not all(decorator_leaf(text) in _TRANSPARENT or _keeps(classes, path, text) for text in definition.decorators):
        return None
    parameters = definition.parameters
    if drops and parameters and parameters[0].kind in ("positional", "normal"):
        parameters = parameters[1:]
    return Signature(place, parameters)


def _keeps(classes: Classes, path: str, text: str) -> bool:
    """Whether a decorator is a function of the tree that leaves parameters as they are written."""
    name, called, _ = text.partition("(")
    first, _, rest = name.partition(".")
    origin = classes.program.symbols.origin(path, first)
    own = classes.members_of(path).get(name)
    place = (path, own) if origin is None and own is not None else None
    if origin is not None:
        place = locate(classes.program, f"{origin}.{rest}" if rest else origin, path)
    if place is None or place[1].bindings != 1 or place[1].decorators:
        return False
    return place[1].keeps == ("made" if called else "plain")


def is_static(definition: Definition) -> bool:
    """Whether a method takes no instance."""
    return any(decorator_leaf(text) == "staticmethod" for text in definition.decorators) or definition.name.endswith(
        ".__new__"
    )


def is_class_method(definition: Definition) -> bool:
    """Whether a method takes its class."""
    return any(decorator_leaf(text) == "classmethod" for text in definition.decorators)

"""Classes that cannot be made, and methods that stand for those of the heirs: what ``abstractmethod`` says."""

from __future__ import annotations

from typing import Final

from audit.model.calls import CallShape, misfit
from audit.model.facts import Definition
from audit.resolve.classes import PROTOCOLS, Classes, decorator_leaf
from audit.resolve.counterparts import Counterparts
from audit.resolve.locating import Place
from audit.resolve.signatures import Signature, signature_of
from audit.resolve.values import Function, Instance, Value

_MARKS: Final = frozenset({"abstractmethod", "abstractproperty", "abstractclassmethod", "abstractstaticmethod"})
_ENFORCING: Final = frozenset({"abc.ABC", *PROTOCOLS})
"""Classes whose heirs cannot be made while something in them is abstract."""


def is_abstract(definition: Definition) -> bool:
    """Whether a member only says what heirs must have."""
    return any(decorator_leaf(text) in _MARKS for text in definition.decorators)


def left_abstract(classes: Classes, place: Place) -> dict[str, Place]:
    """What keeps a class from being made: the members, by name, that nothing in its lineage gives a body; nothing
    where something unknown might, or where nobody asks for it."""
    lineage = classes.lineage(place)
    if lineage.open or _ENFORCING.isdisjoint(lineage.outside):
        return {}
    found: dict[str, Place] = {}
    given: set[str] = set()
    for path, owner in lineage.classes:
        for leaf, definition in classes.own_members((path, owner)):
            if is_abstract(definition):
                found.setdefault(leaf, (path, definition))
            else:
                given.add(leaf)
    return {leaf: where for leaf, where in found.items() if leaf not in given and not classes.has_outside(place, leaf)}


class AbstractMembers:
    """What abstract members ask of the classes of a tree, held against what they asked at its base."""

    def __init__(self, now: Classes, then: Classes, counterparts: Counterparts) -> None:
        self._now = now
        self._then = then
        self._counterparts = counterparts
        self._lacking: dict[tuple[str, str], dict[str, Place]] = {}

    def newly_lacking(self, place: Place) -> dict[str, Place]:
        """What keeps a class from being made that could be made at the base (see `left_abstract`)."""
        key = (place[0], place[1].name)
        if key not in self._lacking:
            self._lacking[key] = self._newly_lacking(place)
        return self._lacking[key]

    def _newly_lacking(self, place: Place) -> dict[str, Place]:
        lacking = left_abstract(self._now, place)
        before = self._counterparts.of(place) if lacking else None
        if before is None or before[1].kind != "class" or self._then.lineage(before).open:
            return {}
        return {} if left_abstract(self._then, before) else lacking

    def unfit_heir(
        self, value: Value, now: Signature, before: Signature | None, shape: CallShape
    ) -> tuple[Signature, Signature] | None:
        """An heir's method that does not take a call which the abstract method takes, now and at the base; only
        where no heir's does, and each took at the base what the abstract method of then asked for."""
        if not isinstance(value, Function) or not isinstance(value.receiver, Instance) or before is None:
            return None
        owner, leaf = self._counterparts.of(value.receiver.place), value.definition.name.rpartition(".")[2]
        if owner is None or not is_abstract(value.definition) or misfit(now.parameters, shape):
            return None
        heirs = _bodies(self._now, value.receiver.place, leaf)
        if not heirs or any(_takes(signature, shape) for signature in heirs):
            return None
        promised, then = _shape_for(before), _bodies(self._then, owner, leaf)
        if not then or not all(_takes(signature, promised) for signature in then):
            return None
        return (heirs[0], then[0]) if heirs[0] is not None and then[0] is not None else None


def _bodies(classes: Classes, owner: Place, leaf: str) -> list[Signature | None]:
    """What an abstract method of a class stands for: the method of each heir that has one with a body, as a caller
    sees it; None for one that nobody can tell."""
    found: dict[tuple[str, str], Signature | None] = {}
    for heir in classes.heirs(owner):
        member = classes.member(heir, leaf)
        if member is None:
            found[heir[0], heir[1].name] = None
        elif not is_abstract(member[1]):
            found[member[0], member[1].name] = signature_of(classes, Function(*member, Instance(heir)))
    return list(found.values())


def _shape_for(signature: Signature) -> CallShape:
    """A call that fills all that a signature asks for, and no more."""
    required = [each for each in signature.parameters if each.required]
    by_place = sum(each.kind in ("positional", "normal") for each in required)
    return CallShape(by_place, tuple(each.name for each in required if each.kind == "keyword"))


def _takes(signature: Signature | None, shape: CallShape) -> bool:
    """Whether a signature takes a call, or may."""
    return signature is None or not misfit(signature.parameters, shape)

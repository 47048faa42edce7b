"""Members that a class lost although nobody can see all that it inherits."""

from __future__ import annotations

from typing import Final

from audit.model.facts import Definition
from audit.resolve.classes import Classes
from audit.resolve.counterparts import Counterparts
from audit.resolve.locating import Place

_MIN_LINES: Final = 3
"""A shorter method is like too many others."""


class RenamedMembers:
    """Tells a member that was renamed, or that went from a class nothing else gives members to, from an override that
    was dropped so that what a foreign base has comes to light."""

    def __init__(self, now: Classes, then: Classes, counterparts: Counterparts) -> None:
        self._now = now
        self._then = then
        self._counterparts = counterparts

    def is_gone(self, place: Place, holder: Place, leaf: str) -> bool:
        """Whether a class of now lacks a member that ``holder``, of its lineage at the base, defined."""
        lineage = self._now.lineage(place)
        if lineage.answering:
            return False
        heir = next((each for each in lineage.classes if self._counterparts.of(each) == holder), None)
        if heir is None:
            return False
        if self._renamed(heir, holder, leaf):
            return True
        stand_in = self._stand_in(heir, holder, leaf)
        if lineage.filled:  # what is put there by a computed name may well be what was declared so far
            before = self._then.members_of(holder[0])[f"{holder[1].name}.{leaf}"]
            return stand_in is not None and _is_declared_alike(before, stand_in)
        return stand_in is not None or all(map(self._says_all, lineage.classes))

    def _renamed(self, heir: Place, holder: Place, leaf: str) -> bool:
        """Whether a class has, under a name that it had not then, just the method that it had under this one."""
        before = dict(self._then.own_members(holder))
        new = [each for name, each in self._now.own_members(heir) if name not in before]
        gone = before[leaf]
        same = [each for each in new if each.kind == gone.kind and "" not in (each.digest, gone.digest)]
        return any(each.digest == gone.digest or (gone.code and each.code == gone.code) for each in same)

    def _stand_in(self, heir: Place, holder: Place, leaf: str) -> Definition | None:
        """The variable, or the method of the same size and parameters, of another name that a class has where it had
        one of this name, and has otherwise the same members and bases."""
        if heir[1].bases != holder[1].bases:
            return None  # what is inherited now may well have what was declared so far
        before, after = dict(self._then.own_members(holder)), dict(self._now.own_members(heir))
        pairs = list(zip(before, after, strict=False))
        if len(before) != len(after) or any(old != name and (old in after or name in before) for old, name in pairs):
            return None
        old, new = before[leaf], after[dict(pairs)[leaf]]
        if old.kind == "function":
            is_alike = old.parameters == new.parameters and old.lines == new.lines >= _MIN_LINES
            return new if new.kind == "function" and is_alike else None
        return new if old.kind == new.kind == "variable" else None

    def _says_all(self, place: Place) -> bool:
        """Whether all that a class of now has is what its code says, as it was at the base."""
        own, before = place[1], self._counterparts.of(place)
        if before is None or (own.bases, own.decorators) != (before[1].bases, before[1].decorators):
            return False
        has_metaclass = own.name in self._now.program.facts(place[0]).metaclassed
        return (
            own.bindings == 1
            and not has_metaclass
            and not self._now.replaces(place[0], own)
            and not self._now.has_strangers(place)
        )


def _is_declared_alike(old: Definition, new: Definition) -> bool:
    """Whether two variables of a class are declared with the same type, or made by the same call."""
    is_same = (old.annotation, old.value, old.field) == (new.annotation, new.value, new.field)
    return is_same and (old.annotation not in ("", "?") or old.value.endswith(")"))

"""Members that a class lost although nobody can see all that it inherits."""

from __future__ import annotations

from audit.resolve.classes import Classes
from audit.resolve.counterparts import Counterparts
from audit.resolve.locating import Place


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
        return self._is_renamed(heir, holder, leaf) or all(map(self._says_all, lineage.classes))

    def _is_renamed(self, heir: Place, holder: Place, leaf: str) -> bool:
        """Whether a class has, under a name that it had not then, just what it had under this one, or a
        variable where one stood."""
        before, after = dict(self._then.own_members(holder)), dict(self._now.own_members(heir))
        gone, new = before[leaf], {name: each for name, each in after.items() if name not in before}
        if gone.digest and any(each.digest == gone.digest for each in new.values()):
            return True
        pairs = list(zip(before, after, strict=False))
        if len(before) != len(after) or any(old != name and (old in after or name in before) for old, name in pairs):
            return False
        return gone.kind == "variable" and any(old == leaf and after[name].kind == gone.kind for old, name in pairs)

    def _says_all(self, place: Place) -> bool:
        """Whether all that a class of now has is what its code says, as it was at the base."""
        own, before = place[1], self._counterparts.of(place)
        if before is None or (own.bases, own.decorators) != (before[1].bases, before[1].decorators):
            return False
        is_made_otherwise = own.name in self._now.program.facts(place[0]).metaclassed or own.bindings != 1
        return not is_made_otherwise and not self._now.has_strangers(place)

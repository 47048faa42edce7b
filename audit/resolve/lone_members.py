"""Reads of lost members where nothing tells what they are read from, and where the name alone does."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property
from typing import Final

import msgspec

from audit.model.calls import Access, LostMember
from audit.resolve.classes import Classes
from audit.resolve.instances import Instances
from audit.resolve.locating import Place
from audit.resolve.lone_methods import is_telling, leaf_counts, sounds_like
from audit.resolve.lost_members import LostMembers
from audit.resolve.values import Above, ClassObject, Foreign, Instance, Module

_BAGS: Final = frozenset(
    {"args", "arguments", "conf", "config", "configuration", "cfg", "flags", "hparams", "kwargs", "namespace", "opts"}
    | {"options", "params", "parameters", "settings", "state", "context", "ctx", "data", "self", "cls"}
)
"""Last words of what receivers are called that hold whatever they are given by name."""
_STAND_INS: Final = frozenset({"mock", "mocked", "fake", "stub", "dummy"})
"""Words in what is called like a class and only plays its part."""


class _Lone(msgspec.Struct, frozen=True):
    """A class of now, and what it was at the base, where it alone had a member that the tree has nowhere now."""

    place: Place
    before: Place
    sounds: tuple[str, ...]


class LoneMembers:
    """Collects the reads that may be meant; which are is known when all of a tree were seen."""

    def __init__(self, now: Classes, then: Classes, instances: Instances, members: LostMembers) -> None:
        self._now = now
        self._then = then
        self._instances = instances
        self._members = members
        self._reads: dict[str, list[tuple[str, Access]]] = defaultdict(list)
        self._elsewhere: set[str] = set()

    def note(self, path: str, access: Access) -> None:
        """Look at a read of which nothing is known to be wrong."""
        lone = self._lone.get(access.leaf)
        if lone is None or access.is_key or (access.term and "." not in access.term):
            return
        owner = self._instances.value(path, access.term.removesuffix(f".{access.leaf}")) if access.term else None
        match owner:
            case None:
                if _may_mean(access, lone):
                    self._reads[access.leaf].append((path, access))
            case Foreign(name=name) if "mock" not in name.lower():
                self._elsewhere.add(access.leaf)
            case Module():
                self._elsewhere.add(access.leaf)
            case Instance(place=place) | ClassObject(place=place) | Above(place=place):
                if not self._is_related(place, lone) and self._has_more(place):
                    self._elsewhere.add(access.leaf)

    def lost(self) -> Iterator[tuple[LostMember, Access]]:
        """The reads that must mean a lost member: of a name that nothing else is known to have."""
        for leaf, reads in self._reads.items():
            if leaf not in self._elsewhere:
                for path, access in reads:
                    yield self._members.lost_from(path, access, self._lone[leaf].before), access

    def _is_related(self, place: Place, lone: _Lone) -> bool:
        lineage = {(path, owner.name) for path, owner in self._now.lineage(place).classes}
        return (lone.place[0], lone.place[1].name) in lineage

    def _has_more(self, place: Place) -> bool:
        """Whether a class may have members from others: one that answers to any name asks those who have it."""
        lineage = self._now.lineage(place)
        return not lineage.answering and any(map(self._now.has_strangers, lineage.classes))

    @cached_property
    def _lone(self) -> dict[str, _Lone]:
        """The members that one class alone had, and that nothing has or is given now, by name."""
        names = {leaf for leaf in self._members.lost_names if is_telling(leaf)}
        names -= self._members.stored_anywhere
        if not names:
            return {}
        names -= leaf_counts(self._now.program, names).keys()
        counts = leaf_counts(self._then.program, names)
        found: dict[str, _Lone] = {}
        for path, before, leaf in self._members.holders(frozenset(leaf for leaf in names if counts[leaf] == 1)):
            place = (path, self._now.members_of(path)[before[1].name])
            if self._members.is_without(place, before, leaf):
                heirs = (heir.name for _, heir in self._now.heirs(place))
                found[leaf] = _Lone(place, before, (place[1].name, *heirs))
        return found


def _may_mean(access: Access, lone: _Lone) -> bool:
    """Whether what a member is read from is called like the class, and is none that anything may be put into."""
    words = access.receiver.lower().strip("_").split("_")
    if words[-1] in _BAGS or not _STAND_INS.isdisjoint(words):
        return False
    return any(sounds_like(called, name) for called in (access.receiver, words[-1]) for name in lone.sounds)

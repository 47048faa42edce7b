"""Whether one read of a member, or of a plain name, that was right at the base leads nowhere now."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cached_property

import msgspec

from audit.model.calls import Access, LostKind, LostMember, misfit
from audit.model.facts import Definition
from audit.model.findings import Site
from audit.model.testdata import is_test
from audit.resolve.changes import ChangedNames
from audit.resolve.classes import Classes
from audit.resolve.counterparts import Counterparts
from audit.resolve.instances import Instances
from audit.resolve.locating import Place
from audit.resolve.lone_methods import leaf_counts
from audit.resolve.own_names import OwnNames
from audit.resolve.program import Program
from audit.resolve.renamed_members import RenamedMembers
from audit.resolve.signatures import signature_of
from audit.resolve.starred import StarredNames
from audit.resolve.values import Above, ClassObject, Function, Instance, Keyed, Module


class LostMembers:
    """Judges the reads of a tree against its base, for the names that ``changed``."""

    def __init__(
        self, now: Classes, then: Classes, instances: Instances, counterparts: Counterparts, changed: ChangedNames
    ) -> None:
        self._now = now
        self._then = then
        self._program: Program = now.program
        self._base: Program = then.program
        self._instances = instances
        self._counterparts = counterparts
        self._changed = changed
        self._renamed = RenamedMembers(now, then, counterparts)
        self._own_names = OwnNames(now.program, then.program, counterparts)
        self._starred = StarredNames(now.program, then.program, counterparts, changed.dropped)

    def plain_names(self, path: str) -> frozenset[str]:
        """The plain names that a file had of its own, or by way of a star, and that it has in no way now."""
        return self._own_names.lost(path) | self._starred.lost(path).keys()

    def judge(self, path: str, access: Access) -> LostMember | None:
        """The member that the class of an object, or a module, had at the base and has not now."""
        leaf = access.leaf
        if access.is_key:
            return self._lost_item(path, access) or self._lost_key(path, access)
        if access.term == leaf and leaf in (starred := self._starred.lost(path)):
            return self._lost(path, access, *starred[leaf], kind="star")
        if access.term == leaf and leaf in self._own_names.lost(path):
            return self._lost(path, access, self._program.index.names[path], leaf, kind="name")
        if leaf in self._changed.dropped and (module := self._module_without(path, access)):
            return self._lost(path, access, module, leaf)
        if leaf not in self._changed.lost or leaf.startswith("__") or not access.term.endswith(f".{leaf}"):
            return None
        owner = self._instances.value(path, access.term.removesuffix(f".{leaf}"))
        if not isinstance(owner, Instance | ClassObject | Above):
            return None
        above = isinstance(owner, Above)
        before = self._counterparts.of(owner.place)
        keyed = leaf in self._still_defined or (before is not None and self._then.has_value(before, leaf, after=above))
        answer = self._now.has(owner.place, leaf, after=above, keyed=keyed)
        if answer == "yes" or is_put_in_place(self._program, path, access):
            return None
        if before is None or before[1].kind != "class" or self._then.has(before, leaf, after=above) != "yes":
            return None
        lineage = self._then.lineage(before).classes[above:]
        holder = next((place for place in lineage if _holds(self._base, place, leaf)), None)
        if holder is None or (answer == "unknown" and not self._is_gone_from(owner.place, holder, leaf)):
            return None
        if self._may_be_of_heir(owner, holder, access, keyed=keyed) or self._may_stand_in(owner.place, before, leaf):
            return None
        if leaf in (self.stored_anywhere if is_test(path) else self._stored_by_programs):
            return None
        return self._lost(path, access, self._base.index.names[holder[0]], f"{holder[1].name}.{leaf}")

    def _lost_item(self, path: str, access: Access) -> LostMember | None:
        """The member of an enumeration that code looks up by its name."""
        value = self._instances.value(path, access.term) if access.is_item else None
        if not isinstance(value, ClassObject) or not self._now.looks_up_members(value.place):
            return None
        before = self._counterparts.of(value.place)
        if before is None or before[1].kind != "class" or self._now.has(value.place, access.leaf) != "no":
            return None
        lineage = self._then.lineage(before).classes
        holder = next((place for place in lineage if _holds(self._base, place, access.leaf)), None)
        return self.lost_from(path, access, holder) if holder is not None else None

    def _lost_key(self, path: str, access: Access) -> LostMember | None:
        """The key that a class declared for a dictionary at the base, and declares no more: what is read or written
        may well be there still, so that it only misleads."""
        value = self._instances.value(path, access.term) if access.leaf in self._changed.keys else None
        if not isinstance(value, Keyed | ClassObject) or not self._now.declares_keys(value.place):
            return None
        before = self._counterparts.of(value.place)
        if before is None or before[1].kind != "class" or self._now.member(value.place, access.leaf) is not None:
            return None
        lineage = self._then.lineage(before).classes
        holder = next((place for place in lineage if _holds(self._base, place, access.leaf)), None)
        outside = {name.rpartition(".")[2] for name in self._now.lineage(value.place).outside}
        if holder is None or not outside <= {"TypedDict", "Generic"}:
            return None
        lost = self.lost_from(path, access, holder)
        return msgspec.structs.replace(lost, context="typing")

    @property
    def lost_names(self) -> frozenset[str]:
        """The names of members that some class may have lost."""
        return self._changed.lost

    def holders(self, names: frozenset[str]) -> Iterator[tuple[str, Place, str]]:
        """The classes that had members of these names at the base and are in the same file still: the path of now, the
        class of then, and the name."""
        for path in self._program.index.names if names else ():
            old = self._counterparts.file(path)
            for definition in self._base.facts(old).definitions if old is not None else ():
                name, _, leaf = definition.name.rpartition(".")
                if leaf in names and name in self._now.members_of(path):
                    owner = self._then.members_of(old or "").get(name)
                    if owner is not None and owner.kind == self._now.members_of(path)[name].kind == "class":
                        yield path, (old or "", owner), leaf

    def is_without(self, place: Place, holder: Place, leaf: str) -> bool:
        """Whether a class, which was ``holder`` at the base, certainly lacks a member that this defined."""
        answer = self._now.has(place, leaf, keyed=self._then.has_value(holder, leaf))
        return answer == "no" or (answer == "unknown" and self._is_gone_from(place, holder, leaf))

    def lost_from(self, path: str, access: Access, holder: Place) -> LostMember:
        """A read that means a member which a class of the base defined."""
        return self._lost(path, access, self._base.index.names[holder[0]], f"{holder[1].name}.{access.leaf}")

    def _lost(self, path: str, access: Access, module: str, symbol: str, kind: LostKind = "attribute") -> LostMember:
        return LostMember(
            site=Site(path, *access.span),
            referrer=self._program.index.names[path],
            module=module,
            symbol=symbol,
            context=access.context,
            kind=kind,
        )

    def _module_without(self, path: str, access: Access) -> str:
        """The module, imported by a call, that had a name at the base and has not now."""
        if not access.term.endswith(f".{access.leaf}"):
            return ""
        owner = self._instances.value(path, access.term.removesuffix(f".{access.leaf}"))
        if not isinstance(owner, Module) or self._program.symbols.defines(owner.nodes, access.leaf) != "no":
            return ""
        before = self._base.absolute(self._counterparts.file(path) or "", owner.dotted)
        had = before.status == "found" and self._base.symbols.defines(before.nodes, access.leaf) == "yes"
        return owner.dotted if had and not is_put_in_place(self._program, path, access) else ""

    def _may_stand_in(self, place: Place, before: Place, leaf: str) -> bool:
        """Whether an object of another class, which stands for a protocol by what it has, may have the member still:
        unless all of the tree that did have lost it as well."""
        if not self._now.is_protocol(place):
            return False
        return not self._then.stand_ins(before, leaf) or bool(self._now.stand_ins(place, leaf))

    def _is_gone_from(self, place: Place, holder: Place, leaf: str) -> bool:
        """Whether a class lacks a member of ``holder`` although nobody can see all that it inherits: what no other
        class of the tree has by that name, which would be one that frameworks ask for."""
        return leaf not in self._still_defined and self._renamed.is_gone(place, holder, leaf)

    def _may_be_of_heir(
        self, owner: Instance | ClassObject | Above, holder: Place, access: Access, *, keyed: bool
    ) -> bool:
        """Whether some class that inherits from the owner's has the member, and takes the call if it is one."""
        if isinstance(owner, Above):  # after it may come whatever else an heir inherits from
            heirs = [heir for heir in self._now.heirs(owner.place) if len(heir[1].bases) > 1]
            return any(keyed or self._now.has(heir, access.leaf, keyed=keyed) != "no" for heir in heirs)
        for heir in () if owner.exact else self._now.heirs(owner.place):
            answer = self._now.has(heir, access.leaf, keyed=keyed)
            if answer == "no" or (answer == "unknown" and self._is_gone_from(heir, holder, access.leaf)):
                continue
            member = self._now.member(heir, access.leaf)
            bound = Function(*member, msgspec.structs.replace(owner, place=heir)) if member is not None else None
            signature = signature_of(self._now, bound)
            if signature is None or access.shape is None or not misfit(signature.parameters, access.shape):
                return True
        return False

    @cached_property
    def _still_defined(self) -> frozenset[str]:
        """Of the names that some class has lost those that others define: an object may hold them by that name."""
        return frozenset(leaf_counts(self._program, self._changed.lost))

    @cached_property
    def stored_anywhere(self) -> frozenset[str]:
        """The attributes that some file gives to objects from outside of their class."""
        return self._stored(self._program.index.names)

    @cached_property
    def _stored_by_programs(self) -> frozenset[str]:
        """Those that more than tests give: what these put in place is not there when a program runs."""
        return self._stored(path for path in self._program.index.names if not is_test(path))

    def _stored(self, paths: Iterable[str]) -> frozenset[str]:
        return frozenset(name for path in paths for name in self._program.facts(path).stored.split())


def is_put_in_place(program: Program, path: str, access: Access) -> bool:
    """Whether the file itself gives one of the attributes on the way to some object."""
    stored = program.facts(path).stored.split()
    return not {access.leaf, *re.findall(r"\.(\w+)", access.term)}.isdisjoint(stored)


def _holds(program: Program, place: Place, leaf: str) -> Definition | None:
    return program.symbols.definitions(place[0]).get(f"{place[1].name}.{leaf}")

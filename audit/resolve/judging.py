"""Whether one call, or one read of a member, that was right at the base is wrong now."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from audit.model.calls import Access, CallShape, Misfit, misfit, remedy, shifted, signature_text
from audit.model.facts import Definition
from audit.model.findings import Site
from audit.resolve.abstract import AbstractMembers
from audit.resolve.changes import ChangedNames, changed_names
from audit.resolve.classes import Classes
from audit.resolve.counterparts import Counterparts
from audit.resolve.instances import Instances
from audit.resolve.locating import Place
from audit.resolve.lone_members import LoneMembers
from audit.resolve.lone_methods import LoneMethods
from audit.resolve.lost_fixtures import LostFixtures
from audit.resolve.lost_members import LostMembers, is_put_in_place
from audit.resolve.program import Program
from audit.resolve.signatures import Signature, signature_of
from audit.resolve.values import Above, ClassObject, Function, Instance, Value


class Judge:
    """Judges the calls and reads of a tree against its base. ``renamed`` maps paths of now to paths of then."""

    def __init__(self, program: Program, base: Program, renamed: Mapping[str, str]) -> None:
        self._program = program
        self._base = base
        self._now = Classes(program)
        self._then = Classes(base)
        self._instances = Instances(program, self._now)
        self._counterparts = Counterparts(program, base, renamed)
        self._changed: ChangedNames = changed_names(self._now, self._then, self._counterparts)
        self._lone_methods = LoneMethods(program, base, self._changed.called)
        self._abstract = AbstractMembers(self._now, self._then, self._counterparts)
        self.fixtures = LostFixtures(self._now, base, self._counterparts)
        self.members = LostMembers(self._now, self._then, self._instances, self._counterparts, self._changed)
        self.lone_members = LoneMembers(self._now, self._then, self._instances, self.members)

    def file_before(self, path: str) -> str | None:
        """The path that a file had at the base."""
        return self._counterparts.file(path)

    def wanted_in(self, path: str) -> frozenset[str]:
        """The changed names that a file uses, by the names that it gives them."""
        changed, facts = self._changed, self._program.facts(path)
        if not path.endswith(".py"):
            return frozenset()
        plain_names = self.members.plain_names(path)
        if not any(msgspec.structs.astuple(changed)):
            return plain_names
        callables = changed.called | changed.constructed
        aliases = {
            each.bound
            for statement in facts.imports
            for each in statement.names
            if each.bound != each.name and each.name.rpartition(".")[2] in callables
        }
        found = (callables | aliases).intersection(facts.called)
        accessed = facts.accessed.split()
        found |= changed.lost.intersection(accessed) | plain_names
        found |= changed.keys  # what is written as a string no fact of a file tells
        if "import_module" in facts.called:
            found |= changed.dropped.intersection(accessed)
        if changed.constructed and not {"__init__", "cls"}.isdisjoint(facts.called):
            own = {each.name.rpartition(".")[2] for each in facts.definitions if each.kind == "class"}
            if not changed.constructed.isdisjoint(own):
                found |= {"__init__", "cls"}
        return frozenset(found)

    def misfit(self, path: str, access: Access) -> Misfit | None:
        """What is wrong with a call that was right at the base."""
        if access.shape is None or is_put_in_place(self._program, path, access):
            return None
        value = self._instances.value(path, access.term)
        if isinstance(value, ClassObject) and (unmakable := self._cannot_be_made(path, access, value)):
            return unmakable
        how = "by type" if isinstance(value, Function) and value.receiver is not None else "by name"
        if value is None:
            value, how = self._lone_methods.called_by(access), "the only one of its name"
        now = signature_of(self._now, value)
        if value is None or now is None:
            return None
        before = signature_of(self._then, self._before(value))
        unfit = self._abstract.unfit_heir(value, now, before, access.shape)
        if unfit is not None:
            return self._made(path, access, unfit, misfit(unfit[0].parameters, access.shape), how)
        if before is None or before.parameters == now.parameters or misfit(before.parameters, access.shape):
            return None
        why = misfit(now.parameters, access.shape)
        if why:
            return (
                None if self._fits_an_heir(value, access.shape) else self._made(path, access, (now, before), why, how)
            )
        why = shifted(before.parameters, now.parameters, access.shape)
        if why and how != "the only one of its name" and not self._may_differ_in_heirs(value):
            return self._made(path, access, (now, before), why, how, fails=False)
        return None

    def _cannot_be_made(self, path: str, access: Access, value: ClassObject) -> Misfit | None:
        """What is wrong with making an object of a class that lacks what its abstract bases ask for by now."""
        lacking = self._abstract.newly_lacking(value.place) if value.exact else {}
        if not lacking or not {*lacking, "__abstractmethods__"}.isdisjoint(self.members.stored_anywhere):
            return None
        names = self._program.index.names
        asking = sorted(f"{names[file]}.{member.name}" for file, member in lacking.values())
        return Misfit(
            site=Site(path, *access.span),
            referrer=names[path],
            target=f"{names[value.place[0]]}.{value.place[1].name}",
            path=value.place[0],
            why=f"cannot be made: it does not define {', '.join(asking)}, which is abstract",
            before="",
            after="",
            resolved="by name",
            context=access.context,
        )

    def _before(self, value: Value) -> Value | None:
        """What a callable was at the base, reached through the same class."""
        match value:
            case ClassObject(place=place):
                found = self._counterparts.of(place)
            case Function(definition=definition, receiver=(Instance() | ClassObject() | Above()) as receiver):
                owner = self._counterparts.of(receiver.place)
                if owner is None or owner[1].kind != "class":
                    return None
                leaf = definition.name.rpartition(".")[2]
                member = self._then.member(owner, leaf, after=isinstance(receiver, Above))
                kept = msgspec.structs.replace(receiver, place=owner)
                return Function(*member, kept) if member is not None else None
            case Function(path=path, definition=definition):
                found = self._counterparts.of((path, definition))
            case _:
                return None
        if found is None:
            return None
        return ClassObject(found) if found[1].kind == "class" else Function(*found)

    def _may_differ_in_heirs(self, value: Value) -> bool:
        """Whether some class that inherits from the one known takes something of its own."""
        receiver = value.receiver if isinstance(value, Function) else value
        if not isinstance(receiver, Instance | ClassObject) or receiver.exact:
            return isinstance(receiver, Above)
        leaf = value.definition.name.rpartition(".")[2] if isinstance(value, Function) else "__init__"
        return any(_holds(self._program, heir, leaf) for heir in self._now.heirs(receiver.place))

    def _fits_an_heir(self, value: Value, shape: CallShape) -> bool:
        """Whether an object may be of a class that inherits from the one known, and takes the call."""
        receiver = value.receiver if isinstance(value, Function) else value
        if isinstance(receiver, Above):
            return any(len(heir.bases) > 1 for _, heir in self._now.heirs(receiver.place))
        if not isinstance(receiver, Instance | ClassObject) or receiver.exact:
            return False
        stand_ins: list[Place] = []
        if isinstance(value, Function) and self._now.is_protocol(receiver.place):
            stand_ins = self._now.stand_ins(receiver.place, value.definition.name.rpartition(".")[2])
            if not stand_ins and not self._now.heirs(receiver.place):
                return True  # who knows what others made to fit
        for heir in (*self._now.heirs(receiver.place), *stand_ins):
            other: Value | None = ClassObject(heir)
            if isinstance(value, Function):
                member = self._now.member(heir, value.definition.name.rpartition(".")[2])
                other = Function(*member, msgspec.structs.replace(receiver, place=heir)) if member else None
            signature = signature_of(self._now, other)
            if signature is None or not misfit(signature.parameters, shape):
                return True
        return False

    def _made(
        self,
        path: str,
        access: Access,
        signatures: tuple[Signature, Signature],
        why: str,
        how: str,
        *,
        fails: bool = True,
    ) -> Misfit:
        now, before = signatures
        file, definition = now.place
        shape = access.shape or CallShape(0)
        return Misfit(
            site=Site(path, *access.span),
            referrer=self._program.index.names[path],
            target=f"{self._program.index.names[file]}.{definition.name}",
            path=file,
            why=why,
            before=signature_text(before.parameters),
            after=signature_text(now.parameters),
            resolved=how,
            context=access.context,
            remedy=remedy(before.parameters, now.parameters, shape) if fails else "",
            fails=fails,
        )


def _holds(program: Program, place: Place, leaf: str) -> Definition | None:
    return program.symbols.definitions(place[0]).get(f"{place[1].name}.{leaf}")

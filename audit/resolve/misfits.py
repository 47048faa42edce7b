"""Calls that fitted a signature at the base and do not fit it now, and members that an instance has lost."""

from __future__ import annotations

import builtins
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

import msgspec

from audit.model.calls import Access, CallShape, LostMember, Misfit, misfit, signature_text
from audit.model.facts import Definition
from audit.model.findings import Site
from audit.resolve.changes import ChangedNames, changed_names
from audit.resolve.classes import Classes
from audit.resolve.counterparts import Counterparts
from audit.resolve.instances import Instances
from audit.resolve.locating import Place
from audit.resolve.program import Program
from audit.resolve.signatures import Signature, signature_of
from audit.resolve.values import Above, ClassObject, Function, Instance, Value

ReadMany = Callable[[Iterable[str]], Iterator[tuple[str, bytes | None]]]
ReadAccesses = Callable[[bytes, frozenset[str]], tuple[Access, ...]]

_BUILTIN_MEMBERS: Final = frozenset(
    name for kind in vars(builtins).values() if isinstance(kind, type) for name in dir(kind)
)

_MIN_WORD: Final = 4
"""A shorter name of a receiver says nothing of its class."""


class Silent(msgspec.Struct, frozen=True):
    """What breaks without a word at import: calls, and reads of members."""

    misfits: tuple[Misfit, ...] = ()
    members: tuple[LostMember, ...] = ()


def silent_breaks(
    program: Program,
    base: Program,
    *,
    renamed: Mapping[str, str],
    read_many: ReadMany,
    read_accesses: ReadAccesses,
) -> Silent:
    """Every such call and read of the tree.

    ``renamed`` maps paths of now to paths of then. ``read_many`` gives the bytes of files: nothing is read when
    nothing changed, and only files that use a changed name are parsed, by ``read_accesses``.
    """
    judge = _Judge(program, base, renamed)
    wanted = {path: names for path in sorted(program.index.names) if (names := judge.wanted_in(path))}
    misfits: list[Misfit] = []
    members: list[LostMember] = []
    for path, content in read_many(wanted) if wanted else ():
        for access in read_accesses(content, wanted[path]) if content is not None else ():
            lost = judge.lost_member(path, access)
            if lost is not None:
                members.append(lost)
            elif access.shape is not None:
                found = judge.misfit(path, access)
                misfits += [found] if found is not None else []
    return Silent(tuple(misfits), tuple(members))


class _Judge:
    def __init__(self, program: Program, base: Program, renamed: Mapping[str, str]) -> None:
        self._program = program
        self._base = base
        self._now = Classes(program)
        self._then = Classes(base)
        self._instances = Instances(program, self._now)
        self._counterparts = Counterparts(program, base, renamed)
        self._changed: ChangedNames = changed_names(self._now, self._then, self._counterparts)
        self._stored: frozenset[str] | None = None
        self._alone: dict[str, Place] | None = None

    def wanted_in(self, path: str) -> frozenset[str]:
        """The changed names that a file uses, by the names that it gives them."""
        changed, facts = self._changed, self._program.facts(path)
        if not path.endswith(".py") or not (changed.called or changed.lost or changed.constructed):
            return frozenset()
        callables = changed.called | changed.constructed
        aliases = {
            each.bound
            for statement in facts.imports
            for each in statement.names
            if each.bound != each.name and each.name.rpartition(".")[2] in callables
        }
        found = (callables | aliases).intersection(facts.called)
        found |= changed.lost.intersection(facts.accessed.split())
        if changed.constructed and not {"__init__", "cls"}.isdisjoint(facts.called):
            own = {each.name.rpartition(".")[2] for each in facts.definitions if each.kind == "class"}
            if not changed.constructed.isdisjoint(own):
                found |= {"__init__", "cls"}
        return frozenset(found)

    def misfit(self, path: str, access: Access) -> Misfit | None:
        """What is wrong with a call that was right at the base."""
        if access.shape is None or self._is_put_in_place(path, access):
            return None
        value = self._instances.value(path, access.term)
        how = "by type" if isinstance(value, Function) and value.receiver is not None else "by name"
        if value is None:
            value, how = self._only_one(access), "the only one of its name"
        now = signature_of(self._now, value)
        why = misfit(now.parameters, access.shape) if now is not None else ""
        if value is None or now is None or not why:
            return None
        before = signature_of(self._then, self._before(value))
        if before is None or misfit(before.parameters, access.shape) or self._fits_an_heir(value, access.shape):
            return None
        return self._made(path, access, (now, before), (why, how))

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

    def _fits_an_heir(self, value: Value, shape: CallShape) -> bool:
        """Whether an object may be of a class that inherits from the one known, and takes the call."""
        receiver = value.receiver if isinstance(value, Function) else value
        if isinstance(receiver, Above):
            return any(len(heir.bases) > 1 for _, heir in self._now.heirs(receiver.place))
        if not isinstance(receiver, Instance | ClassObject) or receiver.exact:
            return False
        for heir in self._now.heirs(receiver.place):
            other: Value | None = ClassObject(heir)
            if isinstance(value, Function):
                member = self._now.member(heir, value.definition.name.rpartition(".")[2])
                other = Function(*member, msgspec.structs.replace(receiver, place=heir)) if member else None
            signature = signature_of(self._now, other)
            if signature is None or not misfit(signature.parameters, shape):
                return True
        return False

    def _only_one(self, access: Access) -> Value | None:
        """The method that alone has its name in both trees, where nothing tells what it is called on."""
        if access.term and "." not in access.term:
            return None
        if self._alone is None:
            self._alone = self._lone_methods()
        found = self._alone.get(access.leaf)
        if found is None:
            return None
        owner = self._program.symbols.definitions(found[0]).get(found[1].name.rpartition(".")[0])
        if owner is None or owner.kind != "class" or not _sounds_like(access.receiver, owner.name):
            return None
        return Function(*found, Instance((found[0], owner), exact=True))

    def _lone_methods(self) -> dict[str, Place]:
        """Methods whose last name nothing else has, now and then; with more than one word, and of no builtin type."""
        counts = [_leaf_counts(program) for program in (self._program, self._base)]
        return {
            leaf: (path, definition)
            for path in self._program.index.names
            for definition in self._program.facts(path).definitions
            if definition.kind == "function"
            and (leaf := definition.name.rpartition(".")[2]) in self._changed.called
            and "." in definition.name
            and "_" in leaf.strip("_")
            and leaf not in _BUILTIN_MEMBERS
            and all(count[leaf] == 1 for count in counts)
        }

    def _is_put_in_place(self, path: str, access: Access) -> bool:
        """Whether the file itself gives one of the attributes on the way to some object."""
        stored = self._program.facts(path).stored.split()
        return not {access.leaf, *re.findall(r"\.(\w+)", access.term)}.isdisjoint(stored)

    def lost_member(self, path: str, access: Access) -> LostMember | None:
        """The member that the class of an object had at the base and has not now."""
        leaf = access.leaf
        if leaf not in self._changed.lost or leaf.startswith("__") or not access.term.endswith(f".{leaf}"):
            return None
        owner = self._instances.value(path, access.term.removesuffix(f".{leaf}"))
        if not isinstance(owner, Instance | ClassObject) or (isinstance(owner, ClassObject) and owner.plain):
            return None
        if self._now.has(owner.place, leaf) != "no" or self._is_put_in_place(path, access):
            return None
        before = self._counterparts.of(owner.place)
        if before is None or before[1].kind != "class" or self._then.has(before, leaf) != "yes":
            return None
        if not owner.exact and self._may_be_of_heir(owner, access):
            return None
        if leaf in self._stored_anywhere():
            return None
        holder = next((place for place in self._then.lineage(before).classes if _holds(self._base, place, leaf)), None)
        if holder is None:
            return None
        return LostMember(
            site=Site(path, *access.span),
            referrer=self._program.index.names[path],
            module=self._base.index.names[holder[0]],
            symbol=f"{holder[1].name}.{leaf}",
            context=access.context,
        )

    def _may_be_of_heir(self, owner: Instance | ClassObject, access: Access) -> bool:
        """Whether some class that inherits from the owner's has the member, and takes the call if it is one."""
        for heir in self._now.heirs(owner.place):
            if self._now.has(heir, access.leaf) == "no":
                continue
            member = self._now.member(heir, access.leaf)
            bound = Function(*member, msgspec.structs.replace(owner, place=heir)) if member is not None else None
            signature = signature_of(self._now, bound)
            if signature is None or access.shape is None or not misfit(signature.parameters, access.shape):
                return True
        return False

    def _stored_anywhere(self) -> frozenset[str]:
        if self._stored is None:
            facts = (self._program.facts(path) for path in self._program.index.names)
            self._stored = frozenset(name for each in facts for name in each.stored.split())
        return self._stored

    def _made(
        self, path: str, access: Access, signatures: tuple[Signature, Signature], words: tuple[str, str]
    ) -> Misfit:
        now, before = signatures
        file, definition = now.place
        return Misfit(
            site=Site(path, *access.span),
            referrer=self._program.index.names[path],
            target=f"{self._program.index.names[file]}.{definition.name}",
            path=file,
            why=words[0],
            before=signature_text(before.parameters),
            after=signature_text(now.parameters),
            resolved=words[1],
            context=access.context,
        )


def _sounds_like(receiver: str, class_name: str) -> bool:
    """Whether what a receiver is called says that it is of a class: ``stats_db`` of ``EvalStatsDB``."""
    word = receiver.replace("_", "").lower().removesuffix("s")
    return len(word) >= _MIN_WORD and word in class_name.rpartition(".")[2].lower()


def _holds(program: Program, place: Place, leaf: str) -> Definition | None:
    return program.symbols.definitions(place[0]).get(f"{place[1].name}.{leaf}")


def _leaf_counts(program: Program) -> Counter[str]:
    return Counter(
        definition.name.rpartition(".")[2]
        for path in program.index.names
        if path.endswith(".py")
        for definition in program.facts(path).definitions
        if definition.kind != "import"
    )

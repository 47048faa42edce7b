"""Which names a migration changed: what tells the few calls and reads that are worth judging from all others."""

from __future__ import annotations

import msgspec

from audit.model.facts import Definition
from audit.resolve.abstract import is_abstract, left_abstract
from audit.resolve.classes import Classes
from audit.resolve.counterparts import Counterparts, is_same
from audit.resolve.locating import Place
from audit.resolve.program import Program


class ChangedNames(msgspec.Struct, frozen=True):
    """Last names, and more of them rather than too few: of callables whose parameters may have changed, of
    members that some class may have lost, of classes whose constructor may have changed with their heirs, of
    what a module had at its top and dropped, or offers to a star no longer, and of members
    that a string may name: keys, and what an enumeration holds."""

    called: frozenset[str]
    lost: frozenset[str]
    constructed: frozenset[str]
    dropped: frozenset[str]
    keys: frozenset[str]


def changed_names(classes: Classes, base_classes: Classes, counterparts: Counterparts) -> ChangedNames:
    """What changed between two programs; only files that differ are looked at."""
    program, base = classes.program, base_classes.program
    called: set[str] = set()
    lost: set[str] = set()
    constructed: set[str] = set()
    dropped: set[str] = set()
    keys: set[str] = set()
    for path in program.index.names:
        old = counterparts.file(path)
        if not path.endswith(".py") or (old is not None and is_same(program, path, base, old)):
            continue
        if old is not None:
            dropped |= _offered(base, old) - _offered(program, path)
        for definition in program.facts(path).definitions:
            if "." not in definition.name or definition.kind == "class":
                before = counterparts.of((path, definition))
                if before is None:
                    continue
                if definition.kind == before[1].kind == "class":
                    if base_classes.declares_keys(before) or base_classes.looks_up_members(before):
                        keys |= _all_members(base_classes, before) - _all_members(classes, (path, definition))
                    _compare(classes, base_classes, (path, definition), before, (called, lost, constructed))
                    if definition.bases != before[1].bases:
                        lost |= _all_members(base_classes, before) - _all_members(classes, (path, definition))
                        called |= _all_members(classes, (path, definition))
                elif _signature(definition) != _signature(before[1]):
                    called.add(definition.name)
    heirs = {each.name.rpartition(".")[2] for _, each in classes.named_heirs(constructed)} if constructed else set()
    return ChangedNames(
        frozenset(called), frozenset(lost), frozenset(constructed | heirs), frozenset(dropped), frozenset(keys)
    )


def _offered(program: Program, path: str) -> set[str]:
    """The names at the top of a module that a star brings."""
    own = {name for name in program.symbols.definitions(path) if "." not in name}
    exports = program.facts(path).exports
    return own if exports is None else own.intersection(exports)


def _compare(
    classes: Classes,
    base_classes: Classes,
    place: Place,
    before: Place,
    found: tuple[set[str], set[str], set[str]],
) -> None:
    called, lost, constructed = found
    own, other = place[1], before[1]
    now, then = dict(classes.own_members(place)), dict(base_classes.own_members(before))
    for leaf in now.keys() | then.keys():
        new, old = now.get(leaf), then.get(leaf)
        if new is None:
            lost.add(leaf)
        if new is not None and old is not None:
            is_other = _signature(new) != _signature(old)
        else:  # what a class defines no more, or had not defined itself, it may inherit
            is_other = bool(own.bases if new is None else other.bases)
        if is_other:
            called.add(leaf)
    made = [_signature(members["__init__"]) if "__init__" in members else None for members in (now, then)]
    is_made_otherwise = made[0] != made[1] or (own.bases, own.decorators) != (other.bases, other.decorators)
    is_left_abstract = not _abstract(now) <= _abstract(then) or (
        own.bases and not then.keys() <= now.keys() and left_abstract(classes, place)
    )
    if is_made_otherwise or is_left_abstract or _fields(now) != _fields(then):
        constructed.add(own.name.rpartition(".")[2])
    called.discard("__init__")


def _all_members(classes: Classes, place: Place) -> set[str]:
    return {leaf for each in classes.lineage(place).classes for leaf, _ in classes.own_members(each)}


def _abstract(members: dict[str, Definition]) -> set[str]:
    return {leaf for leaf, each in members.items() if is_abstract(each)}


def _fields(members: dict[str, Definition]) -> list[tuple[str, str, str]]:
    return [(leaf, each.annotation, each.field) for leaf, each in members.items() if each.field]


def _signature(definition: Definition) -> tuple[object, ...]:
    parameters = tuple((each.name, each.kind, each.required) for each in definition.parameters or ())
    return (definition.kind, parameters, definition.decorators, definition.bindings)

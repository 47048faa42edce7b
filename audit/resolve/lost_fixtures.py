"""Fixtures of pytest that the base had where a test asks for them, and that nothing defines there now."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from functools import cached_property
from typing import Final

from audit.model.calls import Request
from audit.model.facts import Definition
from audit.resolve.classes import Classes, decorator_leaf
from audit.resolve.counterparts import Counterparts
from audit.resolve.fixtures import conftests, is_fixture
from audit.resolve.locating import Place
from audit.resolve.plug_in_fixtures import has_new_plug_in, may_be_of_plug_in
from audit.resolve.program import Program

_NAMED: Final = re.compile(r"\bname\s*=\s*['\"](\w+)['\"]")


class LostFixtures:
    """Finds them in one tree."""

    def __init__(self, classes: Classes, base: Program, counterparts: Counterparts) -> None:
        self._classes = classes
        self._program: Program = classes.program
        self._base = base
        self._counterparts = counterparts

    @cached_property
    def names(self) -> frozenset[str]:
        """Every name of which some file had a fixture at the base and has none now."""
        lost = {name for name, places in self._then.items() if {path for path, _ in places} - self._paths_then(name)}
        if not lost or has_new_plug_in(self._program, self._base):
            return frozenset()
        return frozenset(name for name in lost if not may_be_of_plug_in(name, self._program.distributions))

    def _paths_then(self, name: str) -> set[str]:
        """The files, by their paths of then, that have a fixture now."""
        return {self._counterparts.file(path) or path for path, _ in self._now.get(name, ())}

    @cached_property
    def _now(self) -> dict[str, list[Place]]:
        return _fixtures(self._program)

    @cached_property
    def _then(self) -> dict[str, list[Place]]:
        return _fixtures(self._base)

    def asking(self) -> Iterator[str]:
        """The files that may ask for a lost one."""
        for path in sorted(self._program.index.names) if self.names else ():
            facts = self._program.facts(path)
            if path.endswith(".py") and (
                not {"usefixtures", "getfixturevalue", "getfuncargvalue"}.isdisjoint(facts.called)
                or any(
                    parameter.name in self.names for each in facts.definitions for parameter in each.parameters or ()
                )
            ):
                yield path

    def lost(self, path: str, request: Request) -> Place | None:
        """The fixture of the base that a file asks for, if it had one then and has none now."""
        if request.owner and self._may_be_of_unittest(path, request.owner):
            return None
        old = self._counterparts.file(path) or path
        before = self._seen(self._base, self._then, old, request.name)
        is_lost = before is not None and self._seen(self._program, self._now, path, request.name) is None
        return before if is_lost else None

    def _may_be_of_unittest(self, path: str, owner: str) -> bool:
        """Whether a class may inherit from what runs its tests without giving them anything."""
        definition = self._program.symbols.definitions(path).get(owner)
        if definition is None or definition.kind != "class":
            return True
        outside = self._classes.lineage((path, definition)).outside
        return any("TestCase" in name.rpartition(".")[2] for name in outside)

    def _seen(self, program: Program, fixtures: dict[str, list[Place]], path: str, name: str) -> Place | None:
        """The fixture that a file sees: its own, of a conftest.py above, imported by either, or of a plug-in."""
        places = fixtures.get(name, [])
        for file in (path, *conftests(path)):
            if file not in program.index.names:
                continue
            own = next((place for place in places if place[0] == file), None)
            if own is not None:
                return own
            if program.symbols.offers(file, name) != "no":
                imported = program.symbols.definitions(file).get(name)
                return places[0] if places else (file, imported) if imported is not None else None
        others = [place for place in places if "." in place[1].name or _is_plug_in(place[0])]
        return others[0] if others else None


def _is_plug_in(path: str) -> bool:
    """Whether a file may hold fixtures for others without being a conftest.py: it is none, and no module of tests."""
    name = posixpath.basename(path)
    return name != "conftest.py" and not name.startswith("test_") and not name.endswith("_test.py")


def _fixtures(program: Program) -> dict[str, list[Place]]:
    """The fixtures of a tree by the names under which tests ask for them."""
    found: dict[str, list[Place]] = {}
    for path in program.index.names:
        for definition in program.facts(path).definitions:
            if definition.decorators and definition.kind == "function" and is_fixture(definition):
                found.setdefault(_name(definition), []).append((path, definition))
    return found


def _name(definition: Definition) -> str:
    named = [_NAMED.search(text) for text in definition.decorators if decorator_leaf(text) == "fixture"]
    return next((each[1] for each in named if each is not None), definition.name.rpartition(".")[2])

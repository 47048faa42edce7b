"""Members of classes that a dotted name spells, ``pkg.Store.open``: the class may be passed on from where it lies."""

from __future__ import annotations

from audit.resolve.classes import Classes
from audit.resolve.locating import Place, inherited, locate
from audit.resolve.program import Program


class NamedMembers:
    """Tells for one tree which members its base had."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._base = program.base
        self._classes = Classes(program)

    def lost(self, where: str, owner: str, member: str) -> tuple[str, str] | None:
        """The module and the symbol of a member that a class of both trees had at the base, itself or from a class
        above it, and that no class of this tree has any more; ``where`` is the file that names the class ``owner``."""
        before = locate(self._base, f"{owner}.{member}", where) if self._base is not None else None
        if self._base is None or before is None or before[1].name.rpartition(".")[2] != member:
            return None
        now, then = (self._class(each, owner, where) for each in (self._program, self._base))
        if now is None or then is None or self._has(now, member) or self._defined_anywhere(member):
            return None
        module = owner.rpartition(".")[0]
        is_there = any(before[0] in node.files for node in self._base.absolute(where, module).nodes)
        return module if is_there else self._base.index.names[before[0]], before[1].name

    def _class(self, program: Program, dotted: str, where: str) -> Place | None:
        found = locate(program, dotted, where)
        return found if found is not None and found[1].kind == "class" else None

    def _has(self, owner: Place, member: str) -> bool:
        """Whether a class has a member, or may take in any."""
        lineage = self._classes.lineage(owner).classes
        is_open = any(each.name in self._program.facts(path).open_classes for path, each in lineage)
        return is_open or inherited(self._program, *owner, member) is not None

    def _defined_anywhere(self, member: str) -> bool:
        ending = f".{member}"
        return any(
            definition.name.endswith(ending)
            for path in self._program.index.names
            for definition in self._program.facts(path).definitions
        )

"""Where the base holds what a tree defines: in the same file, in the file it was renamed from, or moved."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from audit.resolve.locating import Place
from audit.resolve.program import Program


class Counterparts:
    """Finds for a definition the one that it was at the base. ``renamed`` maps paths of now to paths of then."""

    def __init__(self, program: Program, base: Program, renamed: Mapping[str, str]) -> None:
        self.program = program
        self.base = base
        self._renamed = renamed
        self._lost: dict[str, list[Place]] | None = None

    def file(self, path: str) -> str | None:
        """The path that a file had at the base."""
        if path in self.base.index.names:
            return path
        old = self._renamed.get(path)
        if old in self.base.index.names:
            return old
        # a tree that moved into another source root keeps the names of its modules
        same = self.base.index.paths_of.get(self.program.index.names.get(path, ""), [])
        return same[0] if len(same) == 1 and same[0] not in self.program.index.names else None

    def of(self, place: Place) -> Place | None:
        """What a definition was at the base; None when it is new, or when two might be meant."""
        path, definition = place
        old = self.file(path)
        if old is not None:
            found = self.base.symbols.definitions(old).get(definition.name)
            if found is not None:
                return (old, found) if found.kind != "import" else None
        top, dot, rest = definition.name.partition(".")
        homes = self._lost_names().get(top, [])
        if len(homes) != 1 or homes[0][1].kind != self._kind(path, top):
            return None
        member = self.base.symbols.definitions(homes[0][0]).get(f"{homes[0][1].name}{dot}{rest}")
        return (homes[0][0], member) if member is not None else None

    def _kind(self, path: str, name: str) -> str:
        return self.program.symbols.definitions(path)[name].kind

    def _lost_names(self) -> dict[str, list[Place]]:
        if self._lost is None:
            renames = {old: new for new, old in self._renamed.items()}
            self._lost = lost_definitions(self.program, self.base, renames)
        return self._lost


def lost_definitions(program: Program, base: Program, renames: Mapping[str, str]) -> dict[str, list[Place]]:
    """Functions and classes at the top of modules of the base that the same files define no more, by name; ``renames``
    are old paths -> new paths."""
    lost: dict[str, list[Place]] = defaultdict(list)
    for path in base.index.names:
        place = renames.get(path, path)
        stands = place in program.index.names
        if stands and is_same(program, place, base, path):
            continue
        now = program.symbols.definitions(place) if stands else {}
        for definition in base.facts(path).definitions:
            if definition.kind in ("function", "class") and "." not in definition.name:
                stays = now.get(definition.name)
                if stays is None or stays.kind == "import":
                    lost[definition.name].append((path, definition))
    return lost


def is_same(program: Program, path: str, other: Program, old: str) -> bool:
    """Whether a file says what one of another tree says, word for word."""
    if path in program.content_ids and old in other.content_ids:
        return program.content_ids[path] == other.content_ids[old]
    return program.facts(path) is other.facts(old)

"""Reads paths as the author of a document wrote them: below the repository's own folder, or by a file name alone."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from typing import Final

import msgspec

from audit.model.claims import Statement
from audit.model.codebase import Codebase
from audit.model.predicates import Absent, AnyPredicate, Cited, Count, Exists, Lacks, Pytest, Size, Uses
from audit.model.reach import named_paths
from audit.verification.fit_paths import is_folder

_FEWEST: Final = 2
"""Fewest files below an unknown folder that show it to be the repository itself."""


class WrittenPaths(msgspec.Struct, frozen=True):
    """``around`` are the names of the repository's own folder; ``known`` holds, by file name, the only path of the
    tree that the document itself spells out."""

    around: Set[str]
    known: Mapping[str, str]

    def rewritten(self, predicate: AnyPredicate) -> AnyPredicate:
        """The predicate with its paths as they stand in the tree."""
        replace = msgspec.structs.replace
        match predicate:
            case Absent(names=names):
                return replace(predicate, names=tuple(map(self._inside, names)))
            case Exists(names=names):
                return Exists(names=tuple(map(self.path, names)))
            case Pytest(nodes=nodes):
                return replace(predicate, nodes=tuple(map(self.path, nodes)))
            case Cited(path=path) | Lacks(path=path) | Size(path=path) | Uses(path=path):
                return replace(predicate, path=self.path(path))
            case Count(files=files, tests=tests):
                return replace(predicate, files=self._inside(files), tests=self.path(tests))
            case _:
                return predicate

    def path(self, name: str) -> str:
        """A path, without the repository's own folder, and whole where only its file name was written."""
        name = self._inside(name)
        return self.known.get(name, name)

    def _inside(self, name: str) -> str:
        first, slash, rest = name.partition("/")
        return rest if slash and rest and first in self.around else name


def written_paths(statements: Sequence[Statement], codebase: Codebase) -> WrittenPaths:
    """How the statements of one document write paths."""
    paths = codebase.paths()
    there = set(paths)
    named = {name for each in statements for predicate in each.predicates for name in _paths_of(predicate)}
    outside = Counter(name.partition("/")[0] for name in named if "/" in name)
    around = {
        first
        for first, number in outside.items()
        if first
        and not is_folder(first, paths)
        and _mostly(there, [name.partition("/")[2] for name in named if name.startswith(f"{first}/")], number)
    }
    spelt: dict[str, set[str]] = defaultdict(set)
    for name in named:
        first, _, rest = name.partition("/")
        path = rest if first in around else name
        if path in there and "/" in path:
            spelt[path.rpartition("/")[2]].add(path)
    return WrittenPaths(
        around=around,
        known={
            name: found.pop()
            for name, found in spelt.items()
            if len(found) == 1 and name not in there and codebase.retired(name) is None
        },
    )


def _mostly(there: Set[str], inside: Iterable[str], number: int) -> bool:
    found = sum(path in there for path in inside)
    return found >= _FEWEST and 2 * found >= number


def _paths_of(predicate: AnyPredicate) -> tuple[str, ...]:
    return (predicate.tests,) if isinstance(predicate, Count) and predicate.tests else named_paths(predicate)

"""Methods that are known by their name alone, where nothing tells what they are called on."""

from __future__ import annotations

import builtins
from collections import Counter
from collections.abc import Collection
from typing import Final

from audit.model.calls import Access
from audit.resolve.locating import Place
from audit.resolve.program import Program
from audit.resolve.values import Function, Instance

_BUILTIN_MEMBERS: Final = frozenset(
    name for kind in vars(builtins).values() if isinstance(kind, type) for name in dir(kind)
)
_MIN_WORD: Final = 4
"""A shorter name of a receiver says nothing of its class."""


class LoneMethods:
    """The methods among ``names`` that alone have their last name, in a tree and in its base.

    Others may well have a method of that name, so the receiver must sound like the class besides.
    """

    def __init__(self, program: Program, base: Program, names: Collection[str]) -> None:
        self._program = program
        self._base = base
        self._names = names
        self._found: dict[str, Place] | None = None

    def called_by(self, access: Access) -> Function | None:
        """The method that a call of unknown receiver must mean, as it is reached through its class."""
        if access.term and "." not in access.term:
            return None
        if self._found is None:
            self._found = self._find()
        found = self._found.get(access.leaf)
        if found is None:
            return None
        owner = self._program.symbols.definitions(found[0]).get(found[1].name.rpartition(".")[0])
        if owner is None or owner.kind != "class" or not sounds_like(access.receiver, owner.name):
            return None
        return Function(*found, Instance((found[0], owner), exact=True))

    def _find(self) -> dict[str, Place]:
        counts = [leaf_counts(program, self._names) for program in (self._program, self._base)]
        return {
            leaf: (path, definition)
            for path in self._program.index.names
            for definition in self._program.facts(path).definitions
            if definition.kind == "function"
            and (leaf := definition.name.rpartition(".")[2]) in self._names
            and "." in definition.name
            and is_telling(leaf)
            and all(count[leaf] == 1 for count in counts)
        }


def is_telling(leaf: str) -> bool:
    """Whether a name is so much its own that hardly anybody else has it: of several words, or meant to be private, and
    no builtin's."""
    is_private = leaf.startswith("_") and not leaf.startswith("__") and len(leaf) > _MIN_WORD + 1
    return ("_" in leaf.strip("_") or is_private) and leaf not in _BUILTIN_MEMBERS


def sounds_like(receiver: str, class_name: str) -> bool:
    """Whether what a receiver is called says that it is of a class: ``stats_db`` of ``EvalStatsDB``."""
    word = receiver.replace("_", "").lower().removesuffix("s")
    return len(word) >= _MIN_WORD and word in class_name.rpartition(".")[2].lower()


def leaf_counts(program: Program, names: Collection[str]) -> Counter[str]:
    """How often a tree defines each of some names, whatever of."""
    return Counter(
        leaf
        for path in program.index.names
        if path.endswith(".py")
        for definition in program.facts(path).definitions
        if (leaf := definition.name.rpartition(".")[2]) in names and definition.kind != "import"
    )

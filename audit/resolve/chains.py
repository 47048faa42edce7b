"""Follows a chain of names below a module, through submodules, re-exports and classes, to where it ends.

Only what is certain is followed: a name that one statement alone binds. The rest of the chain is then
anybody's guess and proves nothing.
"""

from __future__ import annotations

import ast
from typing import Final

from audit.model.facts import Definition, Import
from audit.resolve.expressions import expression
from audit.resolve.index import Node
from audit.resolve.program import Program

Missing = tuple[str, str]
"""The module, and the symbol that it lacks: dotted for a member of a class."""

_MAX_STEPS: Final = 24
_TRANSPARENT_DECORATORS: Final = frozenset(
    {"dataclass", "dataclasses.dataclass", "final", "typing.final", "total_ordering", "functools.total_ordering"}
    | {"runtime_checkable", "typing.runtime_checkable", "unique", "enum.unique", "deprecated"}
)
_ENUM_MEMBERS: Final = frozenset({"name", "value", "auto", "mro"})
_CLOSED_BASES: Final[dict[str, frozenset[str]]] = {
    **{f"enum.{name}": _ENUM_MEMBERS | {*dir(int), *dir(str)} for name in ("Enum", "IntEnum", "StrEnum", "Flag")},
    **{f"typing.{name}": frozenset() for name in ("Generic", "Protocol")},
    "abc.ABC": frozenset({"register"}),
    "typing.NamedTuple": frozenset({"count", "index", "_asdict", "_replace", "_make", "_fields", "_field_defaults"}),
    "object": frozenset(),
    **{name: frozenset(dir(Exception)) for name in ("Exception", "ValueError", "RuntimeError", "TypeError")},
}
"""Bases outside of the tree whose members are known."""


class ChainWalker:
    """Finds where chains of names lead nowhere in one program."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self._asking: set[tuple[str, str]] = set()

    def missing(self, dotted: str, nodes: tuple[Node, ...], chain: tuple[str, ...]) -> Missing | None:
        """Where the chain below a module leads nowhere, or None. A name that only a re-export in between
        lacks is left out: the re-export itself is the place to tell. Of a module and a package of one name, either
        may be meant: what one of them has is not missing."""
        if len(nodes) > 1 and any(node.kind == "module" for node in nodes):
            each = [self.missing(dotted, (node,), chain) for node in nodes]
            return None if None in each else each[0]
        program, followed = self.program, False
        for _ in range(_MAX_STEPS):
            if not chain or not nodes:
                return None
            name = chain[0]
            below = self.child(nodes, name)
            if below:
                nodes, dotted, chain, followed = below, f"{dotted}.{name}".lstrip("."), chain[1:], False
                continue
            if all(node.kind == "namespace" for node in nodes):
                is_lost = not followed and program.has_lost("", f"{dotted}.{name}")
                return (dotted, name) if is_lost else None
            answer = program.symbols.defines(nodes, name)
            if answer != "yes":
                # a package may make up any attribute, but no module
                unknown = answer == "unknown" and not program.has_lost("", f"{dotted}.{name}")
                told = followed or unknown or program.made.holds(f"{dotted}.{name}")
                return None if told else (dotted, name)
            found = self._only(nodes, name) if len(chain) > 1 else None
            if found is None:
                return None
            path, definition = found
            if definition.kind == "class":
                return self._missing_member(dotted, path, chain)
            origin = self._origin(path, name) if definition.kind == "import" else None
            if origin is None:
                return None
            dotted, nodes, head = origin
            chain, followed = (*head, *chain[1:]), bool(head)
        return None

    def child(self, nodes: tuple[Node, ...], name: str) -> tuple[Node, ...]:
        """The submodule that a name below some portions of a package means, unless they define it."""
        program = self.program
        symbols = program.symbols
        if any(
            name in symbols.definitions(file) and not symbols.only_from_itself(file, name)
            for node in nodes
            for file in node.files
        ):
            return ()
        found = tuple(
            child
            for node in nodes
            if node.kind in ("package", "namespace") and (child := program.index.node(node.stem, (name,))) is not None
        )
        files = (file for node in nodes for file in node.files) if found else ()
        return () if any(self._hides(file, name, found) for file in files) else found

    def _hides(self, path: str, name: str, module: tuple[Node, ...]) -> bool:
        """Whether a star in the file of a package brings something of the name that is not the module below it."""
        imports = self.program.facts(path).imports
        stars = [each for each in imports if each.at_module_scope and each.names[0].name == "*"]
        if not stars or (path, name) in self._asking:
            return False
        self._asking.add((path, name))
        try:
            return self.program.lookups.once(
                self.program.hidden,
                (path, name),
                lambda: any(self._brings_another(path, each, name, module) for each in stars),
            )
        finally:
            self._asking.remove((path, name))

    def _brings_another(self, path: str, star: Import, name: str, module: tuple[Node, ...]) -> bool:
        target = self.program.import_target(path, star)
        nodes = target.nodes if target is not None else None
        if not nodes or any(path in node.files for node in nodes):
            return False
        if self.program.symbols.star_offers(nodes, name) != "yes":
            return False
        found = self.program.symbols.find(nodes, name)
        if found is None:
            return self.child(nodes, name) != module
        origin = self._origin(found[0], name) if found[1].kind == "import" else None
        if origin is None:
            return True
        _, held, head = origin
        return (self.child(held, head[0]) if head else held) != module

    def _only(self, nodes: tuple[Node, ...], name: str) -> tuple[str, Definition] | None:
        """The one file and statement that binds a name, if there is but one."""
        found = [
            (file, self.program.symbols.definitions(file)[name])
            for node in nodes
            for file in node.files
            if name in self.program.symbols.definitions(file)
        ]
        return found[0] if len(found) == 1 and found[0][1].bindings == 1 else None

    def _origin(self, path: str, bound: str) -> tuple[str, tuple[Node, ...], tuple[str, ...]] | None:
        """The module that an import at the top of a file takes a name from, and the name there (or none)."""
        for statement in self.program.facts(path).imports:
            if not statement.at_module_scope or statement.context != "eager":
                continue
            for name in statement.names:
                if name.bound != bound:
                    continue
                if statement.is_from:
                    target = self.program.import_target(path, statement)
                    if target is None or target.nodes is None or target.weak:
                        return None
                    return target.dotted, target.nodes, (name.name,)
                module = name.name if name.bound != name.name.partition(".")[0] else name.bound
                found = self.program.absolute(path, module)
                if found.status != "found" or found.weak:
                    return None
                return found.dotted, found.nodes, ()
        return None

    def _missing_member(self, dotted: str, path: str, chain: tuple[str, ...]) -> Missing | None:
        """The member of a class that the base held and the class, closed as it is, lacks now."""
        base = self.program.base
        owner, member = chain[0], chain[1]
        if base is None or member.startswith("__"):
            return None
        if self._has(path, owner, member, set()) != "no":
            return None
        before = base.absolute(path, dotted)
        if before.status != "found":
            return None
        found = base.symbols.find(before.nodes, owner)
        if found is None or ChainWalker(base)._has(found[0], owner, member, set()) != "yes":
            return None
        return dotted, f"{owner}.{member}"

    def _has(self, path: str, owner: str, member: str, seen: set[tuple[str, str]]) -> str:
        """Whether a class has a member, itself or by inheritance: yes, no or unknown."""
        definitions = self.program.symbols.definitions(path)
        definition = definitions.get(owner)
        if f"{owner}.{member}" in definitions:
            return "yes"
        if definition is None or definition.kind != "class" or definition.bindings != 1 or (path, owner) in seen:
            return "unknown"
        seen.add((path, owner))
        is_open = owner in self.program.facts(path).open_classes or self.program.index.is_stub_of_compiled(path)
        if is_open or not _is_transparent(definition):
            return "unknown"
        answers = {self._base_has(path, _without_arguments(text), member, seen) for text in definition.bases}
        return "yes" if "yes" in answers else "unknown" if "unknown" in answers else "no"

    def _base_has(self, path: str, text: str, member: str, seen: set[tuple[str, str]]) -> str:
        if text in self.program.symbols.definitions(path):
            local = self.program.symbols.definitions(path)[text]
            if local.kind == "class":
                return self._has(path, text, member, seen)
        first, _, rest = text.partition(".")
        for statement in self.program.facts(path).imports:
            for name in statement.names:
                if name.bound == first and statement.at_module_scope:
                    known = _CLOSED_BASES.get(_spelled(statement, name.name, rest))
                    if known is not None:
                        return "yes" if member in known else "no"
                    return self._foreign_or_ours(path, first, rest, member, seen)
        known = _CLOSED_BASES.get(text)
        return "unknown" if known is None else "yes" if member in known else "no"

    def _foreign_or_ours(self, path: str, first: str, rest: str, member: str, seen: set[tuple[str, str]]) -> str:
        origin = self._origin(path, first)
        if origin is None:
            return "unknown"
        _, nodes, head = origin
        names = (*head, *(rest.split(".") if rest else ()))
        for _ in range(_MAX_STEPS):
            if len(names) > 1 and (below := self.child(nodes, names[0])):
                nodes, names = below, names[1:]
                continue
            found = self._only(nodes, names[0]) if len(names) == 1 else None
            if found is None:
                return "unknown"
            if found[1].kind == "class":
                return self._has(found[0], names[0], member, seen)
            following = self._origin(found[0], names[0]) if found[1].kind == "import" else None
            if following is None or not following[2]:
                return "unknown"
            _, nodes, names = following
        return "unknown"


def _is_transparent(definition: Definition) -> bool:
    """Whether no decorator can have replaced the class or added members to it."""
    return all(text.partition("(")[0] in _TRANSPARENT_DECORATORS for text in definition.decorators)


def _without_arguments(base: str) -> str:
    """``Generic[T]`` -> ``Generic``; what is no dotted name stays as it is and is not known."""
    node = expression(base)
    return ast.unparse(node.value) if isinstance(node, ast.Subscript) else base


def _spelled(statement: Import, name: str, rest: str) -> str:
    parts = (statement.module, name, rest) if statement.is_from else (name, rest)
    return ".".join(part for part in parts if part)

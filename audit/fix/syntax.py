"""One Python file parsed with positions and scopes: its import statements, and who uses what they bind."""

from __future__ import annotations

import io
import tokenize
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Final

import libcst as cst
import msgspec
from libcst.helpers import get_full_name_for_node
from libcst.metadata import (
    Access,
    Assignment,
    BaseAssignment,
    ImportAssignment,
    MetadataWrapper,
    PositionProvider,
    Scope,
    ScopeProvider,
)

from audit.fix.text import CannotFixError, Lines
from audit.model.nesting import nests_deeply
from audit.model.regex import regex

_TYPE_COMMENT: Final = regex(r"#\s*type:(?!\s*ignore\b)")
Statement = cst.Import | cst.ImportFrom


class Imported(msgspec.Struct, frozen=True):
    """One import statement: its place, and its aliases, none for a star import."""

    node: Statement
    start: int
    end: int
    aliases: tuple[cst.ImportAlias, ...]

    @property
    def module(self) -> str:
        """The module part of a from-import as written, without leading dots; empty for a plain import."""
        named = self.node.module if isinstance(self.node, cst.ImportFrom) else None
        return dotted(named) if named is not None else ""

    @property
    def level(self) -> int:
        """How many leading dots a from-import has."""
        return len(self.node.relative) if isinstance(self.node, cst.ImportFrom) else 0


class Syntax:
    """A parsed file. Positions are offsets in its text.

    Raises:
        CannotFixError: the file does not parse.
    """

    def __init__(self, text: str) -> None:
        self.lines = Lines(text)
        if nests_deeply(text):
            raise CannotFixError("it is nested too deeply")
        try:
            self._wrapper = MetadataWrapper(cst.parse_module(text), unsafe_skip_copy=True)
            self._positions = self._wrapper.resolve(PositionProvider)
        except cst.ParserSyntaxError as error:
            raise CannotFixError(f"it does not parse: line {error.raw_line}") from None
        except (RecursionError, KeyError):  # libcst looks for the end of what it gave up on
            raise CannotFixError("it is nested too deeply") from None
        found = _Nodes()
        self._wrapper.module.visit(found)
        self._parents = found.parents
        self.declared_outer = frozenset(found.outer)
        self.exported = tuple(entry for node in found.assignments for entry in _exported(node))
        self.imports = tuple(self._imported(node) for node in found.imports)

    @cached_property
    def _scopes(self) -> Mapping[cst.CSTNode, Scope | None]:
        """The scope of each node; to find them costs more than all the rest, and many a fix needs none."""
        return self._wrapper.resolve(ScopeProvider)

    @cached_property
    def scopes(self) -> tuple[Scope, ...]:
        """Every scope of the file."""
        return tuple({id(scope): scope for scope in self._scopes.values() if scope is not None}.values())

    @property
    def text(self) -> str:
        """The text that was parsed."""
        return self.lines.text

    def span(self, node: cst.CSTNode) -> tuple[int, int]:
        """The offsets of a node."""
        place = self._positions[node]
        return (
            self.lines.offset(place.start.line, place.start.column + 1),
            self.lines.offset(place.end.line, place.end.column + 1),
        )

    def source(self, node: cst.CSTNode) -> str:
        """The text of a node."""
        start, end = self.span(node)
        return self.text[start:end]

    def parent(self, node: cst.CSTNode) -> cst.CSTNode | None:
        """The node that holds a node."""
        return self._parents.get(node)

    def scope(self, node: cst.CSTNode) -> Scope | None:
        """The scope in which a node stands."""
        return self._scopes.get(node)

    def _imported(self, node: Statement) -> Imported:
        names: Sequence[cst.ImportAlias] = () if isinstance(node.names, cst.ImportStar) else node.names
        return Imported(node, *self.span(node), tuple(names))

    def import_at(self, offset: int) -> Imported | None:
        """The import statement that starts at an offset, or that holds the alias which does."""
        for found in self.imports:
            if found.start == offset:
                return found
            if found.start < offset < found.end and any(self.span(alias)[0] == offset for alias in found.aliases):
                return found
        return None

    def has_own_line(self, found: Imported) -> bool:
        """Whether no other statement shares the line of an import."""
        line = self.parent(found.node)
        return isinstance(line, cst.SimpleStatementLine) and len(line.body) == 1

    def assignments(self, node: Statement, name: str) -> list[ImportAssignment]:
        """The bindings of ``name`` that a statement makes: its own scope's, or one declared global there."""
        return [
            found
            for scope in self.scopes
            for found in _of_name(scope, name)
            if isinstance(found, ImportAssignment) and found.node is node
        ]

    def bindings(self, name: str) -> Iterator[BaseAssignment]:
        """Every binding of a name in any scope of the file."""
        for scope in self.scopes:
            yield from _of_name(scope, name)

    @cached_property
    def unbound_uses(self) -> set[str]:
        """The first parts of names that are used and that no scope of the file binds."""
        return {
            dotted(access.node).partition(".")[0]
            for scope in self.scopes
            for access in scope.accesses
            if not any(isinstance(found, Assignment | ImportAssignment) for found in access.referents)
        }

    @cached_property
    def type_comments(self) -> tuple[tuple[int, int], ...]:
        """The places of comments that declare types, ``# type: list[Store]``; not of those that say what to ignore."""
        if _TYPE_COMMENT.search(self.text) is None:
            return ()
        tokens = tokenize.generate_tokens(io.StringIO(self.text, newline="").readline)
        starts = (
            (self.lines.offset(token.start[0], token.start[1] + 1), token.string)
            for token in tokens
            if token.type == tokenize.COMMENT and _TYPE_COMMENT.match(token.string) is not None
        )
        return tuple((start, start + len(comment)) for start, comment in starts)

    def chain(self, node: cst.CSTNode) -> list[cst.Name]:
        """The parts of the longest dotted access that starts with a name or with a shorter access."""
        while isinstance(above := self.parent(node), cst.Attribute) and above.value is node:
            node = above
        return parts_of(node)


class _Nodes(cst.CSTVisitor):
    """Notes, in one pass, the parent of every node and the statements that matter here."""

    def __init__(self) -> None:
        self.parents: dict[cst.CSTNode, cst.CSTNode] = {}
        self.imports: list[Statement] = []
        self.assignments: list[cst.CSTNode] = []
        self.outer: list[str] = []
        self._above: list[cst.CSTNode] = []

    def on_visit(self, node: cst.CSTNode) -> bool:
        if self._above:
            self.parents[node] = self._above[-1]
        self._above.append(node)
        if isinstance(node, Statement):
            self.imports.append(node)
        elif isinstance(node, cst.Assign | cst.AnnAssign | cst.AugAssign):
            self.assignments.append(node)
        elif isinstance(node, cst.NameItem):
            self.outer.append(node.name.value)
        return True

    def on_leave(self, original_node: cst.CSTNode) -> None:  # noqa: ARG002  # the name is the base class's
        self._above.pop()


def _exported(node: cst.CSTNode) -> Iterator[cst.SimpleString]:
    """The entries that a statement gives to ``__all__``."""
    match node:
        case cst.Assign(targets=targets, value=value):
            named = [target.target for target in targets]
        case cst.AnnAssign(target=target, value=value) | cst.AugAssign(target=target, value=value):
            named = [target]
        case _:
            return
    if isinstance(value, cst.List | cst.Tuple | cst.Set) and any(dotted(each) == "__all__" for each in named):
        yield from (each.value for each in value.elements if isinstance(each.value, cst.SimpleString))


def dotted(node: cst.CSTNode) -> str:
    """A name or attribute chain as dotted text; empty for anything else."""
    return get_full_name_for_node(node) or "" if isinstance(node, cst.Name | cst.Attribute) else ""


def parts_of(node: cst.CSTNode) -> list[cst.Name]:
    """The names of a dotted access, first one first; empty when something else than a name comes first."""
    parts: list[cst.Name] = []
    while isinstance(node, cst.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, cst.Name):
        return []
    return [node, *reversed(parts)]


def bound_name(alias: cst.ImportAlias) -> str:
    """The name that an alias binds; for ``import a.b`` the whole ``a.b``, as scopes know it."""
    if alias.asname is not None and isinstance(alias.asname.name, cst.Name):
        return alias.asname.name.value
    return dotted(alias.name)


def accesses_of(assignments: Iterable[BaseAssignment]) -> list[Access]:
    """Every use of these bindings, each once."""
    found: dict[int, Access] = {}
    for assignment in assignments:
        for access in assignment.references:
            found[id(access)] = access
    return list(found.values())


def _of_name(scope: Scope, name: str) -> list[BaseAssignment]:
    return [found for found in scope.assignments[name] if found.scope is scope] if name in scope.assignments else []

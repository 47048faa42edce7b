"""Calls that fitted a signature at the base and do not fit it now."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator

from audit.model.calls import Misfit, misfit, signature_text
from audit.model.facts import Definition, Parameter
from audit.model.findings import Site
from audit.resolve.callees import Call, CallReader
from audit.resolve.locating import class_named, inherited, locate
from audit.resolve.program import Program
from audit.resolve.signatures import Changed, changed_signatures, is_class_method, is_static

ReadMany = Callable[[Iterable[str]], Iterator[tuple[str, bytes | None]]]


def misfits(program: Program, base: Program, read_many: ReadMany) -> Iterator[Misfit]:
    """Every such call of the tree. ``read_many`` gives the bytes of files; nothing is read when no signature
    changed, and only files that name a changed callable are parsed."""
    changed = changed_signatures(program, base)
    if not changed:
        return
    finder = _Finder(program, changed)
    paths = [path for path in sorted(program.index.names) if path.endswith(".py") and finder.may_call(path)]
    for path, content in read_many(paths):
        if content is not None:
            yield from finder.in_file(path, content)


class _Finder:
    def __init__(self, program: Program, changed: dict[tuple[str, str], Changed]) -> None:
        self._program = program
        self._changed = changed
        leaves = {name.rpartition(".")[2] for _, name in changed}
        # a constructor is called by its class's name
        classes = {name.split(".")[-2] for _, name in changed if name.endswith(".__init__")}
        self._wanted = frozenset(leaves | _with_subclasses(program, classes))
        self._unique = {each.name.rpartition(".")[2]: each for each in changed.values() if each.unique}

    def may_call(self, path: str) -> bool:
        """Whether a file calls anything by a wanted name, the local names of renamed imports included."""
        return not (self._wanted | self._constructed_as(path)).isdisjoint(self._program.facts(path).called)

    def in_file(self, path: str, content: bytes) -> Iterator[Misfit]:
        """The misfits of one file."""
        try:
            tree = ast.parse(content)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return
        for call in CallReader(self._wanted | self._constructed_as(path)).calls(tree):
            found = self._callee(path, call)
            if found is None:
                continue
            changed, drops_first, resolved = found
            before, after = changed.before, changed.after
            if drops_first:
                before, after = before[1:], after[1:]
            why = misfit(after, call.shape)
            if why and not misfit(before, call.shape):
                yield self._made(path, call, changed, (why, resolved), (before, after))

    def _constructed_as(self, path: str) -> frozenset[str]:
        """Local names of classes whose constructor changed, where an import renames them."""
        return frozenset(
            name.bound
            for statement in self._program.facts(path).imports
            for name in statement.names
            if name.bound != name.name and name.name.rpartition(".")[2] in self._wanted
        )

    def _callee(self, path: str, call: Call) -> tuple[Changed, bool, str] | None:
        """The changed callable that is called, whether its first parameter is given for the caller, and how known."""
        receiver = call.receiver
        if receiver.owner:
            owner = class_named(self._program, path, receiver.owner)
            if owner is not None:
                member = inherited(self._program, *owner, receiver.leaf)
                return self._changed_one(member, instance=True, resolved="by type") if member else None
            if not self._is_ours(path, receiver.owner):
                return None
        elif receiver.dotted:
            return self._by_name(path, receiver.dotted)
        only = self._unique.get(receiver.leaf)
        return (only, only.bound, "the only one of its name") if only is not None else None

    def _is_ours(self, path: str, made_by: str) -> bool:
        """Whether what makes a receiver is a callable of the tree, such as a factory: its type is unknown."""
        first = made_by.partition(".")[0]
        if first in self._program.symbols.definitions(path):
            definition = self._program.symbols.definitions(path)[first]
            if definition.kind != "import":
                return True
        return self._program.symbols.origin(path, first) is not None

    def _by_name(self, path: str, dotted: str) -> tuple[Changed, bool, str] | None:
        first, _, rest = dotted.partition(".")
        program = self._program
        local = program.symbols.definitions(path).get(dotted)
        if local is not None and local.kind in ("function", "class"):
            place: tuple[str, Definition] | None = (path, local)
        else:
            origin = program.symbols.origin(path, first) or self._imported(path, first)
            place = locate(program, f"{origin}.{rest}" if rest else origin, path) if origin else None
        if place is None:
            return None
        if place[1].kind == "class":
            member = inherited(program, *place, "__init__")
            return self._changed_one(member, instance=True, resolved="by name") if member else None
        return self._changed_one(place, instance=False, resolved="by name")

    def _imported(self, path: str, bound: str) -> str | None:
        """The module that a plain ``import`` binds a name to."""
        for statement in self._program.facts(path).imports:
            for name in statement.names:
                if name.bound == bound and not statement.is_from:
                    return bound if bound == name.name.partition(".")[0] else name.name
                if name.bound == bound and statement.is_from:
                    target = self._program.import_target(path, statement)
                    return f"{target.dotted}.{name.name}" if target is not None else None
        return None

    def _changed_one(
        self, place: tuple[str, Definition], *, instance: bool, resolved: str
    ) -> tuple[Changed, bool, str] | None:
        path, definition = place
        changed = self._changed.get((path, definition.name))
        if changed is None:
            return None
        is_method = "." in definition.name
        drops = is_method and not is_static(definition) and (instance or is_class_method(definition))
        return changed, drops, resolved

    def _made(
        self,
        path: str,
        call: Call,
        changed: Changed,
        words: tuple[str, str],
        signatures: tuple[tuple[Parameter, ...], tuple[Parameter, ...]],
    ) -> Misfit:
        node = call.node
        end_line, end_column = node.end_lineno or node.lineno, node.end_col_offset or node.col_offset
        return Misfit(
            site=Site(path, node.lineno, node.col_offset + 1, end_line, end_column + 1),
            referrer=self._program.index.names[path],
            target=changed.qualified,
            path=changed.path,
            why=words[0],
            before=signature_text(signatures[0]),
            after=signature_text(signatures[1]),
            resolved=words[1],
            context=call.context,
        )


def _with_subclasses(program: Program, names: set[str]) -> set[str]:
    """The last names of classes and of all that inherit from a class of such a name."""
    heirs = [
        (definition.name.rpartition(".")[2], {base.partition("[")[0].rpartition(".")[2] for base in definition.bases})
        for path in program.index.names
        for definition in program.facts(path).definitions
        if definition.bases
    ]
    found = set(names)
    while True:
        more = {name for name, bases in heirs if bases & found} - found
        if not more:
            return found
        found |= more

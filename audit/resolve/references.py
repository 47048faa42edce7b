"""Resolves every import, attribute chain and dotted string of a tree: what dangles, and the import graph."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from audit.model.facts import Attribute, Context, FileFacts, Import, ImportedName, Span, Text
from audit.model.findings import Site
from audit.model.graph import ImportEdge, ModuleGraph
from audit.model.references import Dangling
from audit.resolve.index import Node
from audit.resolve.program import Program, Resolution

NAMING_CALLS: Final = frozenset(
    {
        "import_module",
        "__import__",
        "importorskip",
        "resolve_name",
        "find_spec",
        "run_module",
        "patch",
        "setattr",
    }
    | {
        "delattr",
        "import_string",
        "locate",
        "get_class",
        "import_from_string",
        "load_object",
        "import_object",
    }
)
"""Callables whose first string argument is imported when they run."""


def site_of(path: str, span: Span) -> Site:
    """The place of a fact in its file."""
    return Site(path, *span)


def dangling(program: Program, paths: Iterable[str] | None = None) -> list[Dangling]:
    """Every reference of the tree (or of some files of it) that leads nowhere, in reading order."""
    found: list[Dangling] = []
    for path in sorted(program.index.names) if paths is None else paths:
        if path in program.index.names:
            found += FileReferences(program, path).dangling()
    if any(each.kind == "attribute" for each in found):
        stored = _stored_names(program)
        found = [each for each in found if each.kind != "attribute" or each.target not in stored]
    return found


def _stored_names(program: Program) -> set[str]:
    """Module attributes that some file of the tree assigns from outside: they exist at run time."""
    stored: set[str] = set()
    for path in program.index.names:
        if any(attribute.store for attribute in program.facts(path).attributes):
            stored |= FileReferences(program, path).stored()
    return stored


def graph_of(program: Program) -> ModuleGraph:
    """The import graph of the tree, one edge for each module that a statement names."""
    edges: list[ImportEdge] = []
    modules: dict[str, str] = {}
    for path, name in sorted(program.index.names.items()):
        if path.endswith(".py") or name not in modules:
            modules[name] = path
        edges += FileReferences(program, path).edges()
    for name, path in list(modules.items()):
        folder = (
            path.rpartition("/")[0].rpartition("/")[0] if path.endswith("/__init__.py") else path.rpartition("/")[0]
        )
        parent = name.rpartition(".")[0]
        while parent and parent not in modules:
            modules[parent] = folder
            parent, folder = parent.rpartition(".")[0], folder.rpartition("/")[0]
    return ModuleGraph(dict(sorted(modules.items())), tuple(edges))


class FileReferences:
    """The references of one file, resolved against its program."""

    def __init__(self, program: Program, path: str) -> None:
        self.program = program
        self.path = path
        self.referrer = program.index.names[path]
        self.facts: FileFacts = program.facts(path)
        self._resolved: dict[int, list[tuple[ImportedName, Resolution]]] = {}

    def dangling(self) -> Iterator[Dangling]:
        """Every reference of the file that leads nowhere."""
        broken: set[tuple[int, int]] = set()
        for index, statement in enumerate(self.facts.imports):
            for positions, found in self._dangling_import(index, statement):
                broken.update((index, position) for position in positions)
                yield found
        for attribute in self.facts.attributes:
            if (attribute.import_index, attribute.name_index) not in broken:
                yield from self._dangling_attribute(attribute)
        for text in self.facts.texts:
            yield from self._dangling_text(text)

    def targets(self, index: int, statement: Import) -> list[tuple[ImportedName, Resolution]]:
        """What each name of a statement leads to: for a from-import the module it is taken from."""
        found = self._resolved.get(index)
        if found is None:
            if not statement.is_from:
                found = [(name, self.program.absolute(self.path, name.name)) for name in statement.names]
            else:
                if statement.level:
                    module = self.program.relative(self.path, statement.level, statement.module)
                else:
                    module = self.program.absolute(self.path, statement.module)
                found = [(name, module) for name in statement.names]
            self._resolved[index] = found
        return found

    def _dangling_import(self, index: int, statement: Import) -> Iterator[tuple[range, Dangling]]:
        """What dangles in one statement, each with the positions of the names that it takes down."""
        dead_fallback = statement.context == "fallback" and self._guarded_resolves(statement)
        for position, (name, module) in enumerate(self.targets(index, statement)):
            if module.status == "missing":
                span = statement.span if statement.is_from or len(statement.names) == 1 else name.span
                missing = self._make("import", span, module.dotted, "", statement.context, dead_fallback)
                if statement.is_from:
                    yield range(len(statement.names)), missing
                    return
                yield range(position, position + 1), missing
            if module.status == "found" and statement.is_from and name.name != "*" and not module.weak:
                symbol = self._missing_symbol(module, name.name)
                if symbol is not None:
                    span = statement.span if len(statement.names) == 1 else name.span
                    yield (
                        range(position, position + 1),
                        self._make("import", span, module.dotted, symbol, statement.context, dead_fallback),
                    )

    def _missing_symbol(self, module: Resolution, name: str) -> str | None:
        if self.program.symbols.defines(module.nodes, name) != "no":
            return None
        if all(node.kind == "namespace" for node in module.nodes):
            within = self.program.absolute(self.path, f"{module.dotted}.{name}") if module.dotted else module
            return name if within.status == "missing" else None
        return name

    def _guarded_resolves(self, statement: Import) -> bool:
        index = statement.fallback_for
        if index < 0:
            return False
        guarded = self.facts.imports[index]
        if guarded is statement:
            return False
        return all(module.status == "found" for _, module in self.targets(index, guarded)) and not any(
            True for _ in self._dangling_import(index, guarded)
        )

    def _make(
        self, kind: str, span: Span, module: str, symbol: str, context: Context, dead: bool, callee: str = ""
    ) -> Dangling:
        return Dangling(
            kind=kind,  # type: ignore[arg-type]  # callers pass the literals of ReferenceKind
            site=site_of(self.path, span),
            referrer=self.referrer,
            module=module,
            symbol=symbol,
            context=context,
            dead_fallback=dead,
            callee=callee,
        )

    def stored(self) -> set[str]:
        """The dotted names of module attributes that this file assigns."""
        found = (self.chain_of(attribute) for attribute in self.facts.attributes if attribute.store)
        return {".".join((module.dotted, *chain)) for module, chain in found if module.status == "found"}

    def _dangling_attribute(self, attribute: Attribute) -> Iterator[Dangling]:
        if attribute.store or attribute.context in ("guarded", "typing"):
            return
        module, chain = self.chain_of(attribute)
        if module.status != "found" or module.weak:
            return
        missing = self.missing_in_chain(module, chain)
        if missing is not None:
            yield self._make("attribute", attribute.span, *missing, attribute.context, False)

    def chain_of(self, attribute: Attribute) -> tuple[Resolution, tuple[str, ...]]:
        """The module that a chain starts in, and the names that follow it."""
        statement = self.facts.imports[attribute.import_index]
        name, module = self.targets(attribute.import_index, statement)[attribute.name_index]
        if statement.is_from:
            return module, (name.name, *attribute.chain)
        if name.bound == name.name.partition(".")[0] and name.bound != name.name:
            return self.program.absolute(self.path, name.bound), attribute.chain
        return module, attribute.chain

    def missing_in_chain(self, module: Resolution, chain: tuple[str, ...]) -> tuple[str, str] | None:
        """The (module, symbol) at which a chain of names below a module leads nowhere, or None."""
        program, nodes, dotted = self.program, module.nodes, module.dotted
        for _ in range(len(chain)):
            name = chain[0]
            if not nodes or all(node.kind == "namespace" for node in nodes):
                below = self._child(nodes, name)
                if not below:
                    return None
                nodes, dotted, chain = below, f"{dotted}.{name}", chain[1:]
            elif below := self._child(nodes, name):
                nodes, dotted, chain = below, f"{dotted}.{name}", chain[1:]
            else:
                if program.symbols.defines(nodes, name) == "no":
                    return dotted, name
                return None
            if not chain:
                return None
        return None

    def _child(self, nodes: tuple[Node, ...], name: str) -> tuple[Node, ...]:
        program = self.program
        if any(name in program.symbols.definitions(file) for node in nodes for file in node.files):
            return ()
        return tuple(
            child
            for node in nodes
            if node.kind in ("package", "namespace") and (child := program.index.node(node.stem, (name,))) is not None
        )

    def _dangling_text(self, text: Text) -> Iterator[Dangling]:
        """A string whose leading part is a module, now or at the base, and whose rest is not there."""
        value = text.value.replace(":", ".", 1)
        if value.startswith("."):
            return
        named = text.callee.rpartition(".")[2] in NAMING_CALLS and text.argument in (
            "0",
            "target",
            "name",
            "modname",
        )
        parts = value.split(".")
        program = self.program
        for length in range(len(parts), 0, -1):
            head = program.absolute(self.path, ".".join(parts[:length]))
            if head.status != "found":
                continue
            rest = tuple(parts[length:])
            if head.weak or all(node.kind == "namespace" for node in head.nodes):
                break
            if rest and program.symbols.defines(head.nodes, rest[0]) == "no":
                yield self._make("string", text.span, head.dotted, rest[0], "lazy", False, text.callee if named else "")
            return
        if len(parts) > 1 or named:
            head = program.absolute(self.path, value)
            if head.status == "missing":
                yield self._make("string", text.span, value, "", "lazy", False, text.callee if named else "")

    def edges(self) -> Iterator[ImportEdge]:
        """The import edges of the file, foreign modules included."""
        for index, statement in enumerate(self.facts.imports):
            context: Context = statement.context
            site = site_of(self.path, statement.span)
            for name, module in self.targets(index, statement):
                if module.status == "foreign":
                    foreign = module.dotted or statement.module
                    yield ImportEdge(self.referrer, foreign, site, "", context)
                    continue
                target = module.dotted
                if statement.is_from and name.name != "*" and self._child(module.nodes, name.name):
                    target = f"{target}.{name.name}"
                yield ImportEdge(self.referrer, self._canonical(target, module, name, statement), site, "", context)

    def _canonical(self, target: str, module: Resolution, name: ImportedName, statement: Import) -> str:
        """The name under which the tree's own table lists a module that was reached by another spelling."""
        nodes = module.nodes
        if statement.is_from and target != module.dotted:
            nodes = self._child(module.nodes, name.name)
        names = self.program.index.names
        for node in nodes:
            for file in node.files:
                return names.get(file, target)
        return target

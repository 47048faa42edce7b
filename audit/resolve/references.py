"""Resolves every import, attribute chain and dotted string of one file: what dangles, and what it imports."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Final

import msgspec

from audit.model.facts import ANY, Attribute, Context, FileFacts, Import, ImportedName, Span, Text
from audit.model.findings import Site
from audit.model.graph import ImportEdge
from audit.model.references import Dangling
from audit.resolve.chains import ChainWalker, Missing
from audit.resolve.index import Node
from audit.resolve.program import Program
from audit.resolve.resolution import Resolution
from audit.resolve.strings import StringNames, imports_modules, is_no_loss, may_be_made_up, puts_in_place, use_of

_FURTHEST_ABOVE: Final = 2
"""How many folders above the tree a relative import may lead: a repository may itself be a package."""


def site_of(path: str, span: Span) -> Site:
    """The place of a fact in its file."""
    return Site(path, *span)


def references_in(program: Program, path: str) -> FileReferences:
    """The references of one file; what they resolve to is kept with the program."""
    found = program.kept.get(path)
    if not isinstance(found, FileReferences):
        found = program.kept[path] = FileReferences(program, path)
    return found


class FileReferences:
    """The references of one file, resolved against its program."""

    def __init__(self, program: Program, path: str) -> None:
        self.program = program
        self.path = path
        self.referrer = program.index.names[path]
        self.facts: FileFacts = program.facts(path)
        self.chains = ChainWalker(program)
        self.strings = StringNames(program, self.chains)
        self._resolved: dict[int, list[tuple[ImportedName, Resolution]]] = {}
        self._missing: dict[tuple[int, int, tuple[str, ...]], Missing | None] = {}

    def dangling(self) -> Iterator[Dangling]:
        """Every reference of the file that leads nowhere."""
        if self._is_text():
            return
        broken: dict[tuple[int, int], str] = {}
        for index, statement in enumerate(self.facts.imports):
            for positions, found in self._dangling_import(index, statement):
                broken.update(((index, position), found.target) for position in positions)
                yield found
        causes = tuple(f"{target}." for target in broken.values())
        for attribute in self.facts.attributes:
            if (attribute.import_index, attribute.name_index) not in broken:
                yield from self._dangling_attribute(attribute)
            elif self.facts.imports[attribute.import_index].names[attribute.name_index].binds_package:
                others = self._dangling_attribute(attribute)
                yield from (each for each in others if not any(cause.startswith(f"{each.target}.") for cause in causes))
        told: set[tuple[int, str]] = set()  # patch.multiple names several things of one module, which may be gone
        for text in self.facts.texts:
            for found in self._dangling_text(text):
                place = (text.span[0], found.target) if text.callee.endswith("patch.multiple") else None
                if place not in told:
                    yield found
                if place is not None:
                    told.add(place)
        yield from self._dangling_exports()

    def _is_text(self) -> bool:
        """Whether the file imports from so far above the tree that it can be no module: a parser is tested with it."""
        depth = self.path.count("/") + 1
        return any(statement.level > depth + _FURTHEST_ABOVE for statement in self.facts.imports)

    def targets(self, index: int, statement: Import) -> list[tuple[ImportedName, Resolution]]:
        """What each name of a statement leads to: for a from-import the module it is taken from."""
        found = self._resolved.get(index)
        if found is None:
            if not statement.is_from:
                found = [(name, self.program.absolute(self.path, name.name)) for name in statement.names]
            else:
                level, source, program = statement.level, statement.module, self.program
                module = program.relative(self.path, level, source) if level else program.absolute(self.path, source)
                found = [(name, module) for name in statement.names]
            self._resolved[index] = found
        return found

    def _dangling_import(self, index: int, statement: Import) -> Iterator[tuple[range, Dangling]]:
        """What dangles in one statement, each with the positions of the names that it takes down."""
        if statement.context == "expected":
            return
        dead_fallback = statement.context == "fallback" and self._guarded_resolves(statement)
        for position, (name, module) in enumerate(self.targets(index, statement)):
            if module.status == "missing" and self.strings.is_made(self.path, module.dotted):
                continue
            if module.status == "missing":
                span = statement.span if statement.is_from or len(statement.names) == 1 else name.span
                missing = self._make("import", span, module.dotted, "", statement.context, dead_fallback)
                missing = msgspec.structs.replace(missing, condition=statement.condition)
                if statement.is_from:
                    yield range(len(statement.names)), missing
                    return
                yield range(position, position + 1), missing
            is_judged = not module.weak or self._was_offered(module, name.name)
            below = f"{module.dotted}.{name.name}"  # of a namespace that others share, what was ours is ours to tell
            is_ours = module.status == "found" or (not statement.level and self.program.has_lost(self.path, below))
            if is_ours and statement.is_from and name.name != "*" and is_judged:
                symbol = self._missing_symbol(statement, module, name.name)
                if symbol is not None:
                    span = statement.span if len(statement.names) == 1 else name.span
                    missing = self._make("import", span, module.dotted, symbol, statement.context, dead_fallback)
                    yield range(position, position + 1), missing

    def _was_offered(self, module: Resolution, name: str) -> bool:
        """Whether the very module that a name seems to mean, which nothing declares, offered a symbol at the base: then
        it is the one that is meant."""
        base = self.program.base
        if base is None or self.program.distributions.has(module.dotted.partition(".")[0]):
            return False
        before = base.absolute(self.path, module.dotted)
        is_same = before.status == "found" and {node.stem for node in before.nodes} == {n.stem for n in module.nodes}
        return is_same and base.symbols.defines(before.nodes, name) == "yes"

    def _missing_symbol(self, statement: Import, module: Resolution, name: str) -> str | None:
        answer = self.program.symbols.defines(module.nodes, name)
        if answer == "yes" or (answer == "unknown" and not self.program.has_lost(self.path, f"{module.dotted}.{name}")):
            return None
        if self.strings.is_made(self.path, f"{module.dotted}.{name}"):
            return None
        if self.program.index.holds_data(module.nodes, name) and not self._was_offered(module, name):
            return None
        if all(node.kind == "namespace" for node in module.nodes):
            within = module
            if statement.level:
                below = f"{statement.module}.{name}" if statement.module else name
                within = self.program.relative(self.path, statement.level, below)
            elif module.dotted:
                within = self.program.absolute(self.path, f"{module.dotted}.{name}")
            is_gone = within.status == "missing" or (within.status == "foreign" and self._was_offered(module, name))
            return name if is_gone else None
        return name

    def _guarded_resolves(self, statement: Import) -> bool:
        index = statement.fallback_for
        if index < 0 or self.facts.imports[index] is statement:
            return False
        guarded = self.facts.imports[index]
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
        if attribute.context in ("guarded", "expected"):
            return
        if attribute.store:  # what is assigned may be new, what holds it is read
            attribute = msgspec.structs.replace(attribute, chain=attribute.chain[:-1], store=False)
        key = (attribute.import_index, attribute.name_index, attribute.chain)
        if key not in self._missing:  # a file writes the same few chains over and over
            self._missing[key] = self._missing_below(attribute)
        missing = self._missing[key]
        if missing is not None:
            yield self._make("attribute", attribute.span, *missing, attribute.context, False)

    def _missing_below(self, attribute: Attribute) -> Missing | None:
        module, chain = self.chain_of(attribute)
        if module.status != "found" or module.weak or self._is_put_in_place(module.dotted, chain):
            return None
        lost = self.chains.missing(module.dotted, module.nodes, chain)
        return None if lost and any(puts_in_place(text, lost) for text in self.facts.texts) else lost

    def _is_put_in_place(self, module: str, chain: tuple[str, ...]) -> bool:
        """Whether the file itself puts something else where a chain leads through."""
        if not self._put_in_place:
            return False
        names = [".".join((module, *chain[:end])) for end in range(len(chain))]
        return any(each in self._put_in_place for name in names for each in (name, f"{name}.{ANY}"))

    @cached_property
    def _put_in_place(self) -> frozenset[str]:
        """The modules that the file replaces, and the attributes of modules that it assigns."""
        return frozenset(self.stored().union(self.facts.injected))

    def chain_of(self, attribute: Attribute) -> tuple[Resolution, tuple[str, ...]]:
        """The module that a chain starts in, and the names that follow it."""
        statement = self.facts.imports[attribute.import_index]
        name, module = self.targets(attribute.import_index, statement)[attribute.name_index]
        if statement.is_from:
            return module, (name.name, *attribute.chain)
        if name.binds_package:
            return self.program.absolute(self.path, name.bound), attribute.chain
        package, _, leaf = name.name.rpartition(".")
        if package and module.status == "found" and not module.weak:
            holder = self.program.absolute(self.path, package)
            if holder.status == "found":  # it binds what the package has by that name, be it the module or not
                return holder, (leaf, *attribute.chain)
        return module, attribute.chain

    def _dangling_text(self, text: Text) -> Iterator[Dangling]:
        """A string whose leading part is a module, now or at the base, and whose rest is not there."""
        value = self._absolute_text(text)
        if value is None or text.context == "expected":
            return
        use = use_of(text)
        parts = value.replace(":", ".", 1).split(".")
        lost = self.strings.lost(self.path, parts) if len(parts) > 1 or use != "unknown" else None
        if imports_modules(text) and self.program.absolute(self.path, value).status == "foreign":
            return  # another distribution's share of a package that is ours too
        if lost is None and (value != text.value or imports_modules(text)):
            lost = self.strings.lost_module(self.path, parts)  # a package's __getattr__ makes no modules
        elif lost is not None and use == "unknown":
            # what is imported depends on who imports it; what is merely written down is a name that all know
            lost = self.strings.lost("", parts)
            if lost is not None and self.strings.only_looks_like_one("", parts, lost):
                return
        if lost is not None and may_be_made_up(text, self.path) and not self.strings.stood(self.path, parts):
            return
        if lost is not None and not is_no_loss(text, lost):
            context: Context = "guarded" if use == "tolerant" and text.context != "typing" else text.context
            found = self._make("string", text.span, *lost, context, False, text.callee if use != "unknown" else "")
            yield msgspec.structs.replace(found, leads_on=len(parts) > len(found.target.split(".")))

    def _absolute_text(self, text: Text) -> str | None:
        """The name that a string means; None for one that is relative to nobody knows what."""
        name = text.value.lstrip(".")
        if name == text.value:
            return name
        is_package = self.path.endswith(("/__init__.py", "/__init__.pyi"))
        if text.argument != "relative" and not (is_package and self._is_lazy):
            return None
        package = self.program.relative(self.path, len(text.value) - len(name), "").dotted
        return f"{package}.{name}" if package else None

    @property
    def _is_lazy(self) -> bool:
        """Whether a package imports what it is asked for: its tables of relative names are of modules."""
        return any(definition.name == "__getattr__" for definition in self.facts.definitions)

    def _dangling_exports(self) -> Iterator[Dangling]:
        """Entries of ``__all__`` that the module does not define: importing ``*`` from it fails."""
        if self.facts.exports is None:
            return
        nodes = tuple(Node("module", self.path, (self.path,)) for _ in range(1))
        folder = self.path.rpartition("/")[0]
        if self.path.endswith(("/__init__.py", "/__init__.pyi")):
            nodes = (Node("package", folder, tuple(self.program.index.packages[folder])),)
        for name, span in zip(self.facts.exports, self.facts.export_spans, strict=True):
            if name and self.program.symbols.defines(nodes, name) == "no":
                yield self._make("export", span, self.referrer, name, "eager", False)

    def edges(self) -> Iterator[ImportEdge]:
        """The import edges of the file, foreign modules included."""
        for index, statement in enumerate(self.facts.imports):
            context: Context = "typing" if self.path.endswith(".pyi") else statement.context
            site = site_of(self.path, statement.span)
            for name, module in self.targets(index, statement):
                if module.status == "foreign":
                    yield ImportEdge(self.referrer, module.dotted or statement.module, site, "", context)
                    continue
                target = module.dotted
                if statement.is_from and name.name != "*" and self.chains.child(module.nodes, name.name):
                    target = f"{target}.{name.name}"
                yield ImportEdge(self.referrer, self._canonical(target, module, name), site, "", context)

    def _canonical(self, target: str, module: Resolution, name: ImportedName) -> str:
        """The name under which the tree's own table lists a module that was reached by another spelling."""
        nodes = self.chains.child(module.nodes, name.name) if target != module.dotted else module.nodes
        names = self.program.index.names
        for node in nodes:
            for file in node.files:
                self.program.lookups.files.add(file)
                return names.get(file, target)
        return target

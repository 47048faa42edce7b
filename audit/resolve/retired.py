"""Which missing names once existed, who removed them, and where they went.

A name is retired when the base held it and the tree does not, when a commit between the two removed it,
or when the repository declares it so.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Literal, Protocol

import msgspec

from audit.model.facts import FileFacts
from audit.model.findings import Retirement
from audit.model.references import Dangling
from audit.model.settings import RetiredName
from audit.resolve.index import Node
from audit.resolve.program import Program
from audit.resolve.resolution import Resolution
from audit.resolve.strings import replaces
from audit.resolve.successors import Successors
from audit.resolve.turns import Change, last_turn


class Past(Protocol):
    """What history is asked about a path."""

    def removed(self, path: str, *, here: bool = False) -> Retirement | None:
        """The commit that deleted the path; ``here``: only one that follows the base."""

    def changes(self, path: str) -> Iterable[Change]:
        """The commits that touched the path, newest first."""

    def renames(self) -> dict[str, str]:
        """Old path -> new path between base and tree."""


class Retired(msgspec.Struct, frozen=True):
    """A retired name: whether it was a module or a symbol, its remover and its successor where known."""

    kind: Literal["module", "symbol"]
    retirement: Retirement | None = None
    replacement: str | None = None
    reason: str | None = None


class Retirements:
    """Answers for one tree against its base."""

    def __init__(
        self,
        program: Program,
        past: Past | None,
        declared: Iterable[RetiredName] = (),
        blob_facts: Callable[[str], FileFacts | None] = lambda _blob: None,
    ) -> None:
        self._program = program
        self._base = program.base
        self._past = past
        self._declared = {name.name: name for name in declared}
        self._blob_facts = blob_facts
        self._known: dict[tuple[str, str, str, bool, bool], Retired | None] = {}
        self._signatures: dict[str, Retirement | None] = {}

    def of(self, missing: Dangling) -> Retired | None:
        """What is known of a dangling name's past; None when it never existed as far as can be told."""
        here = missing.site.path if self._base is not None else ""
        key = (missing.module, missing.symbol, here, replaces(missing.callee), missing.leads_on)
        if key not in self._known:
            declared = self._declared_name(missing.target)
            found = self._find(missing)
            if declared is not None:
                kind: Literal["module", "symbol"] = found.kind if found else "symbol" if missing.symbol else "module"
                found = Retired(
                    kind,
                    found.retirement if found else None,
                    declared.replacement or (found.replacement if found else None),
                    declared.reason,
                )
            self._known[key] = found
        return self._known[key]

    def _declared_name(self, target: str) -> RetiredName | None:
        while target:
            if target in self._declared:
                return self._declared[target]
            target = target.rpartition(".")[0]
        return None

    def _find(self, missing: Dangling) -> Retired | None:
        path = missing.site.path
        if not missing.symbol:
            return self._module(path, missing.module)
        as_module = self._module(path, missing.target)
        if as_module is not None:
            return as_module
        if self._base is None:
            return None
        module = self._name_at_base(path, missing.module)
        holder = self._base.absolute(path, module)
        nodes = self._meant(path, missing.module, holder) if holder.weak else holder.nodes
        head = missing.symbol.partition(".")[0]
        if holder.status != "found" or self._base.symbols.defines(nodes, head) != "yes":
            return None
        found = self._base.symbols.find(nodes, missing.symbol)
        retirement = self._symbol_removal(found[0], missing.symbol) if found else None
        return Retired("symbol", retirement, self._successor(missing, module))

    def _successor(self, missing: Dangling, module: str) -> str | None:
        """Where a symbol of ``module``, as that was called at the base, is to be taken from or replaced now."""
        if self._successors is None:
            return None
        path, symbol = missing.site.path, missing.symbol
        successors, is_patched = self._successors, replaces(missing.callee)
        if is_patched and successors.takes_from_elsewhere(path, module, symbol):
            looked_up = successors.of_lookup(path, module, symbol)
            if looked_up is not None or not missing.leads_on:
                return looked_up
        home = successors.of_symbol(path, module, symbol, missing.module)
        if home is None or not is_patched or missing.leads_on:
            return home
        # what is put there is seen by the code that looks it up there, which may have gone to several places
        return home if successors.lookups(path, module, symbol) <= {home} else None

    def _meant(self, path: str, module: str, before: Resolution) -> tuple[Node, ...]:
        """Of the modules that a name could mean at the base, where nothing declared it, those that it means now."""
        now = self._program.absolute(path, module)
        stems = {node.stem for node in now.nodes}
        same = tuple(node for node in before.nodes if node.stem in stems)
        return same if same and not now.weak else before.nodes

    def _name_at_base(self, path: str, module: str) -> str:
        """What a module was called at the base: the name of the file that it was moved from, or the same."""
        if self._base is None or self._base.absolute(path, module).status == "found":
            return module
        files = [file for node in self._program.absolute(path, module).nodes for file in node.files]
        old = [self._came_from[file] for file in files if file in self._came_from]
        return next((self._base.index.names[each] for each in old if each in self._base.index.names), module)

    @cached_property
    def _came_from(self) -> dict[str, str]:
        """New path -> old path."""
        renames = self._past.renames() if self._past is not None else {}
        return {new: old for old, new in renames.items()}

    def _module(self, path: str, dotted: str) -> Retired | None:
        held: list[str] = []
        files: list[str] = []
        below: list[str] = []
        if self._base is not None:
            before = self._base.absolute(path, dotted)
            # what a relative import lacks may have namesakes, which the tree holds as ever
            is_namesake = before.weak and self._program.absolute(path, dotted).status == "found"
            if before.status == "found" and not is_namesake:
                files = [file for node in before.nodes for file in node.files]
                below = self._below(before.nodes[0].stem) if before.nodes[0].kind != "module" else []
                held = files or below
                if not held:
                    return None
        retirement = None
        if self._past is not None:
            for candidate in held or self._candidates(path, dotted):
                retirement = self._past.removed(candidate, here=not held)
                if retirement is not None:
                    break
        if not held and retirement is None:
            return None
        successor = self._successors.of_module(dotted, files, below) if self._successors else None
        return Retired("module", retirement, successor)

    def _below(self, folder: str) -> list[str]:
        names = self._base.index.names if self._base is not None else {}
        return sorted(path for path in names if path.startswith(f"{folder}/"))

    def _candidates(self, path: str, dotted: str) -> list[str]:
        stem = dotted.replace(".", "/")
        roots = (*self._program.local_roots(path), *self._program.index.roots)
        return [posixpath.join(root, f"{stem}{end}") for root in roots for end in (".py", "/__init__.py")]

    def _symbol_removal(self, path: str, symbol: str) -> Retirement | None:
        """The newest commit whose version of the file lacks the symbol while the one before had it."""
        if self._past is None:
            return None
        return last_turn(
            self._past.changes(path),
            self._blob_facts,
            lambda facts: facts is not None and _has(facts, symbol),
            lambda before, after: before and not after,
        )

    def changed_signature(self, path: str, qualified: str) -> Retirement | None:
        """The newest commit whose version of a file gives a callable other parameters than the one before."""
        if qualified not in self._signatures:
            self._signatures[qualified] = self._changed_signature(path, qualified)
        return self._signatures[qualified]

    def _changed_signature(self, path: str, qualified: str) -> Retirement | None:
        name = qualified.removeprefix(f"{self._program.index.names[path]}.")
        return last_turn(
            self._past.changes(path) if self._past is not None else (),
            self._blob_facts,
            lambda facts: None if facts is None else (_parameters(facts, name),),
            lambda before, after: None not in (before, after) and before != after,
        )

    @cached_property
    def _successors(self) -> Successors | None:
        """Where names went; None without a base, when nothing tells."""
        if self._base is None:
            return None
        return Successors(self._program, self._base, self._past.renames() if self._past is not None else {})


def _has(facts: FileFacts, symbol: str) -> bool:
    return any(definition.name == symbol for definition in facts.definitions)


def _parameters(facts: FileFacts, name: str) -> tuple[tuple[str, str, bool], ...] | None:
    for definition in facts.definitions:
        if definition.name == name:
            return tuple((each.name, each.kind, each.required) for each in definition.parameters or ())
    return None

"""What the references of a tree come to, file by file: what dangles, and the import graph."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterable
from typing import Final

import msgspec

from audit.model.facts import ANY
from audit.model.graph import ImportEdge, ModuleGraph
from audit.model.references import Dangling
from audit.model.testdata import is_test
from audit.resolve.lookups import FILES, NAMES
from audit.resolve.program import Program
from audit.resolve.references import references_in

_READ: Final = frozenset({"attribute", "import", "string"})


class Outcome(msgspec.Struct, frozen=True, array_like=True):
    """What the references of one file come to: those that lead nowhere, in reading order, its edges of the import
    graph, and the dotted names of module attributes that it assigns. ``names`` and ``files`` are what this was taken
    from (see `audit.resolve.lookups`)."""

    dangling: tuple[Dangling, ...]
    edges: tuple[ImportEdge, ...]
    stored: tuple[str, ...]
    names: str
    files: str


def outcome_of(program: Program, path: str) -> Outcome:
    """The outcome of one file, worked out where the program does not know it yet."""
    found = program.outcomes.get(path)
    if not isinstance(found, Outcome):
        found = program.outcomes[path] = _outcome(program, path)
    return found


def all_outcomes(program: Program) -> dict[str, Outcome]:
    """The outcome of each file."""
    return {path: outcome_of(program, path) for path in program.index.names}


def known_outcomes(program: Program) -> dict[str, Outcome]:
    """The outcomes that were asked for."""
    return {path: found for path, found in program.outcomes.items() if isinstance(found, Outcome)}


def _outcome(program: Program, path: str) -> Outcome:
    def make() -> tuple[tuple[Dangling, ...], tuple[ImportEdge, ...], tuple[str, ...]]:
        program.lookups.names.update(posixpath.splitext(path)[0].split("/"))
        file = references_in(program, path)
        stored = sorted(file.stored()) if program.survey(path).stores else ()
        return tuple(file.dangling()), tuple(file.edges()), tuple(stored)

    (lost, edges, stored), names, files = program.lookups.noted(make)
    return Outcome(lost, edges, stored, NAMES.join(names), FILES.join(files))


def dangling(program: Program, paths: Iterable[str] | None = None) -> list[Dangling]:
    """Every reference of the tree (or of some files of it) that leads nowhere, in reading order."""
    found: list[Dangling] = []
    for path in sorted(program.index.names) if paths is None else paths:
        if path in program.index.names:
            found += outcome_of(program, path).dangling
    if any(each.symbol and each.kind in _READ for each in found):
        stored, lasting = _stored_names(program)
        kept = {"attribute": stored, "string": stored, "import": lasting}
        found = [each for each in found if not each.symbol or not _holds(program, kept.get(each.kind, ()), each)]
    return found


def _holds(program: Program, stored: Collection[str], missing: Dangling) -> bool:
    """Whether code assigns what is missing, under this name or, where it was no module, under any."""
    if missing.target in stored:
        return True
    return f"{missing.module}.{ANY}" in stored and not program.has_lost("", missing.target)


def is_assigned(program: Program, dotted: str, module: str = "", symbol: str = "") -> bool:
    """Whether code outside of a module assigns what a name leads to, before any test runs: it is there then. Of the
    name a ``module`` lacks the ``symbol``, which may be one of those that it gets under computed names."""
    lasting = _stored_names(program)[1]
    parts = dotted.split(".")
    if any(".".join(parts[:end]) in lasting for end in range(2, len(parts) + 1)):
        return True
    return bool(symbol) and f"{module}.{ANY}" in lasting


def _stored_names(program: Program) -> tuple[set[str], set[str]]:
    """Module attributes that some file of the tree assigns from outside: they exist at run time; and of those the
    ones that are there before any test runs. Under which names a test assigns any others only it can tell."""
    files = [path for path in program.index.names if program.survey(path).stores]
    stored, lasting = set[str](), set[str]()
    for path in files:
        names = outcome_of(program, path).stored
        if is_test(path):
            stored.update(name for name in names if not name.endswith(f".{ANY}"))
        else:
            lasting.update(names)
    return stored | lasting, lasting


def graph_of(program: Program) -> ModuleGraph:
    """The import graph of the tree, one edge for each module that a statement names."""
    edges: list[ImportEdge] = []
    modules: dict[str, str] = {}
    for path, name in sorted(program.index.names.items()):
        if path.endswith(".py") or name not in modules:
            modules[name] = path
        edges += outcome_of(program, path).edges
    for name, path in list(modules.items()):
        folder = (
            path.rpartition("/")[0].rpartition("/")[0] if path.endswith("/__init__.py") else path.rpartition("/")[0]
        )
        parent = name.rpartition(".")[0]
        while parent and parent not in modules:
            modules[parent] = folder
            parent, folder = parent.rpartition(".")[0], folder.rpartition("/")[0]
    return ModuleGraph(dict(sorted(modules.items())), tuple(edges))

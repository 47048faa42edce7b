"""What runs when a module is imported, or later: the import graph, and chains of imports through it."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping
from typing import Final

from audit.model.facts import Context
from audit.model.findings import Link, Site
from audit.model.graph import ModuleGraph

_EVER: Final[tuple[Context, ...]] = ("eager", "guarded", "lazy", "fallback", "expected")
"""When an import can run, the likeliest first."""


class ImportGraph:
    """The imports that run at import time. Importing a module also runs every package above it.

    With other ``contexts`` also those that run later, or may fail: of two between the same modules, the one whose
    context is named first.
    """

    def __init__(self, graph: ModuleGraph, contexts: Iterable[Context] = ("eager",)) -> None:
        self.links: dict[str, dict[str, Link]] = defaultdict(dict)
        self.importers: dict[str, set[str]] = defaultdict(set)
        packages = {name for name, path in graph.modules.items() if path.endswith("/__init__.py")}
        running: dict[str, list[str]] = {}  # what runs with a module: itself, and every package above it
        for context in contexts:
            for edge in graph.edges:
                if edge.context == context:
                    imported = running.get(edge.imported)
                    if imported is None:
                        above = [parent for parent in _parents(edge.imported) if parent in packages]
                        imported = running[edge.imported] = [edge.imported, *above]
                    self._link(edge.importer, imported, edge.site)
        for name, path in graph.modules.items():
            self._link(name, [parent for parent in _parents(name) if parent in packages], Site(path, 1))

    def _link(self, importer: str, imported: Iterable[str], site: Site) -> None:
        for name in imported:
            if name != importer and name not in self.links[importer]:
                self.links[importer][name] = Link(importer, name, site)
                self.importers[name].add(importer)

    def dependents(self, modules: Iterable[str]) -> set[str]:
        """The given modules and all that import them, however indirectly."""
        reached = set(modules)
        queue = deque(reached)
        while queue:
            for importer in self.importers.get(queue.popleft(), ()):
                if importer not in reached:
                    reached.add(importer)
                    queue.append(importer)
        return reached

    def distances(self, targets: Iterable[str]) -> dict[str, int]:
        """How many imports lie between each module and the nearest of ``targets``."""
        distance = dict.fromkeys(targets, 0)
        queue = deque(distance)
        while queue:
            module = queue.popleft()
            for importer in sorted(self.importers.get(module, ())):
                if importer not in distance:
                    distance[importer] = distance[module] + 1
                    queue.append(importer)
        return distance

    def path(self, source: str, targets: Iterable[str]) -> tuple[Link, ...]:
        """The shortest chain of imports from a module to one of several; empty when there is none."""
        distance = self.distances(targets)
        if source not in distance:
            return ()
        chain: list[Link] = []
        module = source
        while distance[module]:
            chain.append(self._nearer(module, distance))
            module = chain[-1].imported
        return tuple(chain)

    def spread(self, targets: Iterable[str]) -> tuple[Link, ...]:
        """How trouble in ``targets`` reaches every module that imports them: one import each, the nearest first."""
        distance = self.distances(targets)
        reached = sorted((steps, module) for module, steps in distance.items() if steps)
        return tuple(self._nearer(module, distance) for _, module in reached)

    def _nearer(self, module: str, distance: Mapping[str, int]) -> Link:
        """The first import of a module that leads one step towards the targets."""
        nearer = (link for name, link in self.links[module].items() if distance.get(name, -1) == distance[module] - 1)
        return min(nearer, key=lambda link: (link.site.line or 0, link.imported))


def chain_at_all(graph: ModuleGraph, source: str, target: str) -> tuple[tuple[Link, Context], ...]:
    """The shortest chain of imports whenever they run, those for type checkers left out: each with when it does."""
    contexts = {(edge.importer, edge.site): edge.context for edge in graph.edges}
    links = ImportGraph(graph, _EVER).path(source, (target,))
    return tuple((link, contexts.get((link.importer, link.site), "eager")) for link in links)


def _parents(name: str) -> list[str]:
    parts = name.split(".")
    return [".".join(parts[:length]) for length in range(1, len(parts))]

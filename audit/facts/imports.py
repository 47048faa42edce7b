"""Import statements of one file, each with when it runs and what it binds."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from audit.model.facts import Import, ImportedName

if TYPE_CHECKING:
    from audit.facts.collector import Collector


class Imports:
    """Collects import statements. ``fallback_for`` is set while a handler of a guarded import is visited."""

    def __init__(self, collector: Collector) -> None:
        self.collector = collector
        self.found: list[Import] = []
        self.fallback_for = -1
        self.future_annotations = False

    def plain(self, node: ast.Import) -> None:
        """Note ``import a.b, c as d``."""
        spans = self.collector.spans
        names = tuple(
            ImportedName(alias.name, alias.asname or alias.name.partition(".")[0], spans.of(alias))
            for alias in node.names
        )
        self._note(node, "", 0, names, is_from=False)

    def from_(self, node: ast.ImportFrom) -> None:
        """Note ``from a import b``; ``from __future__`` changes how annotations are meant."""
        spans = self.collector.spans
        names = tuple(ImportedName(alias.name, alias.asname or alias.name, spans.of(alias)) for alias in node.names)
        if node.module == "__future__":
            self.future_annotations |= any(alias.name == "annotations" for alias in node.names)
            return
        self._note(node, node.module or "", node.level, names, is_from=True)

    def _note(self, node: ast.stmt, module: str, level: int, names: tuple[ImportedName, ...], *, is_from: bool) -> None:
        collector, index = self.collector, len(self.found)
        scope = collector.scope
        context = collector.context
        if collector.asked_for or collector.mocked:
            named = [module, *(f"{module}.{each.name}" for each in names)] if is_from else [n.name for n in names]
            if not collector.mocked.isdisjoint(named[:1] if is_from else named):
                context = "expected"
            elif not collector.asked_for.isdisjoint(named):
                context = "guarded"
        self.found.append(
            Import(
                module,
                level,
                is_from,
                names,
                context,
                scope is collector.module,
                collector.spans.of(node),
                self.fallback_for if context == "fallback" else -1,
                ast.unparse(collector.condition) if collector.condition is not None else "",
            )
        )
        for position, name in enumerate(names):
            if name.name == "*":
                continue
            scope.bind_import(name.bound, (index, position))
            collector.definitions.add(scope.owner(name.bound), collector.module, name.bound, "import", node)

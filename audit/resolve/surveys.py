"""What all files of a tree together tell of its names: which are its own, which are others'."""

from __future__ import annotations

from collections.abc import Callable

from audit.model.facts import FileFacts
from audit.resolve.index import ModuleIndex


def imported_tops(
    index: ModuleIndex, facts: Callable[[str], FileFacts], local_roots: Callable[[str], tuple[str, ...]]
) -> tuple[set[str], set[str]]:
    """First components of absolute imports: those that lead to a module of the tree, and those that mean
    nothing in the tree to some file that uses them."""
    inside: set[str] = set()
    outside: set[str] = set()
    for path in index.names:
        roots: tuple[str, ...] | None = None
        for statement in facts(path).imports:
            if statement.level:
                continue
            for module in [statement.module] if statement.is_from else [name.name for name in statement.names]:
                parts = tuple(module.split("."))
                if not index.holds(parts[0]):
                    outside.add(parts[0])
                    continue
                if parts[0] in inside and parts[0] in outside:
                    continue
                if roots is None:
                    roots = (*local_roots(path), *index.roots)
                if parts[0] not in outside and not index.nodes(roots, parts[:1]):
                    outside.add(parts[0])
                elif parts[0] in inside or len(parts) == 1:
                    continue
                elif any(node.kind != "namespace" for node in index.nodes(roots, parts)):
                    inside.add(parts[0])
    return inside, outside

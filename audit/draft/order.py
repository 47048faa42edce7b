"""The order that the parts of a package have today: who reaches whom, who is in a circle, who lies above whom."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from audit.model.graph import ModuleGraph


def reach(parts: Sequence[str], graph: ModuleGraph, roots: Sequence[str]) -> dict[str, set[str]]:
    """For each part (a module with all below it) the parts that it imports, directly or through no other part.

    Imports for type checkers only do not count; modules outside ``roots`` are not followed.
    """
    part_of = _part_finder(parts)
    inside = tuple(roots)
    following: dict[str, set[str]] = {}
    for edge in graph.edges:
        known = edge.imported in graph.modules and edge.imported.partition(".")[0] in inside
        if edge.context != "typing" and known and edge.importer.partition(".")[0] in inside:
            importer, imported = (part_of(name) or name for name in (edge.importer, edge.imported))
            following.setdefault(importer, set()).add(imported)
    wanted = set(parts)
    return {part: _reached(part, following, wanted) for part in parts}


def _part_finder(parts: Iterable[str]) -> Callable[[str], str | None]:
    known = set(parts)

    def find(module: str) -> str | None:
        while module and module not in known:
            module = module.rpartition(".")[0]
        return module or None

    return find


def _reached(start: str, following: Mapping[str, set[str]], parts: set[str]) -> set[str]:
    """Parts that ``start`` leads to; the way ends at a part, and goes on through anything else."""
    found: set[str] = set()
    seen = {start}
    queue = [start]
    while queue:
        for name in following.get(queue.pop(), ()):
            if name in parts:
                found.add(name)
            elif name not in seen:
                seen.add(name)
                queue.append(name)
    return found - {start}


def circles(reached: Mapping[str, set[str]]) -> list[set[str]]:
    """Groups of parts that reach each other, each part in exactly one."""
    closed = {part: _closure(part, reached) for part in reached}
    groups: list[set[str]] = []
    for part in reached:
        if not any(part in group for group in groups):
            groups.append({part} | {other for other in closed[part] if part in closed[other]})
    return groups


def _closure(start: str, reached: Mapping[str, set[str]]) -> set[str]:
    found: set[str] = set()
    queue = [start]
    while queue:
        new = reached[queue.pop()] - found
        found |= new
        queue += new
    return found


def levels(reached: Mapping[str, set[str]]) -> list[list[str]]:
    """The parts from the top (what starts everything) to the bottom; each imports only what lies below it.

    Parts of a circle share a level. Each lies as low as what it imports allows.
    """
    groups = circles(reached)
    group_of = {part: index for index, group in enumerate(groups) for part in group}
    below = {
        index: {group_of[other] for part in group for other in reached[part]} - {index}
        for index, group in enumerate(groups)
    }
    heights: dict[int, int] = {}

    def height(index: int) -> int:
        if index not in heights:
            heights[index] = 1 + max((height(other) for other in below[index]), default=-1)
        return heights[index]

    found: dict[int, list[str]] = {}
    for index, group in enumerate(groups):
        found.setdefault(height(index), []).extend(group)
    return [sorted(found[level]) for level in sorted(found, reverse=True)]

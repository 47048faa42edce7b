"""Import contracts that may hold today: layers where there is an order, independence where there is none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from audit.draft.order import circles, levels, reach
from audit.draft.packages import VENDORED, is_test_module
from audit.model.drafts import ContractDraft, ContractDrafts, Packages
from audit.model.graph import ModuleGraph

_MOST_PARTS: Final = 60
"""Parts of one package beyond which an order is no architecture that a person could keep in mind."""

_CIRCULAR: Final = 0.4
"""Share of the parts in one circle beyond which the rest has no order worth a rule."""

_LEAST_INDEPENDENT: Final = 3
_MOST_CONTRACTS: Final = 5
_LEAST_NESTED: Final = 5
"""Parts that a package inside another one must have, before its order is worth a rule of its own."""

_NEVER: Final = VENDORED | {"migrations", "versions", "locale"}


class _Container:
    """A package whose direct parts are looked at; an empty name stands for the repository itself."""

    def __init__(self, name: str, parts: Sequence[str], graph: ModuleGraph, roots: Sequence[str]) -> None:
        self.name = name
        everything = reach(parts, graph, roots)
        reached_by = {part for found in everything.values() for part in found}
        # A part that neither imports nor is imported has no place in an order.
        self.ordered = {part: found for part, found in everything.items() if found or part in reached_by}
        self.loose = [part for part in parts if part not in self.ordered]
        sizes = {
            part: sum(module == part or module.startswith(f"{part}.") for module in graph.modules) for part in parts
        }
        self.size = sum(sizes.values())
        self.least_part = min((sizes[part] for part in self.ordered), default=0)
        self.largest_circle = max(map(len, circles(self.ordered)), default=0)

    @property
    def is_circular(self) -> bool:
        """Whether so many parts are in one circle that the rest has no order worth a rule."""
        return self.largest_circle > max(2, _CIRCULAR * len(self.ordered))

    @property
    def least_levels(self) -> int:
        """Two modules, one above the other, are an import and no architecture; two packages of some size are."""
        return 2 if not self.name or self.least_part >= _LEAST_NESTED else 3

    @property
    def is_too_small(self) -> bool:
        """Whether a package inside another has too few parts."""
        return "." in self.name and len(self.ordered) < _LEAST_NESTED


def draft_contracts(graph: ModuleGraph, packages: Packages) -> ContractDrafts:
    """The contracts to try, the most telling first; whether they hold is not decided here."""
    containers = _containers(graph, packages)
    layered = [draft for each in containers if (draft := _layers(each)) is not None]
    named = {
        container for draft in layered for key, values in draft.options if key == "containers" for container in values
    }
    apart = [
        draft
        for each in containers
        if each.name and each.name not in named and (draft := _independence(each, graph)) is not None
    ]
    notes = (
        f"no layers for {each.name}: {each.largest_circle} of its {len(each.ordered)} parts are in one import circle"
        for each in containers
        if each.name in packages.products and each.is_circular
    )
    drafts = (*_no_tests(graph, packages), *layered[:_MOST_CONTRACTS], *apart[:_MOST_CONTRACTS])
    return ContractDrafts(drafts=drafts, notes=tuple(notes))


def _containers(graph: ModuleGraph, packages: Packages) -> list[_Container]:
    """The repository as a whole, its packages, and theirs, the largest first on each depth."""
    roots = (*packages.products, *packages.tests)
    found = []
    if len(packages.products) > 1:
        found.append(_Container("", packages.products, graph, roots))
    children: dict[str, list[str]] = {}
    for module in graph.modules:
        parent, _, leaf = module.rpartition(".")
        if parent.partition(".")[0] in packages.products and not is_test_module(module) and leaf != "__main__":
            children.setdefault(parent, []).append(module)
    inner = [
        _Container(name, sorted(parts), graph, roots)
        for name, parts in children.items()
        if 2 <= len(parts) <= _MOST_PARTS and not _NEVER.intersection(name.split("."))
    ]
    return [*found, *sorted(inner, key=lambda each: (each.name.count("."), -each.size, each.name))]


def _layers(container: _Container) -> ContractDraft | None:
    """Layers by the order of today, unless there is no order to speak of."""
    order = levels(container.ordered)
    if len(order) < container.least_levels or container.is_circular or container.is_too_small:
        return None
    prefix = f"{container.name}." if container.name else ""
    lines = tuple(" : ".join(part.removeprefix(prefix) for part in level) for level in order)
    options: list[tuple[str, tuple[str, ...]]] = [("layers", lines)]
    if container.name:
        options.insert(0, ("containers", (container.name,)))
    why = (
        "Each line may import what stands below it, never what stands above; parts joined by ':' may import each other."
    )
    if container.loose:
        names = ", ".join(part.removeprefix(prefix) for part in container.loose[:8])
        why += f" Left out, because nothing of the order imports them or is imported by them: {names}."
    return ContractDraft(
        name=f"The parts of {container.name} are built in layers"
        if container.name
        else "The packages are built in layers",
        type="layers",
        why=why,
        options=tuple(options),
    )


def _independence(container: _Container, graph: ModuleGraph) -> ContractDraft | None:
    """Siblings that do not know each other, of which most are in use: otherwise independence says nothing."""
    if container.ordered or len(container.loose) < _LEAST_INDEPENDENT:
        return None
    below = tuple(f"{part}." for part in container.loose)
    used = {
        part
        for edge in graph.edges
        for part in container.loose
        if edge.imported == part or (edge.imported.startswith(f"{part}.") and not edge.importer.startswith(below))
    }
    if 2 * len(used) < len(container.loose):
        return None
    return ContractDraft(
        name=f"The parts of {container.name} do not know each other",
        type="independence",
        why="None of these imports another one, directly or through others, so that each can change on its own.",
        options=(("modules", tuple(container.loose)),),
    )


def _no_tests(graph: ModuleGraph, packages: Packages) -> Iterator[ContractDraft]:
    """What is shipped does not need its tests."""
    if packages.tests and packages.products:
        yield ContractDraft(
            name="What is shipped does not import its tests",
            type="forbidden",
            why="Whoever installs the package does not have its tests.",
            options=(("source_modules", packages.products), ("forbidden_modules", packages.tests)),
        )
    for product in packages.products:
        parts = sorted(name for name in graph.modules if name.rpartition(".")[0] == product)
        own = tuple(name for name in parts if name.rpartition(".")[2] in ("test", "tests"))
        others = tuple(name for name in parts if not is_test_module(name))
        if own and others:
            yield ContractDraft(
                name=f"{product} does not import its own tests",
                type="forbidden",
                why="Tests that ship with a package still are not part of what it does.",
                options=(("source_modules", others), ("forbidden_modules", own)),
            )

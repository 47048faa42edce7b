"""Root causes and the order of mending, held against importing every module of small random trees by hand."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from audit.model.facts import Context
from audit.model.findings import Finding, Site
from audit.model.graph import ImportEdge, ModuleGraph
from audit.verdict.mending import mending_order
from audit.verdict.roots import Starts, rank_roots

PACKAGES = ("p", "p.q")
MODULES = (*PACKAGES, "p.a", "p.b", "p.q.c", "p.q.d", "e", "f")
MISSING = ("gone.w", "gone.x", "gone.y", "gone.z")
CONTEXTS: tuple[Context, ...] = ("eager", "eager", "lazy", "guarded", "typing", "fallback")

Edge = tuple[str, str, Context]
edges = st.lists(
    st.tuples(st.sampled_from(MODULES), st.sampled_from((*MODULES, *MISSING)), st.sampled_from(CONTEXTS)), max_size=16
)


class BrokenImportError(Exception):
    """An import that fails."""


def fails(module: str, statements: Iterable[Edge], mended: frozenset[str]) -> bool:
    """Whether importing a module in a fresh interpreter fails, found by going through its imports one by one."""
    loaded: set[str] = set()

    def load(name: str) -> None:
        parts = name.split(".")
        for length in range(1, len(parts) + 1):
            part = ".".join(parts[:length])
            if part in mended or part in loaded or (part == "gone" and name in mended):
                continue
            if part not in MODULES:
                raise BrokenImportError(name)
            loaded.add(part)
            for importer, imported, context in statements:
                if importer == part and context == "eager":
                    load(imported)

    try:
        load(module)
    except BrokenImportError:
        return True
    return False


def path(name: str) -> str:
    return name.replace(".", "/") + ("/__init__.py" if name in PACKAGES else ".py")


def finding(edge: Edge, line: int) -> Finding:
    importer, imported, context = edge
    return Finding(
        code="REF001",
        severity="error",
        site=Site(path(importer), line),
        kind="import",
        target=imported,
        referrer=importer,
        message="",
        breaks_import=context == "eager",
    )


@settings(max_examples=300, deadline=None)
@given(edges, st.dictionaries(st.sampled_from(MODULES), st.integers(1, 5)))
def test_a_root_kills_exactly_what_does_not_import_because_of_it(found: list[Edge], tests: dict[str, int]) -> None:
    graph = ModuleGraph(
        {name: path(name) for name in MODULES},
        tuple(
            ImportEdge(importer, imported, Site(path(importer), line), "", context)
            for line, (importer, imported, context) in enumerate(found, 1)
        ),
    )
    findings = [finding(edge, line) for line, edge in enumerate(found, 1) if edge[1] in MISSING]
    commands = {f"run-{name}": name for name in MODULES}
    roots = rank_roots(findings, graph, Starts(commands, tests))

    def dead(broken: Iterable[str]) -> set[str]:
        mended = frozenset(MISSING) - frozenset(broken)
        return {module for module in MODULES if fails(module, found, mended)}

    wanted = {target for _, target, context in found if target in MISSING and context == "eager"}
    assert {root.target for root in roots} == wanted
    for root in roots:
        killed = dead([root.target])
        assert set(root.killed) == killed
        assert root.kills_tests == sum(tests.get(module, 0) for module in killed)
        assert set(root.kills_entry_points) == {name for name, module in commands.items() if module in killed}
        assert root.revives == len(dead(wanted) - dead(wanted - {root.target}))
        assert all(importer in killed for importer in root.chain[:-1])

    left = set(wanted)
    for step in mending_order(roots):
        alive = {targets: dead(left) - dead(left - set(targets)) for targets in subsets(left)}
        places = {root.target: len(root.sites) for root in roots}
        worth = {targets: len(back) / sum(places[each] for each in targets) for targets, back in alive.items()}
        assert step.revives == len(alive[step.targets])
        assert worth[step.targets] == max(worth.values())
        left -= set(step.targets)
    assert not dead(left)


def subsets(targets: set[str]) -> list[tuple[str, ...]]:
    ordered = sorted(targets)
    return [chosen for size in range(1, len(ordered) + 1) for chosen in combinations(ordered, size)]

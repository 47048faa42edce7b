"""Which missing names are root causes, in which order, and by which chain somebody runs into them."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from audit.model.facts import Context
from audit.model.findings import Finding, Link, Retirement, Site
from audit.model.graph import ImportEdge, ModuleGraph
from audit.verdict.chains import ImportGraph
from audit.verdict.roots import Starts, rank_roots

NOTHING = Starts(entry_points={}, tests={})


def graph(*edges: str, packages: tuple[str, ...] = ()) -> ModuleGraph:
    """A graph of edges such as ``a > b`` (eager) and ``a ~ b`` (in a function); the line is the edge's place."""
    found = []
    names: set[str] = set(packages)
    for line, text in enumerate(edges, 1):
        importer, arrow, imported = text.split()
        context: Context = "eager" if arrow == ">" else "lazy"
        found.append(ImportEdge(importer, imported, Site(path(importer, packages), line), "", context))
        names |= {importer, imported}
    return ModuleGraph({name: path(name, packages) for name in sorted(names)}, tuple(found))


def path(name: str, packages: tuple[str, ...] = ()) -> str:
    stem = name.replace(".", "/")
    return f"{stem}/__init__.py" if name in packages else f"{stem}.py"


def missing(
    referrer: str, target: str, line: int = 9, *, breaks: bool = True, gone: Retirement | None = None
) -> Finding:
    return Finding(
        code="REF001",
        severity="error",
        site=Site(path(referrer), line),
        kind="import",
        target=target,
        referrer=referrer,
        message="",
        breaks_import=breaks,
        retired_in=gone,
    )


def ranking(findings: list[Finding], found: ModuleGraph, starts: Starts = NOTHING) -> list[tuple[str, int, int]]:
    return [(root.target, len(root.killed), root.revives) for root in rank_roots(findings, found, starts)]


def test_a_root_kills_every_module_that_imports_the_broken_one() -> None:
    (root,) = rank_roots([missing("c", "gone")], graph("a > b", "b > c", "d > e"), NOTHING)
    assert root.killed == ("a", "b", "c")
    assert root.revives == 3
    assert root.chain == ("a", "b", "c", "gone")
    assert root.links == (
        Link("a", "b", Site("a.py", 1)),
        Link("b", "c", Site("b.py", 2)),
        Link("c", "gone", Site("c.py", 9)),
    )


def test_what_runs_in_a_function_kills_nothing() -> None:
    assert ranking([missing("b", "gone")], graph("a ~ b")) == [("gone", 1, 1)]
    assert ranking([missing("b", "gone", breaks=False)], graph("a > b")) == []


def test_the_deadliest_comes_first_then_the_one_whose_mending_revives_most() -> None:
    findings = [missing("a", "small"), missing("y", "large"), missing("y", "other"), missing("x", "other")]
    assert ranking(findings, graph("x > y", "w > y", "v > x", "a > json")) == [
        ("large", 4, 0),
        ("other", 4, 0),
        ("small", 1, 1),
    ]
    findings = [missing("a", "one"), missing("b", "two"), missing("c", "three")]
    assert ranking(findings, graph("shared > a", "shared > b", "alone > c")) == [
        ("three", 2, 2),
        ("one", 2, 1),
        ("two", 2, 1),
    ]


def test_equal_roots_stand_in_the_order_of_their_names() -> None:
    assert ranking([missing("b", "z"), missing("a", "y")], graph("m > a", "n > b")) == [("y", 2, 2), ("z", 2, 2)]


def test_a_module_is_revived_only_by_mending_all_that_kills_it() -> None:
    assert ranking([missing("a", "one"), missing("a", "two")], graph("b > a")) == [("one", 2, 0), ("two", 2, 0)]


def test_a_circle_of_imports_dies_as_a_whole() -> None:
    (root,) = rank_roots([missing("b", "gone")], graph("a > b", "b > c", "c > a"), NOTHING)
    assert root.killed == ("a", "b", "c")
    assert root.chain[-1] == "gone"
    assert len(root.chain) == len(set(root.chain))


def test_importing_a_module_runs_the_packages_above_it() -> None:
    found = graph("user > pkg.deep.leaf", packages=("pkg", "pkg.deep"))
    (root,) = rank_roots([missing("pkg", "gone")], found, NOTHING)
    assert root.killed == ("pkg", "pkg.deep", "pkg.deep.leaf", "user")


def test_tests_and_entry_points_are_counted_among_the_dead() -> None:
    starts = Starts(entry_points={"tool": "cli", "other": "fine"}, tests={"test_a": 3, "test_b": 4, "test_fine": 5})
    found = graph("cli > core", "test_a > core", "test_b > cli", "test_fine > fine")
    (root,) = rank_roots([missing("core", "gone")], found, starts)
    assert (root.kills_tests, root.kills_entry_points) == (7, ("tool",))


def test_a_command_dies_with_the_very_module_it_starts() -> None:
    starts = Starts(entry_points={"shop": "gone", "other": "elsewhere"}, tests={})
    (root,) = rank_roots([missing("a", "gone")], graph("b > a"), starts)
    assert root.kills_entry_points == ("shop",)


def test_the_chain_starts_at_a_command_then_at_a_module_then_at_a_test() -> None:
    found = graph("cli > core", "far > near", "near > core", "test_a > far")
    tests = {"test_a": 1}
    assert chain(found, Starts(entry_points={"tool": "cli"}, tests=tests)) == ("cli", "core", "gone")
    assert chain(found, Starts(entry_points={}, tests=tests)) == ("far", "near", "core", "gone")
    assert chain(graph("test_a > test_b", "test_b > core"), Starts({}, {"test_a": 1, "test_b": 1, "core": 1})) == (
        "test_a",
        "test_b",
        "core",
        "gone",
    )


def chain(found: ModuleGraph, starts: Starts) -> tuple[str, ...]:
    (root,) = rank_roots([missing("core", "gone")], found, starts)
    return root.chain


def test_sites_hold_every_place_that_names_the_target_even_where_it_runs_late() -> None:
    findings = [missing("b", "gone", 4), missing("a", "gone", 2), missing("c", "gone", 7, breaks=False)]
    (root,) = rank_roots(findings, graph("a > b", "c ~ b"), NOTHING)
    assert root.sites == (Site("a.py", 2), Site("b.py", 4), Site("c.py", 7))


def test_sites_with_and_without_a_line_have_an_order() -> None:
    sites = [Site("a.py"), Site("a.py", 3), Site("a.py", 3, 2), Site("b.py")]
    findings = [msgspec.structs.replace(missing("a", "gone"), site=each) for each in reversed(sites)]
    (root,) = rank_roots(findings, graph("a > gone"), NOTHING)
    assert root.sites == tuple(sites)


def test_what_history_says_of_the_target_stands_on_its_root() -> None:
    gone = Retirement("c0ffee", "2025-08-27", "Remove it")
    (root,) = rank_roots([missing("a", "gone"), missing("b", "gone", gone=gone)], graph("a > b"), NOTHING)
    assert root.retired_in == gone


def test_a_shortest_chain_is_found_and_the_earlier_line_breaks_a_tie() -> None:
    eager = ImportGraph(
        graph("a > long", "long > longer", "longer > end", "a > second", "a > first", "first > end", "second > end")
    )
    assert [link.imported for link in eager.path("a", ["end"])] == ["second", "end"]
    assert eager.path("end", ["end"]) == ()
    assert eager.path("elsewhere", ["end"]) == ()


def test_distances_count_imports_to_the_nearest_target() -> None:
    distances: Mapping[str, int] = ImportGraph(graph("a > b", "b > c", "d > c", "d > a")).distances(["c", "b"])
    assert distances == {"c": 0, "b": 0, "a": 1, "d": 1}

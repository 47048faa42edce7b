"""Root causes: which few missing names kill how much, ranked, each with the chain that a user runs into."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

import msgspec

from audit.model.findings import Finding, Link, Root, Site
from audit.model.graph import ModuleGraph
from audit.verdict.chains import ImportGraph


class Starts(msgspec.Struct, frozen=True):
    """What users and test runners start: ``entry_points`` maps a command to its module, ``tests`` counts the
    test functions of each module."""

    entry_points: Mapping[str, str]
    tests: Mapping[str, int]


def rank_roots(findings: Iterable[Finding], graph: ModuleGraph, starts: Starts) -> tuple[Root, ...]:
    """One root for each target whose absence breaks an import, the deadliest first."""
    eager = ImportGraph(graph)
    by_target: dict[str, list[Finding]] = defaultdict(list)
    sites: dict[str, set[Site]] = defaultdict(set)
    for finding in findings:
        sites[finding.target].add(finding.site)
        if finding.breaks_import:
            by_target[finding.target].append(finding)
    killed = {
        target: eager.dependents({finding.referrer for finding in group}) & set(graph.modules)
        for target, group in by_target.items()
    }
    roots = []
    for target, group in by_target.items():
        others: set[str] = set().union(*(dead for other, dead in killed.items() if other != target))
        links = _chain(eager, group, killed[target], starts)
        roots.append(
            Root(
                target=target,
                sites=tuple(sorted(sites[target], key=_place)),
                killed=tuple(sorted(killed[target])),
                kills_tests=sum(starts.tests.get(module, 0) for module in killed[target]),
                kills_entry_points=tuple(
                    sorted(
                        name
                        for name, module in starts.entry_points.items()
                        if module == target or module in killed[target]
                    )
                ),
                chain=(*(link.importer for link in links), links[-1].imported),
                links=links,
                spread=_spread(eager, group, killed[target]),
                revives=len(killed[target] - others),
                retired_in=next((each.retired_in for each in group if each.retired_in), None),
                replacement=next((each.replacement for each in group if each.replacement), None),
            )
        )
    return tuple(sorted(roots, key=lambda root: (-len(root.killed), -root.revives, root.target)))


def _chain(eager: ImportGraph, group: list[Finding], killed: set[str], starts: Starts) -> tuple[Link, ...]:
    """From what somebody starts, through the broken module, to the name that is missing."""
    broken = {finding.referrer: finding for finding in sorted(group, key=lambda each: each.order, reverse=True)}
    distance = eager.distances(sorted(broken))
    start = _start(killed, distance, starts)
    path = eager.path(start, sorted(broken))
    last = broken[path[-1].imported if path else start]
    return (*path, Link(last.referrer, last.target, last.site))


def _spread(eager: ImportGraph, group: list[Finding], killed: set[str]) -> tuple[Link, ...]:
    """The import by which each killed module dies: first those that name the target, then those that import them."""
    broken = {finding.referrer: finding for finding in sorted(group, key=lambda each: each.order, reverse=True)}
    named = [Link(name, finding.target, finding.site) for name, finding in sorted(broken.items())]
    return tuple(link for link in (*named, *eager.spread(sorted(broken))) if link.importer in killed)


def _start(killed: set[str], distance: Mapping[str, int], starts: Starts) -> str:
    """The most telling victim: a command before a module before a test, and far away before near."""
    commands = set(starts.entry_points.values())

    def rank(module: str) -> tuple[int, int, str]:
        kind = 0 if module in commands else 2 if starts.tests.get(module) else 1
        return (kind, -distance.get(module, 0), module)

    return min(killed, key=rank)


def _place(site: Site) -> tuple[str, int, int]:
    """The order of sites: those of notebooks are of a kind of their own, which cannot be compared with others."""
    return (site.path, site.line or 0, site.column or 0)

"""Reads what import-linter found out of a broken contract's check, as chains of links with their sites."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from importlinter import ContractCheck

from audit.model.findings import Link, Site

Sites = dict[tuple[str, str], Site]
Chain = tuple[Link, ...]


class Violations(msgspec.Struct, frozen=True):
    """What breaks a contract, in words; every import chain behind it; modules that it fails to place."""

    statements: tuple[str, ...]
    chains: tuple[Chain, ...]
    undeclared: tuple[str, ...]


def violations(check: ContractCheck, sites: Sites) -> Violations:
    """The violations of a check of any built-in contract type; each type keeps its own metadata."""
    statements: set[str] = set()
    chains: set[Chain] = set()
    for statement, found in _each(check.metadata, sites):
        statements.add(statement)
        chains.update(found)
    undeclared = tuple(sorted(check.metadata.get("undeclared_modules", ())))
    return Violations(tuple(sorted(statements)), tuple(sorted(chains, key=_reading_order)), undeclared)


def _each(metadata: dict[str, Any], sites: Sites) -> Iterator[tuple[str, list[Chain]]]:
    for found in metadata.get("invalid_dependencies", ()):
        chains = [chain for route in found["routes"] for chain in _unfold(route, sites)]
        yield f"{found['importer']} must not import {found['imported']}", chains
    for found in metadata.get("invalid_chains", ()):
        chains = [chain for route in found["chains"] for chain in _unfold(route, sites)]
        yield f"{found['downstream_module']} must not import {found['upstream_module']}", chains
    for found in metadata.get("illegal_imports", ()):
        chains = [(_link(link, sites),) for link in found.illegal_links]
        yield f"{found.top_level_module} is protected from all but its allowed importers", chains
    for package, imports in metadata.get("cycle_breakers_by_package", {}).items():
        chains = [(_link({"importer": a, "imported": b}, sites),) for a, b in imports]
        yield f"the children of {package} import each other in a circle", chains
    for module in metadata.get("undeclared_modules", ()):
        yield f"{module} is in no layer, and the contract is exhaustive", []


def _unfold(route: Any, sites: Sites) -> Iterator[Chain]:
    """Each chain of a route. A route that several modules enter or leave is one chain for each of them."""
    if isinstance(route, list):
        yield tuple(_link(link, sites) for link in route)
        return
    chain = tuple(_link(link, sites) for link in route["chain"])
    yield chain
    yield from ((_link(first, sites), *chain[1:]) for first in route["extra_firsts"])
    yield from ((*chain[:-1], _link(last, sites)) for last in route["extra_lasts"])


def _link(link: Any, sites: Sites) -> Link:
    importer, imported = link["importer"], link["imported"]
    return Link(importer=importer, imported=imported, site=sites[importer, imported])


def _reading_order(chain: Chain) -> list[tuple[str, int, str]]:
    return [(link.site.path, link.site.line or 0, link.imported) for link in chain]

"""Builds the graph that import-linter judges from our resolved edges, in place of grimp's own builder.

grimp finds packages by importing them, sees only folders with an ``__init__.py``, and drops an import of a
module that is gone. Ours are resolved from source, at any commit, over every source root. What is kept from
grimp is the meaning of the graph: modules of the root packages, and one squashed node for each external
package when a configuration asks for those.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import grimp

from audit.model.findings import Site
from audit.model.graph import ImportEdge, ModuleGraph
from audit.model.settings import ContractConfig


class JudgedGraph(NamedTuple):
    """A grimp graph, and the first site of each of its imports by (importer, imported)."""

    imports: grimp.ImportGraph
    sites: dict[tuple[str, str], Site]


def build_graph(config: ContractConfig, graph: ModuleGraph) -> JudgedGraph:
    """The imports among the modules of the root packages, and to externals when they are included.

    An import of a module that does not exist is left out: it is a finding of its own, and no contract can
    name its target. Imports under TYPE_CHECKING are left out when the configuration says so.
    """
    imports = grimp.ImportGraph()
    sites: dict[tuple[str, str], Site] = {}
    for module in graph.modules:
        if is_within(module, config.root_packages):
            imports.add_module(module)
    for edge in graph.edges:
        imported = _judged_target(edge, config, graph)
        if imported is None:
            continue
        if imported not in imports.modules:
            imports.add_module(imported, is_squashed=True)
        imports.add_import(
            importer=edge.importer,
            imported=imported,
            line_number=edge.site.line or 0,
            line_contents=edge.line_text,
        )
        known = sites.setdefault((edge.importer, imported), edge.site)
        if (edge.site.line or 0) < (known.line or 0):
            sites[edge.importer, imported] = edge.site
    return JudgedGraph(imports, sites)


def is_within(module: str, packages: Iterable[str]) -> bool:
    """Whether a module is one of the packages or lies below one."""
    return any(module == package or module.startswith(f"{package}.") for package in packages)


def external_package(module: str, roots: Iterable[str]) -> str | None:
    """The package that stands for an external module: its shortest name that is not above a root package.

    That is its top name, unless it shares a namespace with a root: with the root ``ns.one``, the module
    ``ns.two.x`` belongs to ``ns.two``, and ``ns`` itself to nobody (None).
    """
    parts = module.split(".")
    for length in range(1, len(parts) + 1):
        name = ".".join(parts[:length])
        if not any(root.startswith(f"{name}.") for root in roots):
            return name
    return None


def _judged_target(edge: ImportEdge, config: ContractConfig, graph: ModuleGraph) -> str | None:
    """The node that an edge leads to, or None when contracts do not see the edge."""
    if not is_within(edge.importer, config.root_packages):
        return None
    if config.exclude_type_checking_imports and edge.context == "typing":
        return None
    if is_within(edge.imported, config.root_packages):
        return edge.imported if edge.imported in graph.modules else None
    if not config.include_external_packages:
        return None
    return external_package(edge.imported, config.root_packages)

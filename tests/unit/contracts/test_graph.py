"""The graph that contracts are judged on: the modules of the root packages, and what they import."""

from __future__ import annotations

import msgspec
import pytest

from audit.contracts.graph import build_graph
from audit.model.facts import Context
from audit.model.findings import Site
from audit.model.graph import ImportEdge, ModuleGraph
from audit.model.settings import ContractConfig

CONFIG = ContractConfig(site=Site("setup.cfg", 1), root_packages=("shop",), contracts=())
WITH_EXTERNALS = msgspec.structs.replace(CONFIG, include_external_packages=True)
MODULES = {"shop": "shop/__init__.py", "shop.a": "shop/a.py", "shop.b": "shop/b.py", "tools": "tools.py"}


def edge(importer: str, imported: str, line: int = 1, context: Context = "eager") -> ImportEdge:
    return ImportEdge(importer, imported, Site(f"{importer}.py", line), f"import {imported}", context)


def built(config: ContractConfig, *edges: ImportEdge) -> tuple[set[str], dict[str, set[str]]]:
    """All nodes, and what each node that imports something imports."""
    graph = build_graph(config, ModuleGraph(MODULES, edges)).imports
    imports = {name: graph.find_modules_directly_imported_by(name) for name in graph.modules}
    return graph.modules, {name: found for name, found in imports.items() if found}


def test_only_modules_of_the_root_packages_are_judged() -> None:
    edges = (edge("shop.a", "shop.b"), edge("tools", "shop.b"), edge("shop.b", "tools"))
    assert built(CONFIG, *edges) == ({"shop", "shop.a", "shop.b"}, {"shop.a": {"shop.b"}})


def test_an_external_package_is_one_node_when_externals_are_included() -> None:
    edges = (edge("shop.a", "numpy.random"), edge("shop.b", "numpy.linalg"), edge("shop.b", "tools"))
    assert built(CONFIG, *edges)[1] == {}
    assert built(WITH_EXTERNALS, *edges)[1] == {"shop.a": {"numpy"}, "shop.b": {"numpy", "tools"}}


def test_an_import_of_a_module_that_does_not_exist_is_no_edge() -> None:
    assert built(WITH_EXTERNALS, edge("shop.a", "shop.gone"), edge("shop.a", "shop.gone.x"))[1] == {}


def test_imports_for_type_checkers_can_be_excluded() -> None:
    excluding = msgspec.structs.replace(CONFIG, exclude_type_checking_imports=True)
    edges = (edge("shop.a", "shop.b", context="typing"), edge("shop.b", "shop.a", context="lazy"))
    assert built(CONFIG, *edges)[1] == {"shop.a": {"shop.b"}, "shop.b": {"shop.a"}}
    assert built(excluding, *edges)[1] == {"shop.b": {"shop.a"}}


@pytest.mark.parametrize(
    ("imported", "node"),
    [("ns.two.x", "ns.two"), ("ns.two", "ns.two"), ("ns", None), ("other.part", "other")],
)
def test_an_external_that_shares_a_namespace_with_a_root_is_known_below_it(imported: str, node: str | None) -> None:
    config = msgspec.structs.replace(WITH_EXTERNALS, root_packages=("ns.one",))
    graph = ModuleGraph({"ns": "ns", "ns.one": "ns/one.py"}, (edge("ns.one", imported),))
    found = build_graph(config, graph).imports.find_modules_directly_imported_by("ns.one")
    assert found == ({node} if node else set())


def test_an_import_made_twice_is_sited_at_its_first_line() -> None:
    graph = ModuleGraph(
        MODULES, (edge("shop.a", "shop.b", 9), edge("shop.a", "shop.b", 2), edge("shop.a", "shop.b", 5))
    )
    assert build_graph(CONFIG, graph).sites == {("shop.a", "shop.b"): Site("shop.a.py", 2)}

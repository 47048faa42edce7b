"""Contracts are judged on a graph drawn by hand: kept, or broken with every chain."""

from __future__ import annotations

import re

import pytest

from audit.contracts.judge import check_contracts
from audit.model.contracts import JudgedContract
from audit.model.findings import Site
from audit.model.graph import ImportEdge, ModuleGraph
from audit.model.settings import ContractConfig, ContractOptions

SHOP = """
shop
shop.web            3: shop.orders    9: shop.store
shop.web.pages      1: shop.orders.basket
shop.orders
shop.orders.basket  4: shop.store     5: requests.sessions
shop.store          2: json
shop.store.disk     7: numpy          8: shop.gone
"""
"""One module a line, with its imports as ``line: module``. Paths are as in a source tree."""


def drawn(text: str) -> ModuleGraph:
    modules: dict[str, str] = {}
    edges: list[ImportEdge] = []
    for row in text.strip().splitlines():
        module = row.split()[0]
        modules[module] = path_of(module)
        for line, imported in re.findall(r"(\d+): (\S+)", row):
            edges.append(
                ImportEdge(
                    importer=module,
                    imported=imported,
                    site=Site(path_of(module), int(line)),
                    line_text=f"import {imported}",
                )
            )
    return ModuleGraph(modules, tuple(edges))


def path_of(module: str) -> str:
    return module.replace(".", "/") + ".py"


def config(kind: str, *, external: bool = False, **options: str | list[str]) -> ContractConfig:
    return ContractConfig(
        site=Site("rules/importlinter.toml", 2),
        root_packages=("shop",),
        include_external_packages=external,
        contracts=(
            ContractOptions(
                name="The rule",
                type=kind,
                site=Site("rules/importlinter.toml", 4),
                options={key: tuple(item) if isinstance(item, list) else item for key, item in options.items()},
            ),
        ),
    )


def judge(rules: ContractConfig, graph: str = SHOP) -> JudgedContract:
    (result,) = check_contracts(rules, drawn(graph))
    return result


def chains(result: JudgedContract) -> list[str]:
    """Each chain as one line: ``importer:line -> importer:line -> imported``."""
    return [
        " -> ".join([*(f"{link.importer}:{link.site.line}" for link in chain), chain[-1].imported])
        for chain in result.chains
    ]


KEPT = [
    (config("layers", layers=["shop.web", "shop.orders", "shop.store"]), 6),
    (config("layers", containers=["shop"], layers=["web", "orders", "store"], exhaustive="True"), 6),
    (config("layers", containers=["shop"], layers=["web", "(cache)", "orders", "store"]), 6),
    (config("forbidden", source_modules=["shop.store"], forbidden_modules=["shop.web"]), 2),
    (config("forbidden", source_modules=["shop.*"], forbidden_modules=["django"], external=True), 6),
    (config("independence", modules=["shop.store.disk", "shop.web"]), 3),
    (
        config("protected", protected_modules=["shop.store"], allowed_importers=["shop.orders", "shop.web"]),
        2,
    ),
    (config("acyclic_siblings", ancestors="shop", depth="2"), 7),
]


@pytest.mark.parametrize(("rules", "examined"), KEPT, ids=lambda value: str(getattr(value, "contracts", value)))
def test_a_contract_that_holds_is_kept_and_says_how_many_modules_it_examined(
    rules: ContractConfig, examined: int
) -> None:
    assert judge(rules) == JudgedContract(
        name="The rule",
        type=rules.contracts[0].type,
        site=Site("rules/importlinter.toml", 4),
        outcome="kept",
        modules_examined=examined,
    )


BROKEN = {
    "layers": (
        config("layers", layers=["shop.store", "shop.orders", "shop.web"]),
        [
            "shop.orders must not import shop.store",
            "shop.web must not import shop.orders",
            "shop.web must not import shop.store",
        ],
        [
            "shop.orders.basket:4 -> shop.store",
            "shop.web:3 -> shop.orders",
            "shop.web:9 -> shop.store",
            "shop.web.pages:1 -> shop.orders.basket",
        ],
    ),
    "forbidden": (
        config("forbidden", source_modules=["shop.web.pages"], forbidden_modules=["shop.store"]),
        ["shop.web.pages must not import shop.store"],
        ["shop.web.pages:1 -> shop.orders.basket:4 -> shop.store"],
    ),
    "external": (
        config("forbidden", source_modules=["shop"], forbidden_modules=["requests", "numpy"], external=True),
        ["shop must not import numpy", "shop must not import requests"],
        ["shop.orders.basket:5 -> requests", "shop.store.disk:7 -> numpy"],
    ),
    "independence": (
        config("independence", modules=["shop.web", "shop.store"]),
        ["shop.web must not import shop.store"],
        ["shop.web:9 -> shop.store", "shop.web.pages:1 -> shop.orders.basket:4 -> shop.store"],
    ),
    "protected": (
        config("protected", protected_modules=["shop.store"], allowed_importers=["shop.orders"]),
        ["shop.store is protected from all but its allowed importers"],
        ["shop.web:9 -> shop.store"],
    ),
}


@pytest.mark.parametrize(("rules", "statements", "broken_by"), BROKEN.values(), ids=BROKEN)
def test_a_broken_contract_shows_every_chain_with_its_lines(
    rules: ContractConfig, statements: list[str], broken_by: list[str]
) -> None:
    result = judge(rules)
    assert (result.outcome, result.message, chains(result)) == ("broken", "; ".join(statements), broken_by)
    assert result.modules_examined > 0


def test_a_chain_that_several_modules_enter_or_leave_is_one_chain_for_each() -> None:
    graph = """
    shop
    shop.a
    shop.a.one    1: shop.mid
    shop.a.two    2: shop.mid
    shop.mid      3: shop.b.one   4: shop.b.two
    shop.b
    shop.b.one
    shop.b.two
    """
    result = judge(config("independence", modules=["shop.a", "shop.b"]), graph)
    assert chains(result) == [
        "shop.a.one:1 -> shop.mid:3 -> shop.b.one",
        "shop.a.one:1 -> shop.mid:4 -> shop.b.two",
        "shop.a.two:2 -> shop.mid:3 -> shop.b.one",
    ]


def test_a_circle_among_siblings_is_broken_at_the_import_that_closes_it() -> None:
    graph = SHOP + "shop.store.cache  6: shop.orders.basket\n"
    result = judge(config("acyclic_siblings", ancestors=["shop"]), graph)
    assert (result.outcome, result.message) == (
        "broken",
        "the children of shop import each other in a circle",
    )
    assert chains(result) == ["shop.store.cache:6 -> shop.orders.basket"]


def test_an_exhaustive_contract_is_broken_by_a_module_without_a_layer() -> None:
    rules = config("layers", containers=["shop"], layers=["web", "orders"], exhaustive="True")
    result = judge(rules)
    assert (result.outcome, result.message, result.chains, result.undeclared) == (
        "broken",
        "shop.store is in no layer, and the contract is exhaustive",
        (),
        ("shop.store",),
    )


def test_the_guidance_of_a_broken_contract_is_part_of_its_message() -> None:
    rules = config("independence", modules=["shop.web", "shop.store"], broken_contract_guidance="Ask orders.")
    assert judge(rules).message == "shop.web must not import shop.store; Ask orders."


def test_contracts_do_not_see_what_the_others_ignore() -> None:
    ignoring = config("independence", modules=["shop.web", "shop.store"], ignore_imports=["shop.** -> shop.**"])
    plain = config("independence", modules=["shop.web", "shop.store"])
    rules = ContractConfig(
        site=Site("setup.cfg", 1),
        root_packages=("shop",),
        contracts=(*ignoring.contracts, *plain.contracts),
    )
    assert [result.outcome for result in check_contracts(rules, drawn(SHOP))] == ["kept", "broken"]

"""Outcomes of contracts become findings whose identity survives moved lines."""

from __future__ import annotations

from audit.checks.contracts import contract_findings
from audit.model.contracts import JudgedContract
from audit.model.findings import Finding, Link, Site

RULES = "rules/importlinter.toml"


def link(importer: str, imported: str, line: int) -> Link:
    return Link(importer, imported, Site(importer.replace(".", "/") + ".py", line))


def finding(code: str, site: Site, referrer: str, target: str, message: str) -> Finding:
    return Finding(
        code=code,
        severity="error",
        site=site,
        kind="contract",
        target=target,
        referrer=referrer,
        message=message,
    )


def test_a_kept_contract_is_no_finding() -> None:
    kept = JudgedContract(name="Layers", type="layers", outcome="kept", site=Site(RULES, 3), modules_examined=4)
    assert contract_findings([kept]) == ()


def test_each_breach_is_a_finding_and_an_invalid_contract_is_one() -> None:
    long_way = (link("shop.web", "shop.orders", 9), link("shop.orders", "shop.store", 2))
    broken = JudgedContract(
        name="Layers",
        type="layers",
        outcome="broken",
        site=Site(RULES, 3),
        chains=(long_way, (link("shop.web", "shop.store", 4),), (link("shop.api", "shop.store", 1),)),
        undeclared=("shop.cache",),
    )
    invalid = JudgedContract(
        name="Apart", type="independence", outcome="invalid", site=Site(RULES, 8), message="names shop.gone"
    )
    assert contract_findings([broken, invalid]) == (
        finding(
            "CON001",
            Site(RULES, 3),
            RULES,
            "Layers: shop.cache",
            "contract 'Layers' is broken: shop.cache is in no layer; place it in one",
        ),
        finding("CON002", Site(RULES, 8), RULES, "Apart", "contract 'Apart' is invalid: names shop.gone"),
        finding(
            "CON001",
            Site("shop/api.py", 1),
            "shop.api",
            "Layers: shop.store",
            "contract 'Layers' is broken: shop.api -> shop.store (shop/api.py:1)",
        ),
        finding(
            "CON001",
            Site("shop/web.py", 4),
            "shop.web",
            "Layers: shop.store",
            "contract 'Layers' is broken: shop.web -> shop.store (shop/web.py:4)",
        ),
    )


def test_a_chain_of_several_imports_is_told_step_by_step() -> None:
    chain = (link("shop.web", "shop.orders", 9), link("shop.orders", "shop.store", 2))
    broken = JudgedContract(name="Apart", type="forbidden", outcome="broken", site=Site(RULES, 3), chains=(chain,))
    assert [found.message for found in contract_findings([broken])] == [
        "contract 'Apart' is broken: shop.web -> shop.orders (shop/web.py:9) -> shop.store (shop/orders.py:2)"
    ]

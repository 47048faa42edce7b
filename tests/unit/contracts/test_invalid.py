"""A contract that cannot be judged is invalid, says everything that is wrong with it, and is never kept."""

from __future__ import annotations

import pytest

from audit.config.contracts import load_contracts
from audit.contracts.judge import check_contracts
from audit.model.contracts import JudgedContract
from audit.model.findings import Retirement, Site
from audit.model.graph import ModuleGraph
from audit.model.settings import ContractConfig

NAMES = "shop shop.web shop.web.pages shop.orders shop.orders.basket shop.store shop.store.disk warehouse"
SHOP = ModuleGraph({name: name.replace(".", "/") + ".py" for name in NAMES.split()}, ())


def config(contract: str, session: str = 'root_packages = ["shop"]') -> ContractConfig:
    """One contract, named "The rule", with its type and options as they are written in TOML."""
    text = f'[tool.importlinter]\n{session}\n[[tool.importlinter.contracts]]\nname = "The rule"\n{contract}\n'
    found = load_contracts({"rules/importlinter.toml": text.encode()}.get)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("contract", "reason"),
    [
        (
            """type = "layers"
            containers = ["shop"]
            layers = ["web", "ordres", "cash"]""",
            (
                "names shop.cash, which does not exist; "
                "names shop.ordres, which does not exist, did you mean 'shop.orders'?"
            ),
        ),
        (
            """type = "layers"
            containers = ["shop.stor"]
            layers = ["disk"]""",
            "names shop.stor, which does not exist, did you mean 'shop.store'?",
        ),
        (
            """type = "layers"
            containers = ["shop"]
            layers = ["(cache)"]""",
            "examines no module: none of the modules it names exists",
        ),
        (
            """type = "layers"
            layres = ["web"]
            exhaustive = "perhaps\"""",
            (
                "exhaustive: Could not parse a boolean from 'perhaps'.; layers: This is a required field.; "
                "layres: Unrecognized option. Did you mean 'layers'?"
            ),
        ),
        (
            """type = "layers"
            layers = ["shop.web"]
            unmatched_ignore_imports_alerting = ["none"]""",
            "unmatched_ignore_imports_alerting: Expected a single value, got multiple values.",
        ),
        (
            """type = "forbidden"
            source_modules = ["shop.basket"]
            forbidden_modules = ["shop.gone"]""",
            (
                "names shop.basket, which does not exist, did you mean 'shop.orders.basket'?; "
                "names shop.gone, which does not exist"
            ),
        ),
        (
            """type = "forbidden"
            source_modules = ["shop.*.missing"]
            forbidden_modules = ["shop.web"]""",
            "the pattern shop.*.missing matches no module",
        ),
        (
            """type = "forbidden"
            source_modules = ["shop.web"]
            forbidden_modules = ["numpy"]""",
            (
                "The top level configuration must have include_external_packages=True when there are external "
                "forbidden modules."
            ),
        ),
        (
            """type = "protected"
            protected_modules = ["shop.store"]
            allowed_importers = ["shop.ordrs"]""",
            "names shop.ordrs, which does not exist, did you mean 'shop.orders'?",
        ),
        (
            """type = "acyclic_siblings"
            ancestors = "shop"
            skip_descendants = ["shop.wep"]""",
            "names shop.wep, which does not exist, did you mean 'shop.web'?",
        ),
        (
            """type = "independence"
            modules = ["shop.web"]
            ignore_imports = ["shop.old -> shop.web"]""",
            "names shop.old, which does not exist",
        ),
        (
            """type = "independence"
            modules = ["shop.web"]
            ignore_imports = ["shop.store -> shop.web"]""",
            "No matches for ignored import shop.store -> shop.web.",
        ),
        (
            """type = "layer"
            layers = ["web"]""",
            "no contract type 'layer', did you mean 'layers'?",
        ),
    ],
)
def test_an_invalid_contract_says_everything_that_is_wrong_with_it(contract: str, reason: str) -> None:
    rules = config(contract)
    assert check_contracts(rules, SHOP) == (
        JudgedContract(
            name="The rule",
            type=rules.contracts[0].type,
            site=Site("rules/importlinter.toml", 3),
            outcome="invalid",
            message=reason,
        ),
    )


def test_a_missing_name_is_told_with_the_commit_that_retired_it() -> None:
    retirements = {"shop.gone": Retirement("3f5a0762de41", "2026-01-31T10:00:00+00:00", "Remove the old store")}
    (result,) = check_contracts(config('type = "independence"\nmodules = ["shop.gone"]'), SHOP, retirements.get)
    assert result.message == (
        "names shop.gone, which does not exist (retired in 3f5a0762de on 2026-01-31: Remove the old store)"
    )


def test_a_custom_contract_type_is_invalid_because_its_code_is_never_run() -> None:
    session = 'root_package = "shop"\ncontract_types = ["tidy: shop.rules.Tidy"]'
    (result,) = check_contracts(config('type = "tidy"', session), SHOP)
    assert result.message == (
        "type 'tidy' is implemented by shop.rules.Tidy, and an audit runs no code of the repository"
    )


def test_a_missing_root_package_is_a_result_of_its_own() -> None:
    rules = config('type = "independence"\nmodules = ["shop.web"]', 'root_packages = ["shop", "wharehouse"]')
    results = check_contracts(rules, SHOP)
    assert [(result.name, result.outcome, result.message, result.site.line) for result in results] == [
        ("root_packages", "invalid", "names wharehouse, which does not exist, did you mean 'warehouse'?", 2),
        ("The rule", "kept", "", 3),
    ]


def test_no_module_examined_is_never_a_pass() -> None:
    results = check_contracts(config('type = "acyclic_siblings"\nancestors = ["shop"]'), ModuleGraph({}, ()))
    assert [result.outcome for result in results] == ["invalid", "invalid"]

"""Import contracts are read from where import-linter finds them, with the line of each contract."""

from __future__ import annotations

import pytest

from audit.config.contracts import load_contracts
from audit.model.errors import ConfigError
from audit.model.findings import Site
from audit.model.settings import ContractConfig, ContractOptions

TOML = """\
[tool.importlinter]
root_packages = ["shop", "tools"]
include_external_packages = true
exclude_type_checking_imports = false
contract_types = ["tidy: tools.contracts.Tidy"]

[[tool.importlinter.contracts]]
id = "layers"
name = "Layers"
type = "layers"
containers = ["shop"]
layers = ["web", "store"]
exhaustive = true

[[tool.importlinter.contracts]]
name = "No cycles"
type = "acyclic_siblings"
ancestors = "shop"
depth = 3
"""

INI = """\
[metadata]
name = shop

[importlinter]
root_packages =
    shop
    tools
include_external_packages = True
contract_types =
    tidy: tools.contracts.Tidy

[importlinter:contract:layers]
name = Layers
type = layers
containers =
    shop
layers =
    web
    store
exhaustive = True

[importlinter:contract:cycles]
name = No cycles
type = acyclic_siblings
ancestors = shop
depth = 3
"""


def load(files: dict[str, str], rules: str = "rules") -> ContractConfig | None:
    contents = {path: text.encode() for path, text in files.items()}
    return load_contracts(contents.get, rules)


def mistakes_of(files: dict[str, str]) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as raised:
        load(files)
    return raised.value.mistakes


def expected(path: str, roots_line: int, layers_line: int, cycles_line: int) -> ContractConfig:
    """What both examples say, but for their lines."""
    return ContractConfig(
        site=Site(path, roots_line),
        root_packages=("shop", "tools"),
        include_external_packages=True,
        contract_types={"tidy": "tools.contracts.Tidy"},
        contracts=(
            ContractOptions(
                name="Layers",
                type="layers",
                site=Site(path, layers_line),
                options={
                    "containers": ("shop",),
                    "layers": ("web", "store"),
                    "exhaustive": "True",
                },
            ),
            ContractOptions(
                name="No cycles",
                type="acyclic_siblings",
                site=Site(path, cycles_line),
                options={"ancestors": "shop", "depth": "3"},
            ),
        ),
    )


def test_a_tree_without_contracts_has_none() -> None:
    assert load({}) is None
    assert load({"setup.cfg": "[metadata]\nname = importlinter\n", "pyproject.toml": "[tool]\n"}) is None


@pytest.mark.parametrize("path", ["rules/importlinter.toml", "pyproject.toml"])
def test_toml_contracts_are_read_with_their_lines(path: str) -> None:
    assert load({path: TOML}) == expected(path, roots_line=2, layers_line=7, cycles_line=15)


@pytest.mark.parametrize("path", ["setup.cfg", ".importlinter"])
def test_ini_contracts_are_read_with_their_lines(path: str) -> None:
    assert load({path: INI}) == expected(path, roots_line=4, layers_line=12, cycles_line=22)


def test_one_root_package_may_be_given_by_its_own_key() -> None:
    config = load({"pyproject.toml": TOML.replace('root_packages = ["shop", "tools"]', 'root_package = "shop"')})
    assert config is not None
    assert config.root_packages == ("shop",)


def test_the_rules_folder_comes_first_and_then_the_order_of_import_linter() -> None:
    files = {"rules/importlinter.toml": TOML, "setup.cfg": INI, ".importlinter": INI, "pyproject.toml": TOML}
    found = []
    for path in list(files):
        config = load(files)
        assert config is not None
        found.append(config.site.path)
        del files[path]
    assert found == ["rules/importlinter.toml", "setup.cfg", ".importlinter", "pyproject.toml"]


def test_the_rules_folder_can_lie_elsewhere() -> None:
    config = load({"ci/importlinter.toml": TOML}, rules="ci")
    assert config is not None
    assert config.site.path == "ci/importlinter.toml"


def test_options_that_import_linter_ignores_are_ignored_in_its_own_places() -> None:
    text = TOML.replace("[tool.importlinter]", "[tool.importlinter]\nfuture_option = 1")
    assert load({"pyproject.toml": text}) is not None
    assert mistakes_of({"rules/importlinter.toml": text}) == ("rules/importlinter.toml:2: unknown key 'future_option'",)


def test_every_mistake_in_the_rules_folder_is_told() -> None:
    text = """\
[tool.importlinter]
root_pakages = ["shop"]
include_external_packages = "maybe"
contract_types = ["tidy"]

[[tool.importlinter.contracts]]
type = "layers"

[[tool.importlinter.contracts]]
name = ["a", "b"]
layers = [1, 2]

[[tool.importlinter.contracts]]
name = "Twice"
type = "forbidden"

[[tool.importlinter.contracts]]
name = "Twice"
type = "forbidden"
source_modules = { a = 1 }
"""
    path = "rules/importlinter.toml"
    assert mistakes_of({path: text}) == (
        f"{path}:1: no 'root_packages'; name the packages the contracts speak of",
        f"{path}:2: unknown key 'root_pakages', did you mean 'root_packages'?",
        f"{path}:3: 'include_external_packages' must be true or false, not 'maybe'",
        f"{path}:4: contract type 'tidy' must read 'name: package.module.Class'",
        f"{path}:6: a contract without 'name'",
        f"{path}:9: a contract without 'type'",
        f"{path}:10: 'name' must be text, not ['a', 'b']",
        f"{path}:11: 'layers' must be text, a number, true, false or a list of text, not [1, 2]",
        f"{path}:17: a second contract named 'Twice' (the first is on line 13)",
        f"{path}:20: 'source_modules' must be text, a number, true, false or a list of text, not {{'a': 1}}",
    )


RULES = "rules/importlinter.toml"
ONE_CONTRACT = "[[tool.importlinter.contracts]]\nname = 'x'\ntype = 'y'\n"


@pytest.mark.parametrize(
    ("path", "text", "mistake"),
    [
        (RULES, "", "1: no [tool.importlinter] table; the contracts belong into it"),
        (RULES, "a = ", "1: not valid TOML: invalid value at the end of the file"),
        (RULES, "[tool.importlinter]\nx = 1\n", "1: no contract here: without one, nothing is checked"),
        ("pyproject.toml", "[tool]\nimportlinter = 3\n", "2: 'tool.importlinter' must be a table"),
        (
            "pyproject.toml",
            "[tool.importlinter.contracts]\nname = 'x'\n",
            "1: 'contracts' must be tables: [[tool.importlinter.contracts]]",
        ),
        (
            "pyproject.toml",
            f"[tool.importlinter]\nroot_packages = []\n{ONE_CONTRACT}",
            "2: 'root_packages' is empty; name the packages the contracts speak of",
        ),
    ],
)
def test_toml_that_configures_nothing_is_a_mistake_with_its_line(path: str, text: str, mistake: str) -> None:
    assert f"{path}:{mistake}" in mistakes_of({path: text})


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("[importlinter]\nroot_package = a\n", "1: no contract here: without one, nothing is checked"),
        (
            "[importlinter]\nno value\n",
            "2: not valid INI: a line that is no section, option or continuation",
        ),
        ("# importlinter\nx = 1\n", "2: not valid INI: a line that is no section, option or continuation"),
        ("[importlinter]\n[importlinter]\n", "2: not valid INI: section 'importlinter' is given twice"),
        (
            "[importlinter]\na = 1\na = 2\n",
            "3: not valid INI: option 'a' is given twice in 'importlinter'",
        ),
        (
            "[importlinter]\na = %x\n",
            "1: not valid INI: option 'a': a percent sign must be written twice",
        ),
    ],
)
def test_ini_that_configures_nothing_is_a_mistake_with_its_line(text: str, mistake: str) -> None:
    assert f".importlinter:{mistake}" in mistakes_of({".importlinter": text})


def test_bytes_that_are_no_text_are_a_mistake_with_their_line() -> None:
    with pytest.raises(ConfigError) as raised:
        load_contracts({".importlinter": b"[importlinter]\nroot_package = \xff\n"}.get)
    assert raised.value.mistakes == (".importlinter:2: not UTF-8; save the file as UTF-8",)

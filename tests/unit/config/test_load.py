"""All configuration is read in one go, so that all its mistakes are told in one go."""

from __future__ import annotations

import pytest

from audit.config.load import load_configuration
from audit.model.errors import ConfigError
from audit.model.findings import Site
from audit.model.settings import Configuration, RetiredName, Settings

CONTRACTS = """\
[tool.importlinter]
root_package = "shop"
[[tool.importlinter.contracts]]
name = "Independent"
type = "independence"
modules = ["shop.a", "shop.b"]
"""


def load(files: dict[str, str]) -> Configuration:
    return load_configuration({path: text.encode() for path, text in files.items()}.get)


def test_an_unconfigured_tree_has_the_empty_configuration() -> None:
    assert load({}) == Configuration()


def test_rules_are_read_from_the_folder_that_the_settings_name() -> None:
    configuration = load(
        {
            "pyproject.toml": '[tool.audit]\nrules = "ci"\n',
            "ci/retired.yaml": "- shop.store\n",
            "ci/importlinter.toml": CONTRACTS,
            "rules/retired.yaml": "- not.read\n",
        }
    )
    assert configuration.settings == Settings(rules="ci", path="pyproject.toml")
    assert configuration.retired == (RetiredName(name="shop.store", site=Site("ci/retired.yaml", 1)),)
    assert configuration.contracts is not None
    assert [contract.name for contract in configuration.contracts.contracts] == ["Independent"]


def test_the_mistakes_of_all_files_are_told_together() -> None:
    with pytest.raises(ConfigError) as raised:
        load(
            {
                "audit.toml": "strickt = true\n",
                "rules/retired.yaml": "- a: [\n",
                "rules/importlinter.toml": CONTRACTS.replace("root_package", "root_pack"),
            }
        )
    assert [mistake.split(":")[0] for mistake in raised.value.mistakes] == [
        "audit.toml",
        "rules/retired.yaml",
        "rules/importlinter.toml",
        "rules/importlinter.toml",
    ]


def test_one_broken_file_that_serves_two_purposes_is_told_once() -> None:
    with pytest.raises(ConfigError) as raised:
        load({"pyproject.toml": "[tool.audit\n"})
    assert raised.value.mistakes == (
        "pyproject.toml:1: not valid TOML: expected ']' at the end of a table declaration",
    )

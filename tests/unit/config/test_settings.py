"""Settings are read from one place, completely or not at all; every mistake is told at once."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.config.settings import KEYS, load_settings
from audit.model.errors import ConfigError
from audit.model.settings import Settings


def settings_of(**files: str) -> Settings:
    """The settings of a tree that holds these files; ``_`` in a name stands for its dot."""
    contents = {name.replace("_", "."): text.encode() for name, text in files.items()}
    return load_settings(contents.get)


def mistakes_of(**files: str) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as raised:
        settings_of(**files)
    return raised.value.mistakes


EVERY_KEY = """
source-roots = ["src/", "packages/core"]
exclude = ["vendor/**"]
select = ["REF", "IMP001"]
ignore = ["REF008"]
baseline = "audit-baseline.json"
rules = "ci/rules/"
strict = true
ledger = ".audit/ledger.sqlite"
"""


def test_a_tree_without_configuration_has_the_defaults() -> None:
    assert settings_of() == Settings()
    assert settings_of(pyproject_toml="[tool.other]\nselect = 1\n") == Settings()


@pytest.mark.parametrize(
    ("name", "path", "header"),
    [
        ("pyproject_toml", "pyproject.toml", "[tool.audit]"),
        ("audit_toml", "audit.toml", ""),
        ("_audit_toml", ".audit.toml", ""),
    ],
)
def test_every_key_is_read_from_each_of_the_three_places(name: str, path: str, header: str) -> None:
    assert settings_of(**{name: header + EVERY_KEY}) == Settings(
        source_roots=("src", "packages/core"),
        exclude=("vendor/**",),
        select=("REF", "IMP001"),
        ignore=("REF008",),
        baseline="audit-baseline.json",
        rules="ci/rules",
        strict=True,
        ledger=".audit/ledger.sqlite",
        path=path,
    )


def test_the_example_above_misses_no_key() -> None:
    assert {line.split(" = ")[0] for line in EVERY_KEY.strip().splitlines()} == set(KEYS)


def test_every_mistake_of_every_file_is_told_with_its_line_and_the_nearest_valid_word() -> None:
    pyproject = """\
[tool.audit]
slect = ["REF"]
source_roots = ["src"]
select = ["REF001", "RFE002", ""]
ignore = "REF008"
exclude = ["a", 3]
strict = "yes"
rules = "../elsewhere"
baseline = ["a"]
ledger = "shop/__init__.py"
"""
    assert mistakes_of(pyproject_toml=pyproject, audit_toml="strict = true\nstrict = false\n") == (
        "audit.toml:2: not valid TOML: cannot overwrite a value",
        "pyproject.toml:2: unknown key 'slect', did you mean 'select'?",
        "pyproject.toml:3: unknown key 'source_roots', did you mean 'source-roots'?",
        "pyproject.toml:4: unknown code 'RFE002', did you mean 'REF002'?",
        "pyproject.toml:4: unknown code ''",
        "pyproject.toml:5: 'ignore' must be a list of codes or their prefixes, not the text 'REF008'",
        "pyproject.toml:6: 'exclude' must be a list of path globs, not one that holds 3",
        "pyproject.toml:7: 'strict' must be true or false, not the text 'yes'",
        "pyproject.toml:8: 'rules' must lie in the repository: '../elsewhere'",
        "pyproject.toml:9: 'baseline' must be the path of a baseline file, not a list",
        "pyproject.toml:10: 'ledger' must be the path of a file that ends in .sqlite, or 'off', not 'shop/__init__.py'",
    )


def test_settings_in_two_files_are_a_mistake_because_one_would_be_ignored() -> None:
    assert mistakes_of(audit_toml="strict = true", pyproject_toml="x = 1\n[tool.audit]\nstrict = true\n") == (
        "pyproject.toml:2: settings stand in audit.toml too; keep one of the two",
    )


def test_settings_that_are_no_table_are_a_mistake() -> None:
    assert mistakes_of(pyproject_toml="[tool]\naudit = 3\n") == (
        "pyproject.toml:2: 'tool.audit' must be a table of settings",
    )


TOML_VALUES = st.sampled_from(
    ["1", "1.5", "true", "'src'", "''", "[]", "['REF']", "[1]", "[['a']]", "{ a = 1 }", "1979-05-27"]
)


@given(st.dictionaries(st.sampled_from([*KEYS, "nonsense", "rule"]), TOML_VALUES, max_size=5))
def test_any_values_give_settings_or_mistakes_that_point_at_a_line(table: dict[str, str]) -> None:
    text = "".join(f"{key} = {value}\n" for key, value in table.items())
    try:
        assert settings_of(audit_toml=text).path == "audit.toml"
    except ConfigError as error:
        lines = [int(mistake.split(":")[1]) for mistake in error.mistakes]
        assert lines == sorted(lines)
        assert set(lines) <= set(range(1, len(table) + 1))

"""Retired names are declared by hand where history cannot show them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.config.retired import load_retired
from audit.model.errors import ConfigError
from audit.model.findings import Site
from audit.model.settings import RetiredName

PATH = "rules/retired.yaml"


def load(text: str) -> tuple[RetiredName, ...]:
    return load_retired({PATH: text.encode()}.get)


def mistakes_of(text: str) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as raised:
        load(text)
    return raised.value.mistakes


def test_no_file_retires_nothing() -> None:
    assert load_retired({}.get) == ()


def test_a_name_stands_alone_or_with_its_replacement_and_reason() -> None:
    text = """\
# Names that left before the first commit.
- shop.legacy
- name: shop.store.Store
  replacement: shop.archive.Archive
  since: "2.0"
  reason: one store per process could not be shared
"""
    assert load(text) == (
        RetiredName(name="shop.legacy", site=Site(PATH, 2)),
        RetiredName(
            name="shop.store.Store",
            site=Site(PATH, 3),
            replacement="shop.archive.Archive",
            since="2.0",
            reason="one store per process could not be shared",
        ),
    )


def test_every_mistake_is_told_with_its_line_and_the_nearest_valid_key() -> None:
    text = """\
- name: shop.store
  replacment: shop.archive
- replacement: shop.archive
- shop.store
- shop/store.py
- name: shop.loop
  replacement: shop.loop
- name: 3
- [shop]
"""
    assert mistakes_of(text) == (
        f"{PATH}:2: unknown key 'replacment' in a retired name: did you mean 'replacement'?",
        f"{PATH}:3: a retired name needs the key 'name'",
        f"{PATH}:4: 'shop.store' is declared twice (first on line 1)",
        f"{PATH}:5: 'shop/store.py' is not a dotted name such as package.module.Class",
        f"{PATH}:6: 'shop.loop' cannot replace itself",
        f"{PATH}:8: 'name' must be text, not a number (3); quote it",
        f"{PATH}:9: a retired name must be a name, or a mapping with a 'name', not a list",
    )


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("", "1: declares no retired name; list some or delete the file"),
        ("[]", "1: declares no retired name; list some or delete the file"),
        ("retired:\n  - shop.store\n", "1: must be a list of retired names, not a mapping"),
    ],
)
def test_a_file_that_declares_nothing_is_a_mistake(text: str, mistake: str) -> None:
    assert mistakes_of(text) == (f"{PATH}:{mistake}",)


@given(st.text(alphabet="- \n\t:[]{}&*#'\"!%|>@?,.abname0", max_size=40))
def test_any_text_gives_names_or_mistakes_never_a_crash(text: str) -> None:
    try:
        told = [name.name for name in load(text)]
    except ConfigError as error:
        told = list(error.mistakes)
    assert told
    assert all(told)

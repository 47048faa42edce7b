"""The metadata that a script carries in a comment, proper and not."""

from __future__ import annotations

import pytest

from audit.facts.python import read_python


def _script(*lines: str) -> bytes:
    return "\n".join(["# /// script", *(f"# {line}" for line in lines), "# ///", "import shop", ""]).encode()


def test_releases_that_are_asked_for_by_a_bound() -> None:
    asked = _script(
        'dependencies = ["Shop_Core==2.18", "till[fast] ~= 1.0", "depot<4", "cart @ https://example.org/cart.zip",',
        '  "news>=1", "plain", "mine==1"]',
        "[tool.uv.sources]",
        'Mine = { path = ".." }',
    )
    assert read_python(asked).pinned == ("cart", "depot", "shop-core", "till")


@pytest.mark.parametrize(
    "lines",
    [
        ['dependencies = "shop==1"'],
        ["dependencies = [1, true]"],
        ["dependencies = ["],
        [f"dependencies = {'[' * 5000}"],
        ["[tool]", "uv = 1"],
        ["[tool.uv]", "sources = []"],
        [],
    ],
)
def test_metadata_that_is_not_what_it_should_be_asks_for_nothing(lines: list[str]) -> None:
    facts = read_python(_script(*lines))
    assert (facts.pinned, facts.error, len(facts.imports)) == ((), "", 1)


def test_a_block_that_nothing_closes_is_a_comment() -> None:
    assert read_python(b'# /// script\n# dependencies = ["shop==1"]\nimport shop\n').pinned == ()


def test_a_block_is_found_behind_one_that_nothing_closes() -> None:
    asked = b"# /// script\n# x = 1\n\n" + _script('dependencies = ["shop==1"]')
    assert read_python(asked).pinned == ("shop",)

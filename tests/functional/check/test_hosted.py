"""Links into the repository itself, which its remotes tell from all others."""

from __future__ import annotations

import pytest

from audit.model.hosting import repository_at
from audit.pipeline import open_codebase


def test_a_remote_tells_which_links_lead_into_the_repository(shop) -> None:
    link = "https://github.com/acme/shop/blob/main/shop/store.py"
    shop.write({"README.md": f"See {link}, and {link.replace('acme', 'other')}.\n"})

    def found() -> list[str]:
        result = open_codebase(shop.root, since="HEAD~1", use_cache=False, jobs=1).check
        return [str(each.site) for each in result.findings if each.code == "REF008"]

    assert found() == []
    shop.git("remote", "add", "upstream", "git@github.com:acme/shop.git")
    assert found() == ["README.md:1"]


@pytest.mark.parametrize(
    "address",
    [
        "https://github.com/Acme/shop",
        "https://www.github.com/acme/shop.git",
        "https://user:token@github.com/acme/shop/",
        "git+https://github.com/acme/shop.git#egg=shop",
        "ssh://git@github.com:22/acme/shop.git",
        "git@github.com:acme/shop.git",
        "https://github.com/acme/shop/issues",
    ],
)
def test_one_repository_has_many_addresses(address) -> None:
    assert repository_at(address) == "github.com/acme/shop"


@pytest.mark.parametrize("address", ["", "https://github.com/acme", "https://github.com/sponsors/acme", "../shop"])
def test_what_is_no_repository(address) -> None:
    assert repository_at(address) == ""

"""A folder of a repository is checked beside all that it belongs to, and told of by itself."""

from __future__ import annotations

import json

import pytest

TREE = {
    "src/shop/__init__.py": "",
    "src/shop/prices.py": "",
    "src/shop/store.py": "class Store: ...\n",
    "src/shop/orders/__init__.py": "",
    "src/shop/orders/cart.py": "import shop.prices\nfrom shop.store import Store\nfrom ..store import Store as Shelf\n",
    "src/shop/orders/till.py": "import shop.orders.cart\nimport shop.desk\n",
    "src/shop/desk.py": "import shop.store\n",
    "src/shop/orders/notes.md": "Sold by `shop.store.Store`.\n",
    "README.md": "Kept by `shop.store`.\n",
}


@pytest.fixture
def moved(repository):
    """A repository of which the last commit deletes a module of the parent package."""
    repository.write(TREE)
    repository.commit("Open the shop")
    (repository.root / "src/shop/store.py").unlink()
    repository.commit("Remove the store")
    return repository


def _checked(audit, *arguments, cwd=None):
    done = audit("check", *arguments, "--since", "HEAD~1", "--format", "json", cwd=cwd)
    assert done.stderr == ""
    return json.loads(done.stdout), done.returncode


def test_a_folder_is_resolved_against_its_parent_package(moved, audit) -> None:
    whole, _ = _checked(audit, moved.root)
    part, code = _checked(audit, moved.root / "src/shop/orders")
    assert code == 1
    assert [(each["path"], each["line"], each["code"], each["target"]) for each in part["findings"]] == [
        ("cart.py", 2, "REF001", "shop.store"),
        ("cart.py", 3, "REF001", "shop.store"),
        ("notes.md", 1, "REF008", "shop.store"),
    ]
    known = {each["fingerprint"] for each in whole["findings"]}
    assert {each["fingerprint"] for each in part["findings"]} < known
    assert part["coverage"]["python_files"] == part["coverage"]["modules"] == 3
    assert part["coverage"]["other_files"] == 1
    (root,) = part["roots"]
    assert root["sites"] == ["../../../README.md:1", "../desk.py:1", "cart.py:2", "cart.py:3", "notes.md:1"]


def test_a_folder_is_checked_from_within_it_and_at_a_commit(moved, audit) -> None:
    folder = moved.root / "src/shop/orders"
    asked, _ = _checked(audit, folder)
    within, _ = _checked(audit, cwd=folder)
    at, _ = _checked(audit, "--at", "HEAD", cwd=folder)
    assert within == asked
    assert at == asked


def test_a_folder_that_breaks_nothing_is_told_of_what_kills_it(moved, audit) -> None:
    moved.write({"src/shop/orders/cart.py": "import shop.prices\n", "src/shop/orders/notes.md": ""})
    part, code = _checked(audit, moved.root / "src/shop/orders")
    assert (part["findings"], code) == ([], 0)
    assert [root["killed"] for root in part["roots"]] == [["shop.desk", "shop.orders.till"]]


def test_a_baseline_of_the_whole_holds_for_a_folder(moved, audit, tmp_path) -> None:
    file = tmp_path / "baseline.json"
    folder = moved.root / "src/shop/orders"
    audit("baseline", "write", moved.root, "--file", file, "--since", "HEAD~1")
    entries = file.read_text()
    done = audit("check", folder, "--since", "HEAD~1", "--baseline", file)
    assert (done.stderr, done.returncode) == ("", 0)
    audit("baseline", "prune", folder, "--file", file, "--since", "HEAD~1")
    assert file.read_text() == entries


def test_why_speaks_of_the_places_as_the_folder_sees_them(moved, audit) -> None:
    folder = moved.root / "src/shop/orders"
    done = audit("why", "till.py", "shop.store", "--path", folder)
    assert (
        done.stdout
        == "shop.orders.till -> shop.orders.cart  (till.py:1)\nshop.orders.cart -> shop.store  (cart.py:2)\n"
    )
    done = audit("why", "cart.py:2", "--path", folder, "--since", "HEAD~1")
    assert done.stdout.startswith("cart.py:2: REF001 shop.store does not exist")


def test_fix_says_that_it_sees_the_folder_alone(moved, audit) -> None:
    done = audit("fix", moved.root / "src/shop/orders", "--since", "HEAD~1", "--diff")
    assert done.stderr.splitlines()[0] == (
        "audit: only what lies in src/shop/orders/ is read and mended; what moved elsewhere is mended by audit fix "
        "at the top of the repository"
    )

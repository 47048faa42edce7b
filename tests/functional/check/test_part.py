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


@pytest.fixture
def renamed(repository):
    """A repository of which the last commit renames a module of the parent package, and a folder of it uses it."""
    repository.write(TREE | {"src/shop/store.py": "class Store:\n    def load(self):\n        return 'loaded'\n"})
    repository.commit("Open the shop")
    repository.write({"src/shop/depot.py": (repository.root / "src/shop/store.py").read_text()})
    (repository.root / "src/shop/store.py").unlink()
    repository.commit("Rename the store")
    return repository


def test_fix_mends_a_folder_by_what_the_whole_repository_tells(renamed, audit) -> None:
    folder = renamed.root / "src/shop/orders"
    done = audit("fix", folder, "--since", "HEAD~1")
    assert (done.returncode, done.stderr, done.stdout) == (
        0,
        "",
        (
            "cart.py:2: shop.store -> shop.depot\ncart.py:3: shop.store -> shop.depot\n"
            "notes.md:1: shop.store -> shop.depot\n3 fixed in 2 files; 0 left (3 of 3 modules analysed)\n"
        ),
    )
    assert (folder / "cart.py").read_text() == TREE["src/shop/orders/cart.py"].replace("store import", "depot import")
    assert (renamed.root / "README.md").read_text() == TREE["README.md"]


def test_the_diff_of_a_folder_is_that_of_its_repository(renamed, audit) -> None:
    done = audit("fix", "--since", "HEAD~1", "--diff", cwd=renamed.root / "src/shop/orders")
    headers = [line for line in done.stdout.splitlines() if line.startswith("diff ")]
    assert headers == [
        f"diff --git a/src/shop/orders/{name} b/src/shop/orders/{name}" for name in ("cart.py", "notes.md")
    ]
    assert done.stderr.splitlines()[-1] == "3 would be fixed in 2 files; 0 left (3 of 3 modules analysed)"


def test_fix_of_a_project_within_a_repository_says_that_it_sees_it_alone(moved, audit) -> None:
    moved.write({"src/shop/orders/pyproject.toml": "[tool.audit]\nstrict = true\n"})
    done = audit("fix", moved.root / "src/shop/orders", "--since", "HEAD~1", "--diff")
    assert done.stderr.splitlines()[0] == (
        "audit: only what lies in src/shop/orders/ is read and mended; what moved elsewhere is mended by audit fix "
        "at the top of the repository"
    )


def test_graph_draws_what_a_folder_imports_of_the_whole(moved, audit) -> None:
    done = audit("graph", moved.root / "src/shop/orders", "--format", "json", "--since", "HEAD~1")
    assert json.loads(done.stdout) == {
        "schema_version": 1,
        "missing": ["shop.store"],
        "imports": [
            {"importer": importer, "imported": imported, "site": site}
            for importer, imported, site in (
                ("shop.orders", "shop", "__init__.py:1"),
                ("shop.orders.cart", "shop", "cart.py:1"),
                ("shop.orders.cart", "shop.orders", "cart.py:1"),
                ("shop.orders.cart", "shop.prices", "cart.py:1"),
                ("shop.orders.cart", "shop.store", "cart.py:2"),
                ("shop.orders.till", "shop", "till.py:1"),
                ("shop.orders.till", "shop.desk", "till.py:2"),
                ("shop.orders.till", "shop.orders", "till.py:1"),
                ("shop.orders.till", "shop.orders.cart", "till.py:1"),
            )
        ],
    }


def test_roots_tells_of_a_folder_within_the_whole(moved, audit) -> None:
    moved.write({"src/shop/orders/broken.py": "def :\n", "src/shop/torn.py": "def :\n"})
    done = audit("roots", moved.root / "src/shop/orders")
    assert done.stdout == (
        "Source roots:\n  ../..  (4 Python files)\nEntry points:\n  none declared\nNot analysed:\n"
        "  broken.py: does not parse: line 1: invalid syntax\n3 of 4 modules analysed in 4 Python files\n"
    )


def test_verify_in_a_folder_reads_the_whole_repository(moved, audit) -> None:
    moved.write({"src/shop/orders/phase.md": "- \u2705 Zero import errors: all modules of `shop` import\n"})
    document = moved.root / "src/shop/orders/phase.md"
    within = audit("verify", "phase.md", "--no-ledger", "--format", "json", cwd=document.parent)
    whole = audit("verify", document, "--no-ledger", "--format", "json", cwd=moved.root)
    assert within.stderr.splitlines()[0] == (
        f"audit: src/shop/orders/ has no configuration of its own, so the whole repository {moved.root} is read"
    )
    found = [
        [each.get(key) for key in ("line", "verdict", "reason")] for each in json.loads(within.stdout)["statements"]
    ]
    assert found == [
        [each.get(k) for k in ("line", "verdict", "reason")] for each in json.loads(whole.stdout)["statements"]
    ]
    assert [verdict for _, verdict, _ in found] == ["refuted"]

"""`audit why`, `audit roots` and `audit explain` answer what a finding leaves open."""

from __future__ import annotations

import json

from audit.model.codes import CODES
from audit.model.explanations import EXPLANATIONS


def test_why_shows_the_chain_between_two_modules_with_lines(shop, audit) -> None:
    done = audit("why", "shop.trainer", "shop.store", "--path", shop.root)
    assert done.stdout == (
        "shop.trainer -> shop.bridge  (shop/trainer.py:1)\nshop.bridge -> shop.store  (shop/bridge.py:1)\n"
    )
    assert done.returncode == 0


def test_why_says_when_there_is_no_chain(shop, audit) -> None:
    done = audit("why", "shop.evaluation", "shop.store", "--path", shop.root)
    assert done.stdout == "shop.evaluation does not import shop.store, directly or indirectly\n"
    assert done.returncode == 1


def test_why_shows_a_chain_that_runs_later_or_may_fail(repository, audit) -> None:
    repository.write(
        {
            "a.py": "def run():\n    import b\n",
            "b.py": "try:\n    import c\nexcept ImportError:\n    c = None\n",
            "c.py": "from typing import TYPE_CHECKING\n\nimport d\n\nif TYPE_CHECKING:\n    import e\n",
            "d.py": "def late():\n    import gone\n\n\nimport os\n",
            "e.py": "",
        }
    )
    repository.write({"gone/__init__.py": ""})
    assert audit("why", "a", "gone", "--path", repository.root).stdout.splitlines() == [
        "a -> b  (a.py:2, when a function runs)",
        "b -> c  (b.py:2, where it may fail)",
        "c -> d  (c.py:3)",
        "d -> gone  (d.py:2, when a function runs)",
    ]
    done = audit("why", "a", "e", "--path", repository.root)
    assert (done.stdout, done.returncode) == ("a does not import e, directly or indirectly\n", 1)


def test_why_explains_a_finding_by_its_fingerprint(shop, audit) -> None:
    finding = json.loads(audit("check", shop.root, "--format", "json").stdout)["findings"][0]
    done = audit("why", finding["fingerprint"], "--path", shop.root)
    assert done.stdout.splitlines() == [
        "shop/bridge.py:1: IMP001 shop.store does not exist",
        "shop.trainer -> shop.bridge  (shop/trainer.py:1)",
        "shop.bridge -> shop.store  (shop/bridge.py:1)",
    ]


def test_why_offers_the_nearest_module(shop, audit) -> None:
    done = audit("why", "shop.trainr", "shop.store", "--path", shop.root)
    assert done.stderr == "audit: shop.trainr is no module of this repository, did you mean 'shop.trainer'?\n"
    assert done.returncode == 2


def test_why_takes_files_for_modules_and_places_for_findings(shop, audit) -> None:
    assert audit("why", "shop/trainer.py", "shop/bridge.py", "--path", shop.root).stdout == (
        "shop.trainer -> shop.bridge  (shop/trainer.py:1)\n"
    )
    assert audit("why", "shop/bridge.py:1", "--path", shop.root).stdout.splitlines() == [
        "shop/bridge.py:1: IMP001 shop.store does not exist",
        "shop.trainer -> shop.bridge  (shop/trainer.py:1)",
        "shop.bridge -> shop.store  (shop/bridge.py:1)",
    ]


def test_why_leads_to_the_module_that_defines_a_name(repository, audit) -> None:
    repository.write({"a.py": "import b\n", "b.py": "def run(): ...\n"})
    assert audit("why", "a", "b.run", "--path", repository.root).stdout == "a -> b  (a.py:1)\n"


def test_why_refuses_what_it_cannot_place(shop, audit) -> None:
    said = {
        arguments: audit("why", *arguments, "--path", shop.root)
        for arguments in (("shop.trainer", "shop.stor"), ("shop.trainer",), ("shop/bridge.py:2",), ("0000",))
    }
    assert {arguments: done.stderr for arguments, done in said.items()} == {
        ("shop.trainer", "shop.stor"): (
            "audit: shop.stor is no module of this repository, and nothing imports it, did you mean 'shop.store'?\n"
        ),
        ("shop.trainer",): "audit: shop.trainer is a module; name the module that it should lead to as well\n",
        ("shop/bridge.py:2",): (
            "audit: no finding has the fingerprint or stands at shop/bridge.py:2, did you mean 'shop/bridge.py:1'?;"
            " audit check --format json shows them all\n"
        ),
        ("0000",): (
            "audit: no finding has the fingerprint or stands at 0000; audit check --format json shows them all\n"
        ),
    }
    assert {done.returncode for done in said.values()} == {2}


def test_roots_lists_where_modules_come_from(repository, audit) -> None:
    repository.write(
        {
            "pyproject.toml": '[project]\nname = "app"\n[project.scripts]\napp = "app.run:main"\n',
            "src/app/__init__.py": "",
            "src/app/run.py": "def main():\n    pass\n",
            "tests/test_run.py": "import app.run\n",
        }
    )
    assert audit("roots", repository.root).stdout == (
        "Source roots:\n  .  (1 Python files)\n  src  (2 Python files)\n"
        "Entry points:\n  app = app.run:main  (pyproject.toml:4)\n"
        "Not analysed:\n  nothing was left out\n"
        "3 of 3 modules analysed in 3 Python files\n"
    )


def test_explain_knows_every_code_and_offers_the_nearest(audit) -> None:
    lines = audit("explain", "ref006").stdout.splitlines()
    assert lines == [
        "REF006: entry point that names a retired module or symbol (error)",
        "",
        "The command installs and then fails to start, because the module or function behind it is gone.",
        "",
        "For example:",
        "",
        "    [project.scripts]",
        '    shop = "shop.store:main"',
        "",
        "What to do: Point the entry point at the successor, or remove it.",
    ]
    assert [line.split()[0] for line in audit("explain").stdout.splitlines()] == list(CODES)
    assert audit("explain", "REF0001").stderr == (
        "audit: no code REF0001, did you mean 'REF001'? (audit explain lists them all)\n"
    )


def test_every_code_has_a_page() -> None:
    assert list(EXPLANATIONS) == list(CODES)

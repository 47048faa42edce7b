"""Renames in files that are no Python: at the exact place of the finding, in the form written there."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from audit.fix.planning import plan_fixes
from audit.model.findings import Finding

Mend = Callable[..., tuple[str, list[str]]]
NOT_SPELLED = "the text there does not spell the old name"


@pytest.mark.parametrize(
    ("path", "text", "at", "after"),
    [
        (
            "conf/a.yaml",
            "x: 1\n_target_: shop.store.Store  # it\n",
            "shop.store.Store",
            "x: 1\n_target_: shop.depot.Store  # it\n",
        ),
        ("conf/a.yaml", "_target_: 'shop.store.Store'\n", "'shop.store.Store'", "_target_: 'shop.depot.Store'\n"),
        (
            "setup.cfg",
            "[options]\npy_modules =\n    shop.store\n",
            "shop.store",
            "[options]\npy_modules =\n    shop.depot\n",
        ),
        (
            "pyproject.toml",
            '[project.scripts]\nshop = "shop.store:main"\n',
            '"shop.store:main"',
            '[project.scripts]\nshop = "shop.depot:main"\n',
        ),
        ("pyproject.toml", 'omit = ["src/shop/store.py"]\n', "src/shop/store.py", 'omit = ["src/shop/depot.py"]\n'),
        (
            "README.md",
            "See [it](shop/store.py#L3) and `x`.\n",
            "shop/store.py#L3",
            "See [it](shop/depot.py#L3) and `x`.\n",
        ),
        ("shop/README.md", "See [it](store.py).\n", "store.py", "See [it](depot.py).\n"),
        ("docs/a.md", "See [it](../shop/store.py).\n", "../shop/store.py", "See [it](../shop/depot.py).\n"),
        ("docs/a.md", "Use `shop.store.Store` now.\n", "shop.store.Store", "Use `shop.depot.Store` now.\n"),
        (
            "docs/a.md",
            "```python\nfrom shop.store import Store\n```\n",
            "from shop.store import Store",
            "```python\nfrom shop.depot import Store\n```\n",
        ),
        ("docs/a.rst", ".. automodule:: shop.store\n", "shop.store", ".. automodule:: shop.depot\n"),
        (
            "Makefile",
            "run:\r\n\tpython -m shop.store --all\r\n",
            "shop.store",
            "run:\r\n\tpython -m shop.depot --all\r\n",
        ),
        (".github/CODEOWNERS", "/shop/store.py @me\n", "/shop/store.py", "/shop/depot.py @me\n"),
        ("é.md", "Das »é« ist shop.store.\n", "shop.store", "Das »é« ist shop.depot.\n"),
    ],
    ids=lambda value: value if isinstance(value, str) and "\n" not in value else "",
)
def test_the_form_of_the_name_is_kept(path: str, text: str, at: str, after: str, mended: Mend) -> None:
    assert mended(path, text, (at, "shop.store", "shop.depot")) == (after, [])


@pytest.mark.parametrize(
    ("text", "at", "target", "replacement", "after"),
    [
        ("run: shop.app:main\n", "shop.app:main", "shop.app.main", "shop.cli.run", "run: shop.cli:run\n"),
        ("run: shop.app:App.go\n", "shop.app:App.go", "shop.app.App.go", "shop.app.App.run", "run: shop.app:App.run\n"),
        (
            "from shop.app import main\n",
            "from shop.app import main",
            "shop.app.main",
            "shop.app.run",
            "from shop.app import run as main\n",
        ),
        ("see shop/old.py\n", "shop/old.py", "shop/old.py", "lib/new.py", "see lib/new.py\n"),
        ("see ./old.py:12\n", "./old.py:12", "shop/old.py", "shop/new.py", "see ./new.py:12\n"),
        ("python -m tool\n", "tool", "tool", "device", "python -m device\n"),
        ("skip: ^(lib/|docs/)\n", "lib/", "lib", "src/lib", "skip: ^(src/lib/|docs/)\n"),
        ("skip: ./lib/*\n", "./lib/*", "lib", "src/lib", "skip: ./src/lib/*\n"),
        ("-r needs.txt\n", "needs.txt", "needs.txt", "needs/all.txt", "-r needs/all.txt\n"),
        ("   guide/old\n", "guide/old", "docs/guide/old.rst", "docs/guide/new.rst", "   guide/new\n"),
        ("The old <guide/old>\n", "guide/old", "docs/guide/old.md", "docs/guide/new.md", "The old <guide/new>\n"),
        (
            'join(here, "old", "a.sql")\n',
            '"old", "a.sql"',
            "db/old/a.sql",
            "db/new/a.sql",
            'join(here, "new", "a.sql")\n',
        ),
        (
            "x: shop.store.storekeeper\n",
            "shop.store.storekeeper",
            "shop.store",
            "shop.depot",
            "x: shop.depot.storekeeper\n",
        ),
    ],
)
def test_symbols_and_paths(text: str, at: str, target: str, replacement: str, after: str, mended: Mend) -> None:
    assert mended("a.md", text, (at, target, replacement)) == (after, [])


@pytest.mark.parametrize(
    ("code", "text", "at", "after"),
    [
        ("REF008", "call kept.open() now\n", "kept.open", "call kept.load() now\n"),
        ("REF009", "call kept.open() now\n", "kept.open", "call kept.load() now\n"),
        ("REF005", "call kept.open() now\n", "kept.open", None),
        ("REF008", "call kept open() now\n", "kept open", None),
        ("REF004", "patch('kept.open')\n", "'kept.open'", "patch('kept.load')\n"),
        ("REF004", "patch('open it')\n", "'open it'", None),
        ("REF005", "patch('kept.open')\n", "'kept.open'", None),
    ],
)
def test_a_name_that_is_reached_by_another_is_renamed_where_code_spells_it(
    code: str, text: str, at: str, after: str | None, mended: Mend
) -> None:
    reasons = [] if after else ["the text there does not spell the old name"]
    assert mended("a.md", text, (at, "shop.Store.open", "shop.Store.load"), code=code) == (after or text, reasons)


def test_an_import_of_several_lines_in_a_script_without_a_suffix(mended: Mend) -> None:
    script = "#!/usr/bin/env python3\nfrom shop.{} import (\n    Store,\n    sell,  # it\n)\n"
    places = (("Store", "shop.old", "shop.new"), ("sell", "shop.old", "shop.new"))
    assert mended("bin/sell", script.format("old"), *places, code="REF007") == (script.format("new"), [])


@pytest.mark.parametrize(
    ("path", "text", "at", "kind", "after"),
    [
        ("docs/a/b.md", "[it](old.md#x)\n", "old.md#x", "link", "[it](../n/new.md#x)\n"),
        ("docs/a/b.md", "[it](./old.md)\n", "./old.md", "link", "[it](../n/new.md)\n"),
        ("docs/n/b.md", "[it](../a/old.md)\n", "../a/old.md", "link", "[it](new.md)\n"),
        ("docs/n/b.md", "[it](./../a/old.md)\n", "./../a/old.md", "link", "[it](./new.md)\n"),
        ("docs/b.md", "[it](a/old.md)\n", "a/old.md", "link", "[it](n/new.md)\n"),
        ("docs/a/index.md", "```{toctree}\nold\n```\n", "old", "path", "```{toctree}\n../n/new\n```\n"),
        ("docs/a/b.md", "Read `old.md`.\n", "old.md", "path", None),
        ("docs/c/b.md", "[it](old.md)\n", "old.md", "link", None),
    ],
)
def test_a_link_leads_to_the_new_place_from_where_it_stands(
    path: str, text: str, at: str, kind: str, after: str | None, mended: Mend
) -> None:
    done = mended(path, text, (at, "docs/a/old.md", "docs/n/new.md"), code="REF008", kind=kind)
    assert done == ((after, []) if after is not None else (text, [NOT_SPELLED]))


def test_an_escaped_title_stays_escaped(mended: Mend) -> None:
    place = (r"shop.till\_box.Till", "shop.till_box", "shop.new_desk")
    text = "shop.till\\_box.Till module\n=========================\n"
    assert mended("a.rst", text, place) == (text.replace("till", "new", 1).replace("box", "desk"), [])


def test_several_places_of_one_file_change_together(mended: Mend) -> None:
    text = "a: shop.store\nb: shop.vault.Key\n"
    places = (("shop.vault.Key", "shop.vault.Key", "shop.keys.Key"), ("shop.store", "shop.store", "shop.depot"))
    assert mended("a.yaml", text, *places) == ("a: shop.depot\nb: shop.keys.Key\n", [])


@pytest.mark.parametrize(
    ("text", "at", "target", "reason"),
    [
        ("x: shop. store\n", "shop. store", "shop.store", NOT_SPELLED),
        ("x: shop.storehouse\n", "shop.storehouse", "shop.store", NOT_SPELLED),
        ("x: my.shop.store\n", "my.shop.store", "shop.store", NOT_SPELLED),
        ("x: tools\n", "tools", "tool", NOT_SPELLED),
        ('x: "shop", "a.sql"\n', '"shop", "a.sql"', "shop/a.sql", NOT_SPELLED),
        ("x: shop.store\n\0", "shop.store", "shop.store", "it is a binary file"),
        (
            "# generated by make; do not edit\nx: shop.store\n",
            "shop.store",
            "shop.store",
            "a generated file: mend what generates it",
        ),
    ],
)
def test_what_does_not_spell_the_name_is_left(text: str, at: str, target: str, reason: str, mended: Mend) -> None:
    assert mended("a.yaml", text, (at, target, "shop.depot")) == (text, [reason])


def test_findings_that_no_edit_mends_are_left_with_the_reason(mended: Mend) -> None:
    text = "x: shop.store\n"
    place = ("shop.store", "shop.store", "shop.depot")
    assert {code: mended("a.yaml", text, place, code=code)[1] for code in ("REF010", "REF013", "CON001")} == {
        "REF010": ["a pickle is not edited: load it with the old name and save it again"],
        "REF013": ["its arguments must be mended by hand"],
        "CON001": ["it is no reference to a name"],
    }
    assert mended("a.yaml", text, ("shop.store", "shop.store", None)) == (text, ["no replacement known"])


def test_a_file_that_vanished_or_shrank_is_left(finding: Callable[..., Finding]) -> None:
    gone = finding("a.yaml", "x\ny: shop.store\n", "shop.store", "shop.store", "shop.depot")
    assert [left.reason for left in plan_fixes([gone], lambda _path: None).left] == [
        "the file cannot be read, or is a link to another one"
    ]
    assert [left.reason for left in plan_fixes([gone], lambda _path: b"x").left] == [
        "the file has changed since it was checked"
    ]


def test_another_encoding_than_utf_8_is_left(finding: Callable[..., Finding]) -> None:
    here = finding("a.yaml", "x: shop.store\n", "shop.store", "shop.store", "shop.depot")
    plan = plan_fixes([here], lambda _path: b"x: shop.store\n\xe9\n")
    assert (plan.changes, [left.reason for left in plan.left]) == (
        (),
        ["it does not decode as utf-8: invalid continuation byte"],
    )

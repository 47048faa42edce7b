"""`audit fix` as a command: what it says, what it exits with, and what it leaves on disk."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from .conftest import Migration

Run = Callable[..., Result]


def test_everything_mended_is_told_and_exits_with_0(moved: Migration, audit_fix: Run) -> None:
    result = audit_fix(moved.root, "--since", "HEAD~1")
    assert (result.exit_code, result.stdout) == (
        0,
        "shop/bridge.py:1: shop.store -> shop.depot\n1 fixed in 1 file; 0 left (3 of 3 modules analysed)\n",
    )
    assert moved.read("shop/bridge.py") == (
        "from shop.depot import Store\n\n\ndef open_bridge():\n    return Store()\n"
    )


def test_a_second_run_has_nothing_to_do(moved: Migration, audit_fix: Run) -> None:
    audit_fix(moved.root, "--since", "HEAD~1")
    again = audit_fix(moved.root, "--since", "HEAD~1", "--diff")
    assert (again.exit_code, again.stdout) == (0, "")
    assert again.stderr == "0 would be fixed in 0 files; 0 left (3 of 3 modules analysed)\n"


def test_what_cannot_be_mended_is_left_and_exits_with_1(moved: Migration, audit_fix: Run) -> None:
    moved.write({"shop/late.py": "from shop.vault import key\n\nkey()\n"})
    result = audit_fix(moved.root, "--since", "HEAD~1")
    assert (result.exit_code, result.stdout) == (
        1,
        (
            "shop/bridge.py:1: shop.store -> shop.depot\n"
            "shop/late.py:1: IMP001 shop.vault left: no replacement known\n"
            "1 fixed in 1 file; 1 left: no replacement known (4 of 4 modules analysed)\n"
        ),
    )


def test_the_diff_writes_nothing_and_git_applies_it(moved: Migration, audit_fix: Run) -> None:
    before = moved.read("shop/bridge.py")
    result = audit_fix(moved.root, "--since", "HEAD~1", "--diff")
    assert (result.exit_code, result.stdout) == (
        1,
        (
            "diff --git a/shop/bridge.py b/shop/bridge.py\n"
            "--- a/shop/bridge.py\n"
            "+++ b/shop/bridge.py\n"
            "@@ -1,4 +1,4 @@\n"
            "-from shop.store import Store\n"
            "+from shop.depot import Store\n"
            " \n"
            " \n"
            " def open_bridge():\n"
        ),
    )
    assert moved.read("shop/bridge.py") == before
    moved.git("apply", "--check", "-", stdin=result.stdout_bytes)


def test_the_diff_of_a_folder_inside_a_repository_applies_to_the_repository(
    migration: Migration, audit_fix: Run
) -> None:
    migration.write({"lib/shop/__init__.py": "", "lib/shop/store.py": "def load():\n    return 'a'\n\n\nX = 1\n"})
    migration.commit()
    migration.git("mv", "lib/shop/store.py", "lib/shop/depot.py")
    migration.write({"lib/shop/use.py": "import shop.store as s\nprint(s.X)\n"})
    migration.commit()
    result = audit_fix(migration.root / "lib", "--since", "HEAD~1", "--diff")
    migration.git("apply", "-", stdin=result.stdout_bytes)
    assert migration.read("lib/shop/use.py") == "import shop.depot as s\nprint(s.X)\n"


@pytest.mark.parametrize(
    ("content", "after"),
    [
        (b"import shop.store\r\nshop.store\r\n", b"import shop.depot\r\nshop.depot\r\n"),
        (b"import shop.store\r\nshop.store\nx = 1\r", b"import shop.depot\r\nshop.depot\nx = 1\r"),
        (b"\xef\xbb\xbfimport shop.store\nshop.store", b"\xef\xbb\xbfimport shop.depot\nshop.depot"),
        (
            b"# -*- coding: latin-1 -*-\nimport shop.store\nx = '\xe9', shop.store  # \xe8\n",
            b"# -*- coding: latin-1 -*-\nimport shop.depot\nx = '\xe9', shop.depot  # \xe8\n",
        ),
        ("é = 'ü'; import shop.store; shop.store\n".encode(), "é = 'ü'; import shop.depot; shop.depot\n".encode()),
        (b"import shop.store\n\x0c\nshop.store\n", b"import shop.depot\n\x0c\nshop.depot\n"),
    ],
    ids=["CRLF", "mixed newlines", "BOM and no final newline", "latin-1", "wide characters", "form feed"],
)
def test_encoding_newlines_and_mode_are_kept(moved: Migration, audit_fix: Run, content: bytes, after: bytes) -> None:
    moved.write({"tool.py": content})
    (moved.root / "tool.py").chmod(0o751)
    diff = audit_fix(moved.root, "--since", "HEAD~1", "--diff")
    moved.git("apply", "--check", "-", stdin=diff.stdout_bytes)
    assert audit_fix(moved.root, "--since", "HEAD~1").exit_code == 0
    assert (moved.root / "tool.py").read_bytes() == after
    assert (moved.root / "tool.py").stat().st_mode & 0o777 == 0o751


def test_a_document_of_two_bytes_a_character_keeps_them(moved: Migration, audit_fix: Run) -> None:
    text = "Größe: see `shop.store` and [it](shop/store.py).\r\n"
    moved.write({"README.md": text.encode("utf-16")})
    assert audit_fix(moved.root, "--since", "HEAD~1").exit_code == 0
    assert (moved.root / "README.md").read_bytes() == text.replace("store", "depot").encode("utf-16")


def test_a_reexport_follows_through_the_packages_above(migration: Migration, audit_fix: Run) -> None:
    migration.write(
        {
            "shop/__init__.py": "from . import store\n\n__all__ = ['store']\n",
            "shop/store.py": "def load():\n    return 'loaded'\n\n\nX = 1\n",
            "use.py": "from shop import store\nimport shop\nprint(store.X, shop.store.X)\n",
        }
    )
    migration.commit()
    migration.git("mv", "shop/store.py", "shop/depot.py")
    migration.commit()
    assert audit_fix(migration.root, "--since", "HEAD~1").exit_code == 0
    assert migration.read("shop/__init__.py") == "from . import depot\n\n__all__ = ['depot']\n"
    assert migration.read("use.py") == "from shop import depot\nimport shop\nprint(depot.X, shop.depot.X)\n"


def test_the_name_of_a_renamed_symbol_follows_through_the_modules_that_hand_it_on(
    migration: Migration, audit_fix: Run
) -> None:
    body = "    def load(self):\n        return 'loaded'\n\n    size = 3\n"
    migration.write(
        {
            "shop/__init__.py": "",
            "shop/store.py": f"class Store:\n{body}",
            "shop/bridge.py": "from shop.store import Store\n\n\ndef f():\n    return Store()\n",
            "use.py": "from shop.bridge import Store\nStore()\n",
        }
    )
    migration.commit()
    migration.write({"shop/store.py": f"class Depot:\n{body}"})
    migration.commit()
    assert audit_fix(migration.root, "--since", "HEAD~1").exit_code == 0
    assert migration.read("shop/bridge.py") == ("from shop.store import Depot\n\n\ndef f():\n    return Depot()\n")
    assert migration.read("use.py") == "from shop.bridge import Depot\nDepot()\n"


def test_a_symbol_renamed_while_its_module_was_follows_through_what_passes_it_on_by_a_star(
    migration: Migration, audit_fix: Run
) -> None:
    body = "    def load(self):\n        return 'loaded'\n\n    size = 3\n"
    migration.write(
        {
            "shop/__init__.py": "from .files import *\n\n__all__ = ['Store']\n",
            "shop/files/__init__.py": "from .store import *\n\n__all__ = ['Store']\n",
            "shop/files/store.py": f"__all__ = ['Store']\n\n\nclass Store:\n{body}",
            "use.py": "import shop\nshop.Store()\n",
        }
    )
    migration.commit()
    migration.git("mv", "shop/files", "shop/stock")
    migration.write({"shop/stock/store.py": f"__all__ = ['Store']\n\n\nclass Depot:\n{body}"})
    migration.commit()
    assert audit_fix(migration.root, "--since", "HEAD~1").exit_code == 0
    assert migration.read("shop/__init__.py") == "from .stock import *\n\n__all__ = ['Depot']\n"
    assert migration.read("shop/stock/__init__.py") == "from .store import *\n\n__all__ = ['Depot']\n"
    assert migration.read("use.py") == "import shop\nshop.Depot()\n"


def test_an_import_of_several_names_in_a_document_follows_their_module(moved: Migration, audit_fix: Run) -> None:
    before = (
        "```python\nfrom shop.store import X, load\n\nload(X)\nfrom shop.store import (\n    X,\n    load,\n)\n```\n"
    )
    moved.write({"a.md": before})
    assert audit_fix(moved.root, "--since", "HEAD~1").exit_code == 0
    assert moved.read("a.md") == before.replace("shop.store", "shop.depot")


def test_an_import_that_a_document_shows_follows_a_package_above_its_module(
    migration: Migration, audit_fix: Run
) -> None:
    shown = (
        "from shop.old.till import a, b as c\nfrom shop.old.till import a, \\\n    b\n"
        "from shop.old.till import (  # both\n    a,  # the first\n    b,\n)\n"
    )
    prompts = (
        "".join(f">>> {line}\n" for line in shown.splitlines()).replace(">>>  ", "...  ").replace(">>> )", "... )")
    )
    files = {
        "a.md": f"```python\n{shown}```\n",
        "a.rst": f"Use\n\n{prompts}\n.. code-block:: python\n\n    from shop.old.till import a, b\n",
        "a.py": f'"""Use it.\n\n{prompts}"""\n',
    }
    migration.write({"shop/__init__.py": "", "shop/old/__init__.py": "", **files})
    migration.write({"shop/old/till.py": "def a():\n    return 'a'\n\n\ndef b():\n    return 'b'\n"})
    migration.commit()
    migration.git("mv", "shop/old", "shop/new")
    migration.commit()
    assert audit_fix(migration.root, "--since", "HEAD~1").exit_code == 0
    assert {name: migration.read(name) for name in files} == {
        name: text.replace("shop.old", "shop.new") for name, text in files.items()
    }


def test_a_name_is_taken_from_where_it_is_defined_and_patched_where_it_is_looked_up(
    migration: Migration, audit_fix: Run
) -> None:
    migration.write(
        {
            "shop/__init__.py": "from .store import Store\n",
            "shop/store.py": "class Store:\n    def load(self):\n        return 'loaded'\n",
            "shop/till.py": "import os\n\nfrom shop.store import Store as Stock\n\n\ndef sell():\n"
            "    return os.sep, Stock().load()\n",
            "use.py": "from unittest.mock import patch\n\nfrom shop import Store\nfrom shop.till import Stock\n\n\n"
            "def use():\n"
            "    with patch('shop.till.Stock.load'), patch('shop.till.os.sep'), patch('shop.Store'):\n"
            "        return Store, Stock\n",
        }
    )
    migration.commit()
    migration.write({"shop/__init__.py": ""})
    migration.git("mv", "shop/till.py", "shop/desk.py")
    migration.write({"shop/till/__init__.py": "from shop.till.desk import sell\n"})
    migration.git("mv", "shop/desk.py", "shop/till/desk.py")
    migration.commit()
    done = audit_fix(migration.root, "--since", "HEAD~1")
    assert [line for line in done.stdout.splitlines() if " left: " in line and line.startswith("use.py")] == [
        "use.py:8: REF004 shop.Store left: no replacement known"
    ]
    assert migration.read("use.py") == (
        "from unittest.mock import patch\n\nfrom shop.store import Store\nfrom shop.store import Store as Stock\n\n\n"
        "def use():\n"
        "    with patch('shop.till.desk.Stock.load'), patch('shop.till.desk.os.sep'), patch('shop.Store'):\n"
        "        return Store, Stock\n"
    )


def test_the_files_of_a_documentation_site_are_renamed_where_they_stand(migration: Migration, audit_fix: Run) -> None:
    site = (
        "nav:\n  - Home: guide/index.md\nplugins:\n  - gen-files:\n      scripts:\n        - docs/make_pages.py\n"
        "        - 'docs/make_pages.py'\n"
    )
    migration.write({"mkdocs.yml": site, "docs/make_pages.py": "def make():\n    return 'pages'\n"})
    migration.write({"docs/guide/index.md": "# Home\n\nAll that there is to say.\n", "shop.py": ""})
    migration.commit()
    migration.git("mv", "docs/make_pages.py", "docs/pages.py")
    migration.git("mv", "docs/guide", "docs/guides")
    migration.commit()
    assert audit_fix(migration.root, "--since", "HEAD~1").exit_code == 0
    assert migration.read("mkdocs.yml") == site.replace("make_pages", "pages").replace("guide/", "guides/")


def test_a_string_that_reaches_a_renamed_class_through_another_module(migration: Migration, audit_fix: Run) -> None:
    body = "class Client:\n    def send(self, message):\n        return message.join(message, message)\n"
    use = "from unittest.mock import patch\n\n\ndef use():\n    with patch('shop.wire.Client'):\n        pass\n"
    migration.write({"shop/__init__.py": "from . import zmq as wire\n", "shop/zmq.py": body, "use.py": use})
    migration.commit()
    migration.write({"shop/zmq.py": body.replace("Client", "Caller")})
    migration.commit()
    assert audit_fix(migration.root, "--since", "HEAD~1").exit_code == 0
    assert migration.read("use.py") == use.replace("Client", "Caller")


def test_the_path_of_a_folder_that_moved_is_renamed(migration: Migration, audit_fix: Run) -> None:
    text = "All tills are in `shop/old/`, tested by `pytest shop/old`.\n"
    migration.write({"shop/__init__.py": "", "shop/old/till.py": "def count():\n    return 1\n", "a.md": text})
    migration.write({"shop/old/desk.py": "def sit():\n    return 'sits'\n"})
    migration.commit()
    migration.git("mv", "shop/old", "shop/new")
    migration.commit()
    assert audit_fix(migration.root, "--since", "HEAD~1").exit_code == 0
    assert migration.read("a.md") == text.replace("shop/old", "shop/new")


def test_a_member_renamed_while_its_module_moved_is_followed(migration: Migration, audit_fix: Run) -> None:
    body = "class Store:\n    def load(self, name):\n        return name.join(name, name)\n"
    use = "from shop.store import Store\n\n\ndef use(store: Store):\n    return store.load('a')\n"
    migration.write({"shop/__init__.py": "", "shop/store.py": body, "use.py": use})
    migration.commit()
    migration.git("mv", "shop/store.py", "shop/depot.py")
    migration.write({"shop/depot.py": body.replace("load", "fetch")})
    migration.commit()
    assert audit_fix(migration.root, "--since", "HEAD~1").exit_code == 0
    assert migration.read("use.py") == use.replace("shop.store", "shop.depot").replace("load", "fetch")


def test_the_lines_drawn_along_a_title_grow_with_it(migration: Migration, audit_fix: Run) -> None:
    migration.write(
        {
            "shop/__init__.py": "",
            "shop/old.py": "def load():\n    return 'loaded'\n\n\nX = 1\n",
            "a.rst": "========\nshop.old\n========\n\nshop.old\n-----------\n\nOf shop.old\n\n----\n\nshop.old::\n",
            "b.rst": "Of shop.old\n---\n",
        }
    )
    migration.commit()
    migration.git("mv", "shop/old.py", "shop/renewed.py")
    migration.commit()
    assert audit_fix(migration.root, "--since", "HEAD~1").exit_code == 0
    assert migration.read("a.rst") == (
        "============\nshop.renewed\n============\n\nshop.renewed\n------------\n\nOf shop.renewed\n\n----\n\n"
        "shop.renewed::\n"
    )
    assert migration.read("b.rst") == "Of shop.renewed\n---\n"


def test_a_moved_file_still_means_what_lay_beside_its_old_place(migration: Migration, audit_fix: Run) -> None:
    migration.write(
        {
            "shop/__init__.py": "",
            "shop/store.py": "def load():\n    return 'loaded'\n",
            "shop/vault.py": "class Vault:\n    key = 'k'\n",
            "shop/till.py": "from .store import load\nfrom . import vault\n\n\ndef sell():\n"
            "    # all that a till does\n    return load(), vault.Vault.key\n",
            "shop/desk/__init__.py": "",
        }
    )
    migration.commit()
    migration.git("mv", "shop/till.py", "shop/desk/till.py")
    migration.git("mv", "shop/vault.py", "shop/safe.py")
    migration.commit()
    assert audit_fix(migration.root, "--since", "HEAD~1").exit_code == 0
    assert migration.read("shop/desk/till.py") == (
        "from ..store import load\nfrom .. import safe\n\n\ndef sell():\n"
        "    # all that a till does\n    return load(), safe.Vault.key\n"
    )


def test_a_moved_file_still_means_what_lay_above_its_old_place(migration: Migration, audit_fix: Run) -> None:
    migration.write(
        {
            **dict.fromkeys(("shop/__init__.py", "shop/front/__init__.py", "shop/trial/__init__.py"), ""),
            "shop/trial/desk/__init__.py": "",
            "shop/store.py": "def load():\n    return 'loaded'\n",
            "shop/vault.py": "class Vault:\n    key = 'k'\n",
            "shop/front/till.py": "from ..store import load\nfrom .. import (\n    vault,\n)\n\n\ndef sell():\n"
            "    # all that a till does\n    return load(), vault.Vault.key\n",
        }
    )
    migration.commit()
    migration.git("mv", "shop/front/till.py", "shop/trial/desk/till.py")
    migration.git("mv", "shop/vault.py", "shop/safe.py")
    migration.commit()
    assert audit_fix(migration.root, "--since", "HEAD~1").exit_code == 0
    assert migration.read("shop/trial/desk/till.py") == (
        "from ...store import load\nfrom ... import (\n    safe,\n)\n\n\ndef sell():\n"
        "    # all that a till does\n    return load(), safe.Vault.key\n"
    )


def test_a_moved_file_that_climbs_out_of_its_package_stays_relative(migration: Migration, audit_fix: Run) -> None:
    migration.write(
        {
            **dict.fromkeys(("shop/__init__.py", "shop/front/__init__.py"), ""),
            "shop/store.py": "def load():\n    return 'loaded'\n",
            "shop/front/desk.py": "def lay():\n    return 'laid'\n",
            "shop/front/till.py": "from ..store import load\nfrom .desk import lay\nfrom .. import store\n\n\n"
            "def sell():\n    # all that a till does\n    return load(), lay(), store.load()\n",
        }
    )
    migration.commit()
    migration.git("mv", "shop/front/till.py", "shop/till.py")
    migration.commit()
    assert audit_fix(migration.root, "--since", "HEAD~1").exit_code == 0
    assert migration.read("shop/till.py") == (
        "from .store import load\nfrom .front.desk import lay\nfrom . import store\n\n\n"
        "def sell():\n    # all that a till does\n    return load(), lay(), store.load()\n"
    )


def test_tables_of_lazy_names_keep_their_keys_relative(migration: Migration, audit_fix: Run) -> None:
    table = (
        "_import_structure = {{\n    '{0}': ['Store', 'Till'],\n    'other': ['sell'],\n}}\n"
        "_import_structure['{0}'].append('Desk')\n_import_structure[\"{0}\"] += ['Desk']\n"
    )
    migration.write(
        {
            "shop/__init__.py": table.format("store"),
            "shop/store.py": "class Store: ...\n\n\nclass Till: ...\n\n\nclass Desk:\n    legs = 4\n",
            "shop/other.py": "def sell(): ...\n",
            "shop/parts/__init__.py": "",
        }
    )
    migration.commit()
    migration.git("mv", "shop/store.py", "shop/parts/store.py")
    migration.commit()
    assert audit_fix(migration.root, "--since", "HEAD~1").exit_code == 0
    assert migration.read("shop/__init__.py") == table.format("parts.store")


def test_the_same_rename_reaches_what_is_no_python(moved: Migration, audit_fix: Run) -> None:
    moved.write(
        {
            "pyproject.toml": "[project]\nname = 'shop'\n\n[project.scripts]\nshop = 'shop.store:Store'\n",
            "conf/store.yaml": "_target_: shop.store.Store  # the store\r\nsize: 1\r\n",
            "Makefile": "run:\n\tpython -m shop.store\n",
            "README.md": "# Shop\n\nSee [the store](shop/store.py) and `shop.store.Store`.\n",
        }
    )
    diff = audit_fix(moved.root, "--since", "HEAD~1", "--diff")
    moved.git("apply", "--check", "-", stdin=diff.stdout_bytes)
    assert audit_fix(moved.root, "--since", "HEAD~1").exit_code == 0
    assert {name: moved.read(name) for name in ("pyproject.toml", "conf/store.yaml", "Makefile", "README.md")} == {
        "pyproject.toml": "[project]\nname = 'shop'\n\n[project.scripts]\nshop = 'shop.depot:Store'\n",
        "conf/store.yaml": "_target_: shop.depot.Store  # the store\r\nsize: 1\r\n",
        "Makefile": "run:\n\tpython -m shop.depot\n",
        "README.md": "# Shop\n\nSee [the store](shop/depot.py) and `shop.depot.Store`.\n",
    }


GUARDED = (
    "def f():\n    try:\n        from shop.gone import a\n        a()\n    except ImportError:\n        # without it\n"
    "        a = None\n    return a\n"
)


def test_a_guard_that_can_never_succeed_is_taken_out_with_unsafe_only(moved: Migration, audit_fix: Run) -> None:
    moved.write({"guard.py": GUARDED, "shop/bridge.py": ""})
    careful = audit_fix(moved.root, "--since", "HEAD~1")
    assert (careful.exit_code, careful.stdout) == (
        1,
        (
            "guard.py:3: REF011 shop.gone left: mending a guarded import changes what runs: say --unsafe\n"
            "0 fixed in 0 files; 1 left: mending a guarded import changes what runs: say --unsafe "
            "(4 of 4 modules analysed)\n"
        ),
    )
    assert audit_fix(moved.root, "--since", "HEAD~1", "--unsafe").exit_code == 0
    assert moved.read("guard.py") == "def f():\n    # without it\n    a = None\n    return a\n"


def test_a_dead_fallback_is_taken_out_with_unsafe_only(moved: Migration, audit_fix: Run) -> None:
    source = (
        "try:\n    from shop.depot import Store\nexcept ModuleNotFoundError:\n    from shop.store import Store\n"
        "Store()\n"
    )
    moved.write({"guard.py": source})
    assert audit_fix(moved.root, "--since", "HEAD~1").exit_code == 1
    assert moved.read("guard.py") == source
    assert audit_fix(moved.root, "--since", "HEAD~1", "--unsafe").exit_code == 0
    assert moved.read("guard.py") == "from shop.depot import Store\nStore()\n"


def test_a_guarded_import_that_worked_until_its_module_moved_is_mended(moved: Migration, audit_fix: Run) -> None:
    moved.write({"guard.py": "try:\n    from shop.store import Store\nexcept ImportError:\n    Store = None\n"})
    assert audit_fix(moved.root, "--since", "HEAD~1").exit_code == 0
    assert moved.read("guard.py") == "try:\n    from shop.depot import Store\nexcept ImportError:\n    Store = None\n"


def test_a_fix_that_would_bring_new_findings_is_dropped_with_the_reason(migration: Migration, audit_fix: Run) -> None:
    migration.write(
        {
            "shop/__init__.py": "",
            "shop/store.py": "def load():\n    return 'loaded'\n\n\ndef save():\n    return 'saved'\n",
            "use.py": "from shop.store import load, save\nload(), save()\n",
        }
    )
    migration.commit()
    (migration.root / "shop/store.py").unlink()
    migration.write({"shop/depot.py": "def load():\n    return 'loaded'\n"})
    migration.write({"rules/retired.yaml": "- {name: shop.store, replacement: shop.depot}\n"})
    migration.commit()
    result = audit_fix(migration.root, "--since", "HEAD~1")
    assert result.exit_code == 1
    assert result.stdout.splitlines()[0] == (
        "use.py:1: REF001 shop.store left: the second check finds more than before: shop.depot does not define save"
    )
    assert migration.read("use.py") == "from shop.store import load, save\nload(), save()\n"


def test_only_what_is_at_fault_is_left(migration: Migration, audit_fix: Run) -> None:
    users = {f"use{n}.py": "from shop.store import load\n\nload()\n" for n in range(5)}
    migration.write(
        {
            "shop/__init__.py": "",
            "shop/store.py": "def load():\n    return 'loaded'\n\n\ndef save():\n    return 'saved'\n",
            "bad.py": "from shop.store import load, save\n\nload(), save()\n",
            "mixed.py": "from unittest.mock import patch as p\n\na = p('shop.store.load')\nb = p('shop.store.save')\n",
            "jobs.yaml": "load:\n  _target_: shop.store.load\nsave:\n  _target_: shop.store.save\n",
            **users,
        }
    )
    migration.commit()
    migration.git("rm", "--quiet", "shop/store.py")
    migration.write({"shop/depot.py": "def load():\n    return 'loaded'\n"})
    migration.write({"rules/retired.yaml": "- {name: shop.store, replacement: shop.depot}\n"})
    migration.commit()
    result = audit_fix(migration.root, "--since", "HEAD~1")
    assert [line for line in result.stdout.splitlines() if ": REF" in line] == [
        f"{place} shop.store left: the second check finds more than before: {why}"
        for place, why in (
            ("bad.py:1: REF001", "shop.depot does not define save"),
            ("jobs.yaml:4: REF005", "`_target_` names it, but shop.depot does not define save"),
            ("mixed.py:4: REF004", "unittest.mock.patch() names it, but shop.depot does not define save"),
        )
    ]
    assert migration.read("jobs.yaml") == "load:\n  _target_: shop.depot.load\nsave:\n  _target_: shop.store.save\n"
    assert "a = p('shop.depot.load')\nb = p('shop.store.save')" in migration.read("mixed.py")
    assert {migration.read(name) for name in users} == {"from shop.depot import load\n\nload()\n"}


def test_a_name_that_was_renamed_while_its_module_moved_is_followed(migration: Migration, audit_fix: Run) -> None:
    store = "class Store:\n    def load(self, name):\n        return name.join(name, name)\n\n\nSIZE = 1\n"
    forms = {
        "plain.py": "import shop.store\n\nshop.store.Store(), shop.store.SIZE\n",
        "alias.py": "import shop.store as s\n\ns.Store(), s.SIZE\n",
        "module.py": "from shop import store\n\nstore.Store(), store.SIZE\n",
        "name.py": "from shop.store import SIZE, Store\n\nStore(), SIZE\n",
        "mock.py": "from unittest.mock import patch\n\npatch('shop.store.Store'), patch('shop.store.SIZE')\n",
        "conf.yaml": "_target_: shop.store.Store\n",
        "notes.md": "`shop.store.Store`:\n\n```python\nimport shop.store\n\nshop.store.Store(), shop.store.SIZE\n```\n",
    }
    migration.write({"shop/__init__.py": "", "shop/store.py": store, **forms})
    migration.commit()
    migration.git("mv", "shop/store.py", "shop/depot.py")
    migration.write({"shop/depot.py": store.replace("class Store", "class Depot")})
    migration.commit()
    result = audit_fix(migration.root, "--since", "HEAD~1")
    assert (result.exit_code, result.stdout.splitlines()[-1][:32]) == (0, "9 fixed in 7 files; 0 left (7 of")
    assert {name: migration.read(name) for name in forms} == {
        name: text.replace("import store", "import depot")
        .replace("shop.store", "shop.depot")
        .replace("store.S", "depot.S")
        .replace("Store", "Depot")
        for name, text in forms.items()
    }


def test_a_plain_folder_is_mended_by_its_declared_replacements(tmp_path: Path, audit_fix: Run) -> None:
    for name, content in {
        "shop/__init__.py": "",
        "shop/depot.py": "class Depot:\n    size = 1\n",
        "use.py": "from shop.store import Store\nprint(Store.size)\n",
        "rules/retired.yaml": "- {name: shop.store, replacement: shop.depot}\n"
        "- {name: shop.store.Store, replacement: shop.depot.Depot}\n",
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content)
    assert audit_fix(tmp_path).exit_code == 0
    assert (tmp_path / "use.py").read_text() == "from shop.depot import Depot\nprint(Depot.size)\n"


def test_what_lies_below_a_declared_name_follows_it(migration: Migration, audit_fix: Run) -> None:
    migration.write(
        {
            "shop/__init__.py": "",
            "shop/store.py": "class Store:\n    size = 1\n",
            "shop/depot/__init__.py": "class Store:\n    size = 2\n",
            "shop/depot/deep.py": "SIZE = 3\n",
            "use.py": "from shop.store import Store\nprint(Store)\n",
            "far.py": "import shop.store.deep\nprint(shop.store.deep.SIZE)\n",
            "rules/retired.yaml": "- {name: shop.store, replacement: shop.depot}\n",
        }
    )
    migration.commit()
    assert audit_fix(migration.root).exit_code == 0
    assert migration.read("use.py") == "from shop.depot import Store\nprint(Store)\n"
    assert migration.read("far.py") == "import shop.depot.deep\nprint(shop.depot.deep.SIZE)\n"


def test_links_lead_to_one_change_of_the_file_itself(moved: Migration, audit_fix: Run) -> None:
    outside = moved.root.parent / "outside.py"
    outside.write_text("import shop.store\n")
    (moved.root / "link.py").symlink_to("shop/bridge.py")
    (moved.root / "leaves.py").symlink_to(outside)
    assert audit_fix(moved.root, "--since", "HEAD~1").exit_code == 0
    assert (moved.root / "link.py").is_symlink()
    assert moved.read("link.py").startswith("from shop.depot import Store\n")
    assert outside.read_text() == "import shop.store\n"


def test_unusable_input_is_one_message_and_exits_with_2(moved: Migration, tmp_path: Path, audit_fix: Run) -> None:
    plain = tmp_path / "plain"
    plain.mkdir()
    (plain / "a.py").write_text("import b\n")
    bare = tmp_path / "bare"
    subprocess.run(["git", "clone", "--quiet", "--bare", moved.root, bare], check=True)
    empty = Migration(tmp_path / "empty")
    said = {
        arguments: (result.exit_code, result.stderr.replace(str(tmp_path), "TMP"))
        for arguments in [(plain,), (bare,), (empty.root,), (moved.root, "--at", "HEAD"), (moved.root, "--since", "no")]
        for result in [audit_fix(*arguments)]
    }
    assert list(said.values()) == [
        (
            2,
            (
                "audit: TMP/plain is a plain folder, so nothing tells what replaces a name: name replacements in "
                "rules/retired.yaml, or run in a git repository with --since REV\n"
            ),
        ),
        (2, "audit: TMP/bare is a bare repository without files to change; run audit fix in a clone of it\n"),
        (2, "audit: no Python module was analysed, so nothing was fixed; is this the right folder?\n"),
        (2, "audit: --at HEAD names a commit, which cannot be changed; check it out and run audit fix there\n"),
        (2, "audit: --since no: no such commit in TMP/repository; git log --oneline shows the commits there are\n"),
    ]

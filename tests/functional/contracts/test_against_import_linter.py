"""Where import-linter can judge, the audit agrees with it; where it cannot, the audit still says why.

Both are run on the same small package: import-linter through its own command line, which imports the package,
and the audit, which reads it.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from audit.demo.repository import add_commit, write_repository
from audit.demo.story import STORY, Commit
from audit.model.findings import ContractResult
from audit.pipeline import open_codebase

SHOP = {
    "shop/__init__.py": "",
    "shop/web/__init__.py": "import shop.orders\n",
    "shop/web/pages.py": "from shop.orders import basket\nfrom . import forms\n",
    "shop/web/forms.py": "import json\nimport xml.dom.minidom\n",
    "shop/orders/__init__.py": "from .basket import Basket\n",
    "shop/orders/basket.py": (
        "from typing import TYPE_CHECKING\n\nfrom ..store import disk\n\n"
        "if TYPE_CHECKING:\n    from shop.web.pages import Page\n\n\nclass Basket:\n    disk = disk\n"
    ),
    "shop/orders/late.py": "def pay():\n    from shop.store.cache import Cache\n\n    return Cache\n",
    "shop/store/__init__.py": "",
    "shop/store/disk.py": "from shop.store.cache import Cache\n",
    "shop/store/cache.py": "Cache = dict\nimport shop.util\n",
    "shop/util.py": "try:\n    import tomllib\nexcept ImportError:\n    tomllib = None\n",
}

CONTRACTS = """
Layers that hold | layers | layers = ["shop.web : shop.orders", "shop.store", "shop.util"]
Layers upside down | layers | layers = ["shop.util", "shop.store", "shop.orders", "shop.web"]
Independent layers | layers | layers = ["shop.web | shop.orders", "shop.store"]
Layers in a container | layers | containers = ["shop"] | layers = ["(api)", "web", "(orders)", "store"]
Exhaustive | layers | containers = ["shop"] | layers = ["web : orders", "store", "util"] | exhaustive = true
Not exhaustive | layers | containers = ["shop"] | layers = ["web : orders", "store"] | exhaustive = true
Ignored | layers | containers = ["shop"] | layers = ["web : orders", "store"] | exhaustive = true \
| exhaustive_ignores = ["util"]
Forbidden and absent | forbidden | source_modules = ["shop.store"] | forbidden_modules = ["shop.web"]
Forbidden and direct | forbidden | source_modules = ["shop.web"] | forbidden_modules = ["shop.orders"]
Forbidden by a detour | forbidden | source_modules = ["shop.web.pages"] | forbidden_modules = ["shop.util"]
Detour allowed | forbidden | source_modules = ["shop.web.pages"] | forbidden_modules = ["shop.util"] \
| allow_indirect_imports = true
Forbidden external | forbidden | source_modules = ["shop"] | forbidden_modules = ["xml", "tomllib", "numpy"]
Forbidden late import | forbidden | source_modules = ["shop.orders.late"] | forbidden_modules = ["shop.store"]
Wildcard | forbidden | source_modules = ["shop.*.cache"] | forbidden_modules = ["shop.web", "shop.orders"]
Independent | independence | modules = ["shop.store", "shop.web.forms"]
Dependent | independence | modules = ["shop.store", "shop.orders", "shop.web"]
Dependent but ignored | independence | modules = ["shop.store", "shop.orders"] \
| ignore_imports = ["shop.orders.* -> shop.store.*"]
Protected | protected | protected_modules = ["shop.store"] | allowed_importers = ["shop.orders"]
Not protected | protected | protected_modules = ["shop.store.cache"] | allowed_importers = ["shop.orders"]
Acyclic below | acyclic_siblings | ancestors = ["shop.store"]
Cyclic | acyclic_siblings | ancestors = ["shop"] | depth = 0
"""


def write(folder: Path, files: dict[str, str]) -> None:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)


def configuration(contracts: str, *, root: str = "shop") -> str:
    """The TOML of contracts drawn as ``name | type | option | option`` lines."""
    head = f'[tool.importlinter]\nroot_packages = ["{root}"]\ninclude_external_packages = true\n'
    tables = []
    for row in contracts.strip().splitlines():
        name, kind, *options = [part.strip() for part in re.split(r" \| (?![^\[]*\])", row)]
        tables.append("\n".join(["[[tool.importlinter.contracts]]", f'name = "{name}"', f'type = "{kind}"', *options]))
    return "\n\n".join([head, *tables]) + "\n"


def audited(folder: Path) -> dict[str, ContractResult]:
    codebase = open_codebase(folder, use_cache=False)
    return {result.name: result for result in codebase.check.contracts}


def linted(folder: Path) -> subprocess.CompletedProcess[str]:
    executable = Path(sys.executable).with_name("lint-imports")
    return subprocess.run(
        [executable, "--config", "rules/importlinter.toml", "--no-cache"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder), "COLUMNS": "400", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_outcomes_and_imports_are_those_of_lint_imports(tmp_path: Path) -> None:
    write(tmp_path, {**SHOP, "rules/importlinter.toml": configuration(CONTRACTS)})
    output = linted(tmp_path).stdout
    lines = re.findall(r"^(\S.*?) (KEPT|BROKEN)", output, re.MULTILINE)
    theirs = {name: outcome.lower() for name, outcome in lines}
    ours = audited(tmp_path)
    assert {name: result.outcome for name, result in ours.items()} == theirs
    assert Counter(theirs.values()) == {"kept": 10, "broken": 11}
    sections = re.split(r"^(\S.*)\n-+$", output.partition("Broken contracts")[2], flags=re.MULTILINE)[1:]
    shown = {
        name: set(re.findall(r"(\S+) -> (\S+) \(l\.(\d+)", text))
        for name, text in zip(sections[::2], sections[1::2], strict=True)
    }
    chains = {
        name: {(link.importer, link.imported, str(link.site.line)) for chain in result.chains for link in chain}
        for name, result in ours.items()
        if result.outcome == "broken"
    }
    assert {name: shown[name] - chains[name] for name in shown} == {name: set() for name in chains}


DELETED = """
Deleted layer | layers | layers = ["shop.web", "shop.legacy", "shop.store"]
Deleted source | forbidden | source_modules = ["shop.legacy"] | forbidden_modules = ["shop.web"]
Still judged | independence | modules = ["shop.web", "shop.store"]
"""


def test_a_deleted_module_stops_lint_imports_and_is_one_invalid_contract_here(tmp_path: Path) -> None:
    write(tmp_path, {**SHOP, "rules/importlinter.toml": configuration(DELETED)})
    theirs = linted(tmp_path)
    assert theirs.returncode != 0
    assert "KEPT" not in theirs.stdout
    assert "BROKEN" not in theirs.stdout
    assert {name: (result.outcome, result.message) for name, result in audited(tmp_path).items()} == {
        "Deleted layer": ("invalid", "names shop.legacy, which does not exist"),
        "Deleted source": ("invalid", "names shop.legacy, which does not exist"),
        "Still judged": ("broken", "shop.web must not import shop.store"),
    }


def test_a_package_without_init_files_over_two_roots_is_judged_whole(tmp_path: Path) -> None:
    """grimp looks for folders with an ``__init__.py``, and here is none: it cannot judge this tree."""
    files = {
        "core/src/shop/orders/basket.py": "from shop.web.pages import Page\n",
        "web/src/shop/web/pages.py": "class Page: ...\n",
        "core/pyproject.toml": "[project]\nname = 'core'\nversion = '1'\n",
        "web/pyproject.toml": "[project]\nname = 'web'\nversion = '1'\n",
        "rules/importlinter.toml": configuration('Apart | independence | modules = ["shop.orders", "shop.web"]'),
    }
    write(tmp_path, files)
    (result,) = audited(tmp_path).values()
    assert (result.outcome, [str(link.site) for chain in result.chains for link in chain]) == (
        "broken",
        ["core/src/shop/orders/basket.py:1"],
    )


def test_a_custom_contract_type_is_never_imported(tmp_path: Path) -> None:
    head = '[tool.importlinter]\nroot_package = "shop"\ncontract_types = ["tidy: shop.tidy.Tidy"]\n'
    table = '[[tool.importlinter.contracts]]\nname = "Tidy"\ntype = "tidy"\n'
    proof = tmp_path / "was-run"
    evil = f"open({str(proof)!r}, 'w').close()\n"
    write(tmp_path, {**SHOP, "shop/tidy.py": evil, "rules/importlinter.toml": head + table})
    (result,) = audited(tmp_path).values()
    assert (result.outcome, proof.exists()) == ("invalid", False)


@pytest.mark.parametrize("has_contract", [False, True])
def test_import_linter_is_loaded_only_for_a_contract(tmp_path: Path, has_contract: bool) -> None:
    contracts = configuration('Apart | independence | modules = ["shop.web"]')
    write(tmp_path, {**SHOP, **({"rules/importlinter.toml": contracts} if has_contract else {})})
    script = (
        "import sys; from pathlib import Path; from audit.pipeline import open_codebase; "
        "open_codebase(Path('.'), use_cache=False).check; print('grimp' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout == f"{has_contract}\n"


def test_a_contract_that_names_a_deleted_module_tells_the_commit_that_deleted_it(tmp_path: Path) -> None:
    contract = configuration(
        'Store | protected | protected_modules = ["colony.agent.policy_store"] \
| allowed_importers = ["colony.agent"]',
        root="colony",
    )
    repository = tmp_path / "colony"
    commits = write_repository(repository, STORY)
    added = add_commit(repository, Commit("Guard the store", {"rules/importlinter.toml": contract}), day=4)
    bare = tmp_path / "bare.git"
    subprocess.run(["git", "clone", "--quiet", "--bare", repository, bare], check=True)
    check = open_codebase(bare, at=added, since=commits[0], use_cache=False).check
    (result,) = check.contracts
    assert (result.outcome, result.message) == (
        "invalid",
        (
            "names colony.agent.policy_store, which does not exist "
            f"(retired in {commits[2][:10]} on 2025-08-28: Remove the policy store)"
        ),
    )
    found = [finding for finding in check.findings if finding.code == "CON002"]
    assert [str(finding.site) for finding in found] == ["rules/importlinter.toml:6"]

"""``audit init``: what it writes holds today, says why, and is never written over anything."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent
from typing import NamedTuple

import pytest
from typer.testing import CliRunner

from audit.cli.app import app

SHOP = {
    "pyproject.toml": dedent(
        """\
        [project]
        name = "shop"
        version = "1"
        scripts = { shop = "shop.cli:main" }
        [tool.pytest.ini_options]
        testpaths = ["tests"]
        """
    ),
    "Makefile": "test:\n\tpython -m pytest\n",
    "shop/__init__.py": "",
    "shop/cli.py": "from shop.pages import cart\n\n\ndef main(): ...\n",
    "shop/pages/__init__.py": "",
    "shop/pages/cart.py": "import shop.store\n",
    "shop/pages/till.py": "from shop import store\n",
    "shop/pages/list.py": "from shop import store\n",
    "shop/store.py": "",
    "tests/__init__.py": "",
    "tests/test_cart.py": "from shop.pages import cart, list, till\n\n\ndef test_one():\n    assert cart\n",
}

CONTRACTS = """\
[tool.importlinter]
root_packages = ["shop", "tests"]
# An import under `if TYPE_CHECKING:` never runs, so it breaks no contract.
exclude_type_checking_imports = true

# Whoever installs the package does not have its tests.
[[tool.importlinter.contracts]]
name = "What is shipped does not import its tests"
type = "forbidden"
source_modules = ["shop"]
forbidden_modules = ["tests"]

# Each line may import what stands below it, never what stands above; parts joined by ':' may import each other.
[[tool.importlinter.contracts]]
name = "The parts of shop are built in layers"
type = "layers"
containers = ["shop"]
layers = ["cli", "pages", "store"]
# exhaustive = true    # every new part must then be given its place here

# None of these imports another one, directly or through others, so that each can change on its own.
[[tool.importlinter.contracts]]
name = "The parts of shop.pages do not know each other"
type = "independence"
modules = ["shop.pages.cart", "shop.pages.list", "shop.pages.till"]
"""

CLAIMS = """\
claims:
  # Found by reading alone: nothing is run, and no dependency needs to be installed.
  - id: nothing-dangles
    text: "No module imports a first-party name that does not exist."
    expect: {count: {findings: ["IMP001", "IMP002", "REF001", "REF002"], expected: 0}}

  # The contracts stand in importlinter.toml beside this folder.
  - id: contracts-kept
    text: "Every import contract is kept."
    expect: {contract: {}}

  # Packaging declares it; a command whose function is gone fails only for whoever installed it.
  - id: command-shop
    text: "What the command shop starts exists."
    expect: {exists: ["shop.cli.main"]}

  # Deleting tests makes a run green as well. Lower the number when that is meant.
  - id: tests-there
    text: "tests holds at least 1 test functions."
    weight: supporting
    expect: {count: {tests: "tests", expected: ">=1"}}

  # Not judged: only running code can show it; audit init --run tries it, in a copy of the tree
  # Each module is imported in a process of its own; that needs the dependencies to be installed.
  # - id: everything-imports
  #   text: "Every module of shop can be imported on its own."
  #   expect: {imports: {packages: ["shop"]}}

  # Not judged: only running code can show it; audit init --run tries it, in a copy of the tree
  # As pyproject.toml has it. A failure, an error, or no test collected refutes it.
  # - id: tests-pass
  #   text: "The tests pass."
  #   expect: {pytest: {nodes: ["tests"], passed: ">=1"}}

  # Not judged: only running code can show it; audit init --run tries it, in a copy of the tree
  # As Makefile has it.
  # - id: make-test-succeeds
  #   text: "make test ends with success."
  #   weight: supporting
  #   expect: {command: {run: ["make", "test"], within: 600}}
"""


class Ended(NamedTuple):
    """How a command ended."""

    code: int
    stdout: str
    stderr: str


@pytest.fixture
def audit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The command line, run in a folder."""

    def run(root: Path, *arguments: str) -> Ended:
        monkeypatch.chdir(root)
        result = CliRunner().invoke(app, list(arguments), env={"AUDIT_CACHE_DIR": str(tmp_path / "cache")})
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Ended(result.exit_code, result.stdout, result.stderr)

    return run


@pytest.fixture
def folder(tmp_path: Path):
    """A plain folder with the given files."""

    def make(files: Mapping[str, str], name: str = "shop") -> Path:
        root = tmp_path / name
        for path, content in files.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(content)
        return root

    return make


def commit(root: Path, message: str) -> None:
    """Commit everything in a folder, made a repository first where it is none."""
    git = ["git", "-C", str(root), "-c", "user.name=Dev", "-c", "user.email=dev@example.org"]
    if not (root / ".git").exists():
        subprocess.run([*git, "init", "--quiet"], check=True)
    subprocess.run([*git, "add", "--all"], check=True)
    subprocess.run([*git, "commit", "--quiet", "--message", message], check=True)


def body(text: str, first: str) -> str:
    """A file from the line that begins with ``first``: without its opening comment."""
    return text[text.index(first) :]


def test_a_first_set_of_rules_says_what_holds_and_why(folder, audit) -> None:
    root = folder(SHOP)
    done = audit(root, "init")
    assert (done.code, done.stderr) == (0, "")
    assert done.stdout == (
        "wrote rules/claims/repository.yaml\n"
        "wrote rules/importlinter.toml\n"
        "3 import contracts, 4 claims, 3 more claims as comments\n"
        "audit check: no findings; 9 modules analysed\n"
        "audit verify: all of 4 claims verified\n"
    )
    assert body((root / "rules/importlinter.toml").read_text(), "[tool") == CONTRACTS
    assert body((root / "rules/claims/repository.yaml").read_text(), "claims:") == CLAIMS
    assert audit(root, "check").code == 0
    assert audit(root, "verify", "--no-run").code == 0


def test_the_rules_go_red_when_what_they_say_ends(folder, audit) -> None:
    root = folder(SHOP)
    audit(root, "init")
    (root / "shop/store.py").write_text("import shop.cli\n")
    broken = audit(root, "check")
    assert broken.code == 1
    assert "The parts of shop are built in layers" in broken.stdout
    (root / "shop/store.py").write_text("")
    (root / "shop/cli.py").write_text("")
    refuted = audit(root, "verify", "--no-run")
    assert (refuted.code, "refuted command-shop" in refuted.stdout) == (1, True)


def test_what_only_running_shows_is_tried_when_asked(folder, audit) -> None:
    files = {name: text for name, text in SHOP.items() if name != "Makefile"}
    failing = "def test_two():\n    assert False\n"
    root = folder(files)
    done = audit(root, "init", "--run")
    assert "3 import contracts, 6 claims, 0 more claims as comments" in done.stdout
    assert "audit verify: all of 6 claims verified" in done.stdout
    assert audit(root, "verify").code == 0
    other = folder({**files, "tests/test_till.py": failing}, "other")
    audit(other, "init", "--run")
    text = (other / "rules/claims/repository.yaml").read_text()
    assert (
        "  # Not judged: it is refuted here today: 2 tests collected: 1 passed, 1 failed; expected 0 failed\n" in text
    )
    assert audit(other, "verify").code == 0


def test_nothing_is_run_unless_asked(folder, audit, tmp_path) -> None:
    trap = f"import pathlib; pathlib.Path({str(tmp_path / 'sprung')!r}).write_text('')\n"
    root = folder({**SHOP, "shop/store.py": trap, "conftest.py": trap, "setup.py": trap})
    assert audit(root, "init").code == 0
    assert not (tmp_path / "sprung").exists()


def test_what_is_there_is_never_written_over(folder, audit) -> None:
    root = folder({**SHOP, "rules/importlinter.toml": '[tool.importlinter]\nroot_packages = ["shop"]\n'})
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    (root / "rules/claims").mkdir()
    (root / "rules/claims/repository.yaml").symlink_to("elsewhere.yaml")
    done = audit(root, "init")
    assert (done.code, done.stdout) == (2, "")
    assert {path: path.read_bytes() for path in root.rglob("*") if path.is_file()} == before

    again = folder(SHOP, "again")
    assert audit(again, "init").code == 0
    done = audit(again, "init")
    assert done.code == 2
    assert done.stderr == (
        "audit: rules/claims/repository.yaml: there already, and nothing was written; "
        "move away what is to be drafted anew\n"
    )


def test_contracts_that_stand_elsewhere_are_left_to_rule(folder, audit) -> None:
    config = "[importlinter]\nroot_package = shop\n[importlinter:contract:1]\nname = one\ntype = independence\n"
    root = folder({**SHOP, ".importlinter": config + "modules =\n    shop.cli\n    tests\n"})
    done = audit(root, "init")
    assert "  import contracts stand in .importlinter already, so none are written\n" in done.stdout
    assert not (root / "rules/importlinter.toml").exists()


def test_a_dry_run_writes_nothing_and_shows_a_diff_that_git_applies(folder, audit) -> None:
    root = folder(SHOP)
    done = audit(root, "init", "--diff")
    assert done.code == 0
    assert not (root / "rules").exists()
    subprocess.run(["git", "init", "--quiet"], cwd=root, check=True)
    subprocess.run(["git", "apply", "-"], cwd=root, check=True, input=done.stdout, text=True)
    assert body((root / "rules/importlinter.toml").read_text(), "[tool") == CONTRACTS


def test_findings_of_today_are_told_and_accepted_when_asked(folder, audit) -> None:
    root = folder({**SHOP, "shop/store.py": "import shop.gone\n"})
    done = audit(root, "init")
    assert done.code == 0
    assert "audit check: 1 finding stood before: shop/store.py:1 IMP001 shop.gone\n" in done.stdout
    assert "all of 4 claims verified" in done.stdout
    other = folder({**SHOP, "shop/store.py": "import shop.gone\n"}, "other")
    done = audit(other, "init", "--baseline")
    assert "audit check: no findings (1 accepted by the baseline); 9 modules analysed\n" in done.stdout
    assert audit(other, "check").code == 0
    assert (other / "audit.toml").read_text().endswith('baseline = "audit-baseline.json"\n')


def test_a_rule_that_does_not_hold_today_is_left_out_and_told(folder, audit) -> None:
    root = folder({**SHOP, "shop/store.py": "import tests.test_cart\n"})
    done = audit(root, "init")
    assert "  tried and left out, because it does not hold: What is shipped does not import its tests\n" in done.stdout
    assert audit(root, "check").code == 0


def test_settings_that_are_there_are_not_touched_for_the_baseline(folder, audit) -> None:
    settings = {"audit.toml": "strict = true\n", "shop/store.py": "import shop.gone\n"}
    root = folder({**SHOP, **settings})
    done = audit(root, "init", "--baseline")
    assert '  add to the settings in audit.toml: baseline = "audit-baseline.json"\n' in done.stdout
    assert (root / "audit.toml").read_text() == "strict = true\n"


def test_modules_that_history_deleted_are_declared_retired_unless_something_speaks_of_them(folder, audit) -> None:
    old = {"shop/old.py": "", "shop/told.py": "", "shop/moved.py": "x = 1\n" * 30, "tests/test_old.py": ""}
    root = folder({**SHOP, **old})
    commit(root, "Open the shop")
    for name in ("shop/old.py", "shop/told.py", "shop/moved.py", "tests/test_old.py"):
        (root / name).unlink()
    (root / "shop/store2.py").write_text("x = 1\n" * 30)
    (root / "README.md").write_text("There was a module `shop.told`.\n")
    commit(root, 'Tidy up: "old" and others')
    audit(root, "init")
    text = (root / "rules/retired.yaml").read_text()
    assert "- name: shop.old\n" in text
    assert '  reason: "Tidy up: \\"old\\" and others (' in text
    assert text.endswith("# - shop.told    # at README.md\n")
    assert "shop.moved" not in text
    assert audit(root, "check").code == 0


@pytest.mark.parametrize("content", [{}, {"README.md": "# Nothing\n"}])
def test_a_folder_without_python_has_nothing_to_write_rules_from(tmp_path, audit, content) -> None:
    root = tmp_path / "empty"
    root.mkdir()
    for name, text in content.items():
        (root / name).write_text(text)
    done = audit(root, "init")
    assert (done.code, done.stdout) == (2, "")
    assert done.stderr == "audit: no Python module was found here, so there is nothing to write rules from\n"


def test_a_file_that_does_not_parse_is_told_and_the_rest_is_written(folder, audit) -> None:
    root = folder({**SHOP, "shop/odd.py": "def broken(:\n"})
    done = audit(root, "init")
    assert done.code == 0
    assert "audit check: nothing is wrong, but not all could be checked: shop/odd.py: " in done.stdout
    assert "all of 4 claims verified" in done.stdout


def test_a_single_module_is_enough(folder, audit) -> None:
    root = folder({"tool.py": "def main(): ...\n"})
    done = audit(root, "init")
    assert done.code == 0
    assert "  no import contract is written: " in done.stdout
    assert audit(root, "check").code == audit(root, "verify", "--no-run").code == 0


def test_the_packages_of_a_monorepo_are_ordered_too(folder, audit) -> None:
    files = {}
    for name, imports in {"core": "", "web": "import core.a\n", "jobs": "import core.b\n"}.items():
        files |= {
            f"packages/{name}/pyproject.toml": f'[project]\nname = "{name}"\nversion = "1"\n',
            f"packages/{name}/src/{name}/__init__.py": "",
            f"packages/{name}/src/{name}/a.py": imports,
            f"packages/{name}/src/{name}/b.py": "",
        }
    root = folder(files)
    assert audit(root, "init").code == 0
    text = (root / "rules/importlinter.toml").read_text()
    assert 'root_packages = ["core", "jobs", "web"]\n' in text
    assert 'name = "The packages are built in layers"\ntype = "layers"\nlayers = ["jobs : web", "core"]\n' in text
    assert audit(root, "check").code == 0


def test_packages_in_one_circle_get_no_layers(folder, audit) -> None:
    ring = {f"ring/{name}.py": f"import ring.{after}\n" for name, after in ("ab", "bc", "cd", "da")}
    root = folder({"ring/__init__.py": "", **ring})
    done = audit(root, "init")
    assert "  no layers for ring: 4 of its 4 parts are in one import circle\n" in done.stdout
    assert not (root / "rules/importlinter.toml").exists()

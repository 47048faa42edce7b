"""Code runs in a copy of exactly the audited tree, with nothing of the user's environment, and leaves no trace."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from audit.model.errors import SourceError
from audit.probes.children.redirect import sitecustomize
from audit.probes.commands import probe_command
from audit.probes.environment import PASSED

SHOW = "import json, os, sys; print(json.dumps([sorted(os.listdir()), dict(os.environ), sys.path, os.getcwd()]))"


def state(root: Path) -> dict[str, bytes]:
    """Every file below a folder, those of git too."""
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_nothing_is_written_to_the_audited_tree_nor_to_its_git_folder(folder, git, sandbox) -> None:
    root = folder({"a.py": "A = 1\n", "b.py": "B = 1\n"})
    git("init", "-q")
    git("add", "-A")
    git("commit", "-qm", "one")
    (root / "a.py").write_text("A = 2\n")
    before = state(root)

    script = "import a, pathlib; pathlib.Path('b.py').unlink(); pathlib.Path('c.py').write_text(str(a.A))"
    observed = probe_command(sandbox(root), ["python", "-c", script], creates=["c.py", "b.py"])

    assert observed.run.exit == 0
    assert observed.created == {"c.py": ("c.py",), "b.py": ()}
    assert state(root) == before


def test_a_link_into_the_audited_tree_leads_into_the_copy(folder, sandbox) -> None:
    root = folder({"data/a.txt": "1"})
    (root / "linked").symlink_to(root / "data")

    observed = probe_command(sandbox(root), ["sh", "-c", "echo 2 > linked/a.txt; cat data/a.txt"])

    assert observed.run.stdout == "2\n"
    assert (root / "data/a.txt").read_text() == "1"


def test_the_copy_holds_what_is_changed_and_new_but_not_what_is_ignored(folder, git, sandbox) -> None:
    root = folder({"kept.txt": "1", "changed.txt": "1", "gone.txt": "1", ".gitignore": "*.log\n"})
    git("init", "-q")
    git("add", "-A")
    git("commit", "-qm", "one")
    (root / "changed.txt").write_text("2")
    (root / "gone.txt").unlink()
    (root / "new.txt").write_text("1")
    (root / "noise.log").write_text("1")
    opened = sandbox(root)

    observed = probe_command(
        opened, ["sh", "-c", "ls; cat changed.txt; git status --short --no-renames; git log --format=%s"]
    )

    assert observed.run.stdout == ("changed.txt\nkept.txt\nnew.txt\n2M  changed.txt\nD  gone.txt\nA  new.txt\none\n")
    assert opened.snapshot.dirty


def test_a_commit_is_run_as_it_was(folder, git, sandbox) -> None:
    root = folder({"a.txt": "old"})
    git("init", "-q")
    git("add", "-A")
    git("commit", "-qm", "one")
    (root / "a.txt").write_text("new")
    git("commit", "-qam", "two")

    observed = probe_command(sandbox(root, "HEAD~1"), ["sh", "-c", "cat a.txt; git log --format=%s"])

    assert observed.run.stdout == "oldone\n"


def test_a_plain_folder_is_run_without_its_virtual_environment(folder, sandbox) -> None:
    root = folder({"a.txt": "1", ".venv/big.txt": "1", "pkg/__pycache__/x.pyc": "1", "pkg/m.py": ""})

    observed = probe_command(sandbox(root), ["sh", "-c", "ls -A . pkg"])

    assert observed.run.stdout == ".:\n.git\na.txt\npkg\n\npkg:\nm.py\n"


def test_a_folder_inside_a_repository_is_run_inside_the_whole(folder, git, sandbox) -> None:
    root = folder({"top.txt": "1", "sub/a.txt": "1", "sub/reports/x.md": "1"})
    git("init", "-q")
    opened = sandbox(root / "sub")

    assert probe_command(opened, ["sh", "-c", "ls . .."]).run.stdout == ".:\na.txt\nreports\n\n..:\nsub\ntop.txt\n"


def test_modules_that_a_build_left_beside_the_sources_are_there(folder, git, sandbox) -> None:
    root = folder(
        {
            "pkg/__init__.py": "",
            "pkg/_version.py": "V = 1\n",
            "build/lib/x.py": "",
            ".gitignore": "_version.py\nbuild\n",
        }
    )
    git("init", "-q")
    git("add", "-A")

    observed = probe_command(sandbox(root), ["sh", "-c", "ls pkg; test ! -e build"])

    assert (observed.run.stdout, observed.run.exit) == ("__init__.py\n_version.py\n", 0)


def test_the_tree_is_named_by_git_and_not_by_its_reports(folder, git, sandbox) -> None:
    root = folder({"a.txt": "1"})
    git("init", "-q")
    git("add", "-A")
    git("commit", "-qm", "one")
    plain = sandbox(root).snapshot
    (root / "reports").mkdir()
    (root / "reports" / "phase-1.md").write_text("x")
    reported = sandbox(root).snapshot
    git("add", "-A")
    git("commit", "-qm", "report")
    committed = sandbox(root).snapshot
    (root / "a.txt").write_text("2")

    assert plain.identity == git("rev-parse", "HEAD~1^{tree}")
    assert {plain.identity, reported.identity, committed.identity} == {plain.identity}
    assert [plain.dirty, reported.dirty, committed.dirty] == [False, False, False]
    assert sandbox(root).snapshot.identity != plain.identity
    assert sandbox(root, "HEAD").snapshot.identity == plain.identity


def test_a_commit_is_named_where_the_clone_lacks_the_content_of_a_file(folder, git, sandbox) -> None:
    root = folder({"shop.py": "", "large.bin": "many bytes\n"})
    git("init", "-q")
    git("add", "-A")
    git("commit", "-qm", "first")
    (root / "reports").mkdir()
    (root / "reports" / "phase-1.md").write_text("x")
    git("add", "-A")
    git("commit", "-qm", "report")
    blob = git("rev-parse", "HEAD:large.bin")
    (root / ".git" / "objects" / blob[:2] / blob[2:]).unlink()

    assert sandbox(root, "HEAD").snapshot.identity == git("rev-parse", "HEAD~1^{tree}")


def test_only_listed_variables_pass_and_home_is_scratch(folder, sandbox, monkeypatch) -> None:
    secrets = ("API_TOKEN", "AWS_SECRET_ACCESS_KEY", "GITHUB_TOKEN", "SSH_AUTH_SOCK", "PYTHONPATH", "PYTEST_ADDOPTS")
    for name in secrets:
        monkeypatch.setenv(name, "secret")
    monkeypatch.setenv("GIT_DIR", "/nowhere")
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    root = folder({"a.txt": "1"})

    observed = probe_command(sandbox(root), ["python", "-c", SHOW])

    _, environment, _, _ = json.loads(observed.run.stdout)
    own = {
        "PATH", "HOME", "TMPDIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "PYTHONPATH",
        "PYTHONDONTWRITEBYTECODE", "PYTHONHASHSEED", "PYTHONUNBUFFERED", "NO_COLOR", "GIT_CONFIG_NOSYSTEM",
        "GIT_TERMINAL_PROMPT", "AUDIT_REDIRECT_FROM", "AUDIT_REDIRECT_TO",
        "AUDIT_SOURCE_ROOTS", "AUDIT_PROBE", "PWD", "OLDPWD", "SHLVL",
        "_",
    }  # fmt: skip
    assert {name for name in environment if not name.startswith("LC_")} <= own | PASSED
    assert (environment["HOME"], environment["TMPDIR"]) == ("<scratch>/home", "<scratch>/home/tmp")
    assert environment["LC_ALL"] == "C.UTF-8"
    assert "secret" not in observed.run.stdout


def test_an_editable_install_leads_to_the_copy(folder, git, sandbox, install) -> None:
    """A module that the commit does not have must not be found in the work tree that it is installed from."""
    root = folder({"src/pkg/old.py": ""})
    git("init", "-q")
    git("add", "-A")
    git("commit", "-qm", "one")
    (root / "src/pkg/new.py").write_text("")
    install(root, "editable.pth", f"{root / 'src'}\n")
    opened = sandbox(root, "HEAD")

    observed = probe_command(opened, ["python", "-c", "import pkg.old as m; print(m.__file__); import pkg.new"])

    assert opened.interpreter.origin == "the repository's own .venv"
    assert observed.run.stdout == "src/pkg/old.py\n"
    assert observed.run.stderr.endswith("ModuleNotFoundError: No module named 'pkg.new'\n")


def test_a_package_that_nobody_installed_is_found_where_its_packaging_says(folder, sandbox) -> None:
    """But a package beside a script is not: Python would not find it either."""
    root = folder({"src/pkg/__init__.py": "", "beside/__init__.py": "", "tools/run.py": "import pkg\nimport beside\n"})

    observed = probe_command(sandbox(root, source_roots=("", "src")), ["python", "tools/run.py"])

    assert observed.run.stderr.endswith("ModuleNotFoundError: No module named 'beside'\n")


def test_a_release_of_the_package_that_is_installed_does_not_speak_for_the_tree(folder, sandbox, install) -> None:
    root = folder({"src/pkg/__init__.py": "version = 'tree'", "src/other.py": "", "conftest.py": ""})
    install(root, "pkg.py", "version = 'installed'")
    install(root, "other.py", "version = 'installed'")
    show = "import pkg, other, json; print(pkg.version, other.version, json.__name__)"

    plain = probe_command(sandbox(root), ["python", "-c", show])
    led = probe_command(sandbox(root, source_roots=("src",)), ["python", "-c", show])

    assert plain.run.stdout == "installed installed json\n"
    assert led.run.stdout == "tree installed json\n"


def test_a_package_in_parts_is_put_together_from_all_its_roots(folder, sandbox) -> None:
    root = folder({"shop/store.py": "", "agents/src/shop/agent.py": ""})

    show = "import shop.store, shop.agent; print(shop.agent.__file__)"
    observed = probe_command(sandbox(root, source_roots=("", "agents/src")), ["python", "-c", show])

    assert observed.run.stdout == "agents/src/shop/agent.py\n"


def test_the_audit_can_audit_itself(tmp_path) -> None:
    """The file that leads imports into the copy lies in the audited tree then, and its copy must not run as well."""
    own = Path(sitecustomize.__file__)
    for tree in ("tree", "copy"):
        (tmp_path / tree / "redirect").mkdir(parents=True)
        (tmp_path / tree / "redirect" / own.name).write_text(own.read_text())
        (tmp_path / tree / "shop.py").write_text(f"WHERE = {tree!r}\n")
    done = subprocess.run(
        [sys.executable, "-c", "import shop; print(shop.WHERE)"],
        env={
            "PYTHONPATH": f"{tmp_path / 'tree' / 'redirect'}:{tmp_path / 'tree'}",
            "AUDIT_REDIRECT_FROM": str(tmp_path / "tree"),
            "AUDIT_REDIRECT_TO": str(tmp_path / "copy"),
            "AUDIT_SOURCE_ROOTS": str(tmp_path / "copy"),
        },
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "copy\n", "")


def test_python_and_pytest_mean_the_interpreter_that_was_chosen(folder, sandbox) -> None:
    root = folder({"a.py": ""})
    opened = sandbox(root)

    python = probe_command(opened, ["python3", "-c", "import sys; print(sys.version_info[0])"])
    pytest_run = probe_command(opened, ["pytest", "--version"])

    assert opened.interpreter.origin == "the interpreter that runs audit"
    assert (python.run.stdout, python.run.command[0]) == ("3\n", "python3")
    assert pytest_run.run.stdout.startswith("pytest ")


def test_a_tree_that_git_cannot_read_is_told(folder, git, sandbox) -> None:
    root = folder({"a.txt": "1"})
    git("init", "-q")
    (root / ".git" / "index").write_bytes(b"broken")

    with pytest.raises(SourceError, match="git cannot read the tree"):
        _ = sandbox(root).snapshot


def test_a_probe_that_locks_its_folder_does_not_keep_it(folder, sandbox) -> None:
    opened = sandbox(folder({"a.txt": "1"}))

    observed = probe_command(opened, ["sh", "-c", "mkdir -p d/e && touch d/e/f && chmod 500 d/e d"])

    assert observed.run.exit == 0
    assert list(opened.scratch.glob("probe-*")) == []

"""A repository's own git configuration can name programs. None of them may run when it is only read."""

from __future__ import annotations

import contextlib
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from audit.pipeline import open_codebase

if TYPE_CHECKING:
    from tests.unit.sources.conftest import GitFolder

PROGRAMS = (
    "core.fsmonitor",
    "core.pager",
    "core.editor",
    "core.sshCommand",
    "core.askPass",
    "core.gitProxy",
    "core.alternateRefsCommand",
    "core.attributesFile",
    "diff.external",
    "diff.evil.command",
    "diff.evil.textconv",
    "filter.evil.clean",
    "filter.evil.smudge",
    "filter.evil.process",
    "merge.evil.driver",
    "gpg.program",
    "credential.helper",
    "uploadpack.packObjectsHook",
    "interactive.diffFilter",
    "pager.log",
    "pager.diff",
    "alias.log",
    "alias.diff",
    "alias.status",
)
HOOKS = ("post-index-change", "fsmonitor-watchman", "post-checkout", "reference-transaction", "pre-auto-gc")


def sign(repository: GitFolder) -> None:
    """Give the last commit a signature, which git shows by running a program."""
    head, _, message = repository.git("cat-file", "commit", "HEAD").partition("\n\n")
    signature = "gpgsig -----BEGIN PGP SIGNATURE-----\n \n nonsense\n -----END PGP SIGNATURE-----"
    (repository.root / ".git" / "signed").write_text(f"{head}\n{signature}\n\n{message}\n")
    signed = repository.git("hash-object", "-t", "commit", "-w", ".git/signed")
    repository.git("update-ref", "refs/heads/main", signed)


@pytest.fixture
def trap(repository: GitFolder, tmp_path: Path) -> Path:
    """A file that appears as soon as any program runs that the repository's configuration names."""
    repository.commit({"pkg/__init__.py": "", "pkg/store.py": "x = 1\n", "use.py": "import pkg.store\n"})
    repository.git("rm", "--quiet", "pkg/store.py")
    repository.commit({".gitattributes": "* filter=evil diff=evil merge=evil\n"})
    sign(repository)
    marker = tmp_path / "it-ran"
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch {marker}\ncat\n")
    program.chmod(0o755)
    for name in PROGRAMS:
        repository.git("config", name, f"!{program}" if name.startswith("alias.") else str(program))
    repository.git("config", "filter.evil.required", "true")
    repository.git("config", "log.showSignature", "true")
    hooks = repository.root / ".git" / "hooks"
    hooks.mkdir(exist_ok=True)
    for name in HOOKS:
        (hooks / name).write_text(program.read_text())
        (hooks / name).chmod(0o755)
    (repository.root / "use.py").touch()  # its time has changed: git compares the content again
    return marker


@pytest.mark.parametrize("command", [["diff", "HEAD~1"], ["status"], ["log", "-1"]])
def test_the_trap_works(trap: Path, repository: GitFolder, command: list[str]) -> None:
    with contextlib.suppress(subprocess.CalledProcessError):  # the programs do not do what git expects of them
        repository.git(*command)
    assert trap.exists()


def test_reading_a_work_tree_runs_nothing(trap: Path, repository: GitFolder) -> None:
    result = open_codebase(repository.root, since="HEAD~1", use_cache=False).check
    assert [(finding.code, finding.target) for finding in result.findings] == [("REF001", "pkg.store")]
    assert not trap.exists()


def test_reading_a_commit_runs_nothing(trap: Path, repository: GitFolder) -> None:
    result = open_codebase(repository.root, at="HEAD", since="HEAD~1", use_cache=False).check
    assert [(finding.code, finding.target) for finding in result.findings] == [("REF001", "pkg.store")]
    assert not trap.exists()


def test_the_environment_cannot_lead_elsewhere(
    repository: GitFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.commit({"a.py": ""})
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("GIT_EXTERNAL_DIFF", "false")
    assert open_codebase(repository.root, use_cache=False).paths() == ("a.py",)

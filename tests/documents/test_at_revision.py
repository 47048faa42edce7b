"""``--at REV`` reads git objects; it must say what a checkout of REV says. Every ninth case of the corpus tells."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from audit.model.findings import CheckResult
from audit.pipeline import open_codebase
from tests.documents.repository import write_repository
from tests.documents.test_cases import CASES


@pytest.mark.parametrize("name", list(CASES)[::9])
def test_a_commit_reads_like_its_checkout(name: str, tmp_path: Path) -> None:
    case = CASES[name]
    bare, checkout = tmp_path / "bare", tmp_path / "checkout"
    write_repository(bare, case.commits)
    subprocess.run(
        ["git", "-c", "core.autocrlf=false", "clone", "--quiet", "--branch", "main", str(bare), str(checkout)],
        check=True,
        env={**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"},
    )
    since = "base" if len(case.commits) > 1 else None
    at_revision = open_codebase(bare, at="main", since=since, use_cache=False).check
    on_disk = open_codebase(checkout, since=since and f"origin/{since}", use_cache=False).check
    assert _said(on_disk) == _said(at_revision)
    assert on_disk.commit == at_revision.commit
    assert not on_disk.dirty


def _said(result: CheckResult) -> tuple[object, ...]:
    return (result.findings, result.roots, result.coverage)

"""A small shop in git with its own claims, and the command line run on it as a user runs it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from textwrap import dedent

import pytest

_IDENTITY = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in {"NAME": "Dev", "EMAIL": "dev@example.org", "DATE": "2025-08-27T18:00:00+00:00"}.items()
}

SHOP = {
    "shop/__init__.py": "",
    "shop/store.py": "def load(path, epoch): ...\n",
    "shop/bridge.py": "import shop.store\n",
    "shop/trainer.py": "import shop.bridge\nprint('trained')\nopen('model.bin', 'w').write('x')\n",
    "shop/eval/__init__.py": "",
    "shop/eval/scores.py": "def mean(values):\n    return sum(values) / len(values)\n",
    "shop/eval/plots.py": "",
    "tests/test_scores.py": dedent(
        """\
        from shop.eval.scores import mean

        def test_one(): assert mean([1]) == 1
        def test_two(): assert mean([1, 3]) == 2
        """
    ),
    "rules/claims/shop.yaml": dedent(
        """\
        claims:
          - id: imports
            text: All modules of the shop import.
            expect: {imports: {packages: [shop]}}
          - id: training
            text: Training runs and leaves a model.
            needs: [imports]
            expect: {command: {run: [python, -m, shop.trainer], within: 60, stdout_has: trained, creates: model.bin}}
          - id: scores
            text: The scores are tested.
            expect: {pytest: {nodes: [tests/test_scores.py], passed: 2}}
          - id: loading
            text: Loading takes a path and an epoch.
            weight: supporting
            expect: {signature: {callable: shop.store.load, parameters: [path, epoch]}}
        """
    ),
}


class Repository:
    """A git repository under construction."""

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir(parents=True)
        self.git("init", "--quiet")

    def write(self, files: Mapping[str, str | None]) -> None:
        """Write files below the root; None removes one."""
        for name, content in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if content is None:
                path.unlink()
            else:
                path.write_text(content)

    def commit(self, message: str, files: Mapping[str, str | None] | None = None) -> str:
        """Write files, commit everything, and give the commit's id."""
        self.write(files or {})
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", message)
        return self.git("rev-parse", "HEAD")

    def git(self, *arguments: str) -> str:
        """Run git in the repository."""
        done = subprocess.run(
            ["git", "-C", str(self.root), *arguments],
            check=True,
            capture_output=True,
            text=True,
            env={**os.environ, **_IDENTITY},
        )
        return done.stdout.strip()


@pytest.fixture
def shop(tmp_path: Path) -> Repository:
    """A shop whose claims all hold, in one commit."""
    repository = Repository(tmp_path / "shop")
    repository.commit("Open the shop", SHOP)
    return repository


@pytest.fixture
def broken(shop: Repository) -> Repository:
    """The shop after its store was deleted, although a bridge still imports it."""
    shop.commit("Delete the store", {"shop/store.py": None})
    return shop


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """An environment whose scratch folder can be looked into, and that remembers nothing of other tests."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    return {**os.environ, "TMPDIR": str(scratch), "COLUMNS": "200", "AUDIT_CACHE_DIR": str(tmp_path / "cache")}


@pytest.fixture
def audit(environment: dict[str, str]) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs the command line in a folder; no scratch file may be left by it."""

    def run(cwd: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, "-m", "audit", *map(str, arguments)],
            cwd=cwd,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert list(Path(environment["TMPDIR"]).iterdir()) == []
        assert "Traceback" not in done.stderr
        return done

    return run

"""A small shop in git, and the command line with a ledger of its own."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from typer.testing import CliRunner

from audit.cli.app import app


class Ended(NamedTuple):
    """How a command ended."""

    returncode: int
    stdout: str
    stderr: str


Audit = Callable[..., Ended]

SHOP = {
    "shop/__init__.py": "",
    "shop/store.py": "def load(path): ...\n",
    "shop/cart.py": "import shop.store\n",
    "tests/test_cart.py": "from shop import cart\n\n\ndef test_one():\n    assert cart\n",
    "rules/claims/shop.yaml": (
        "claims:\n"
        "  - id: store-there\n"
        "    text: The store is there.\n"
        "    expect: {exists: shop/store.py}\n"
        "  - id: all-there\n"
        "    text: Nothing is imported that is not there.\n"
        "    expect: {count: {findings: [IMP001, REF001], expected: 0}}\n"
    ),
}


class Repository:
    """A git repository under construction."""

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir(parents=True)
        self.git("init", "--quiet", "--initial-branch", "main")

    def commit(self, message: str, files: dict[str, str | None]) -> str:
        """Write files (None removes one), commit everything, and give the commit's id."""
        for name, content in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if content is None:
                path.unlink()
            else:
                path.write_text(content)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", message)
        return self.git("rev-parse", "HEAD")

    def git(self, *arguments: str) -> str:
        """Run git in the repository."""
        identity = {
            f"GIT_{who}_{what}": value
            for who in ("AUTHOR", "COMMITTER")
            for what, value in {
                "NAME": "Dev",
                "EMAIL": "dev@example.org",
                "DATE": "2025-08-27T18:00:00+00:00",
            }.items()
        }
        done = subprocess.run(
            ["git", "-C", str(self.root), *arguments],
            check=True,
            capture_output=True,
            text=True,
            env={**os.environ, **identity},
        )
        return done.stdout.strip()


@pytest.fixture
def shop(tmp_path: Path) -> Repository:
    """A shop whose claims hold, in one commit."""
    repository = Repository(tmp_path / "shop")
    repository.commit("Open the shop", SHOP)
    return repository


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """Where the runs of a test are recorded."""
    return tmp_path / "state/ledger.sqlite"


@pytest.fixture
def audit(tmp_path: Path, ledger: Path, monkeypatch: pytest.MonkeyPatch) -> Audit:
    """The command line, run in a folder; keywords are added to the environment."""

    def run(root: Path, *arguments: str, **environment: str) -> Ended:
        variables = {"AUDIT_LEDGER": str(ledger), "AUDIT_CACHE_DIR": str(tmp_path / "cache"), "COLUMNS": "200"}
        monkeypatch.chdir(root)
        monkeypatch.setattr("sys.argv", ["audit", *arguments])
        result = CliRunner().invoke(app, list(arguments), env=variables | environment)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Ended(result.exit_code, result.stdout, result.stderr)

    return run

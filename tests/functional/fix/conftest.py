"""A migration in git on which `audit fix` is run as a user runs it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
import typer
from click.testing import Result
from typer.testing import CliRunner

from audit.cli.fix import fix


class Migration:
    """A repository whose first commit is the base; what is written after it is the work tree to be fixed."""

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir(parents=True)
        self.git("init", "--quiet")

    def write(self, files: Mapping[str, str | bytes]) -> None:
        """Write files below the root."""
        for name, content in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)

    def read(self, name: str) -> str:
        """The text of a file, newlines as they are."""
        return (self.root / name).read_bytes().decode()

    def commit(self) -> str:
        """Commit everything; the id of the commit."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", "Go on")
        return self.git("rev-parse", "HEAD")

    def git(self, *arguments: str, stdin: bytes = b"") -> str:
        """Run git in the repository."""
        identity = {
            f"GIT_{who}_{what}": "dev@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
        }
        nowhere = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
        command = ["git", "-C", str(self.root), "-c", "init.defaultBranch=main", *arguments]
        done = subprocess.run(
            command, check=True, capture_output=True, input=stdin, env={**os.environ, **identity, **nowhere}
        )
        return done.stdout.decode().strip()


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Facts are cached apart from the user's own."""
    monkeypatch.setenv("AUDIT_CACHE_DIR", str(tmp_path_factory.getbasetemp() / "cache"))


@pytest.fixture
def migration(tmp_path: Path) -> Migration:
    """An empty repository."""
    return Migration(tmp_path / "repository")


@pytest.fixture
def moved(migration: Migration) -> Migration:
    """``shop.store`` became ``shop.depot`` by git mv, and ``shop.bridge`` still imports it."""
    migration.write(
        {
            "shop/__init__.py": "",
            "shop/store.py": "class Store:\n    def load(self, name):\n        return name\n",
            "shop/bridge.py": "from shop.store import Store\n\n\ndef open_bridge():\n    return Store()\n",
        }
    )
    migration.commit()
    migration.git("mv", "shop/store.py", "shop/depot.py")
    migration.commit()
    return migration


@pytest.fixture
def audit_fix() -> Callable[..., Result]:
    """Run ``audit fix`` with these arguments."""
    app = typer.Typer()
    app.command()(fix)

    def run(*arguments: str | Path) -> Result:
        return CliRunner().invoke(app, [str(argument) for argument in arguments])

    return run

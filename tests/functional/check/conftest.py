"""A small migration in git, and the command line run on it as a user runs it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

_IDENTITY = {"NAME": "Dev", "EMAIL": "dev@example.org", "DATE": "2025-08-27T18:00:00+00:00"}
_TEST = "from shop.evaluation import score\n\n\ndef test_score():\n    assert score([1, 2]) == 3\n"


class Repository:
    """A git repository under construction; ids are the same everywhere, because identity and clock are fixed."""

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

    def commit(self, message: str) -> str:
        """Commit everything and return the commit's id."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", message)
        return self.git("rev-parse", "HEAD")

    def git(self, *arguments: str) -> str:
        """Run git in the repository."""
        identity = {f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER") for what, value in _IDENTITY.items()}
        nowhere = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
        command = ["git", "-C", str(self.root), "-c", "init.defaultBranch=main", *arguments]
        done = subprocess.run(
            command, check=True, capture_output=True, text=True, env={**os.environ, **identity, **nowhere}
        )
        return done.stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """An empty repository."""
    return Repository(tmp_path / "repository")


@pytest.fixture
def shop(repository: Repository) -> Repository:
    """A repository whose last commit deletes a module that a bridge still imports."""
    repository.write(
        {
            "shop/__init__.py": "",
            "shop/store.py": "class Store:\n    def load(self, name):\n        return name\n",
            "shop/bridge.py": "from shop.store import Store\n\n\ndef open_bridge():\n    return Store()\n",
            "shop/trainer.py": "import shop.bridge\n\n\ndef train():\n    return shop.bridge.open_bridge()\n",
            "shop/evaluation.py": "def score(values):\n    return sum(values)\n",
            "tests/test_evaluation.py": _TEST,
            "README.md": "# Shop\n",
        }
    )
    repository.commit("Open the shop")
    (repository.root / "shop/store.py").unlink()
    repository.commit("Remove the store")
    return repository


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """An environment with a cache of its own; colours and widths do not depend on the machine."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "AUDIT_"))}
    own = {"AUDIT_CACHE_DIR": str(tmp_path / "cache"), "NO_COLOR": "1", "COLUMNS": "100", "AUDIT_LEDGER": "off"}
    return inherited | own


@pytest.fixture
def audit(environment: dict[str, str]) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run ``python -m audit`` to its end."""

    def run(*arguments: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "audit", *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, cwd=cwd, env=environment, check=False)

    return run


@pytest.fixture
def started(environment: dict[str, str]) -> Callable[..., subprocess.Popen[str]]:
    """Start ``python -m audit``, to read what it writes as it writes it."""

    def start(*arguments: str | Path) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "audit", *map(str, arguments)]
        return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)

    return start

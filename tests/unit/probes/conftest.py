"""A small repository on disk, and a sandbox over it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from audit.probes.sandbox import Sandbox

IDENTITY = ["-c", "user.name=Dev", "-c", "user.email=dev@example.org"]


def write(root: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


@pytest.fixture
def folder(tmp_path: Path) -> Callable[[Mapping[str, str]], Path]:
    """Writes files to a plain folder and gives the folder."""

    def make(files: Mapping[str, str]) -> Path:
        root = tmp_path / "shop"
        root.mkdir(exist_ok=True)
        write(root, files)
        return root

    return make


@pytest.fixture
def git(tmp_path: Path) -> Callable[..., str]:
    """Runs git in the folder."""

    def run(*arguments: str) -> str:
        done = subprocess.run(
            ["git", "-C", str(tmp_path / "shop"), *IDENTITY, *arguments], check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    return run


@pytest.fixture
def sandbox() -> Iterator[Callable[..., Sandbox]]:
    """Opens sandboxes and closes them at the end."""
    opened: list[Sandbox] = []

    def make(root: Path, revision: str | None = None, *, source_roots: Sequence[str] = ()) -> Sandbox:
        opened.append(Sandbox(root, revision, source_roots=source_roots).__enter__())
        return opened[-1]

    yield make
    for each in opened:
        each.__exit__(None, None, None)
        assert not each.scratch.exists()


@pytest.fixture
def install() -> Callable[[Path, str, str], None]:
    """Puts a file among the installed packages of a repository's own virtual environment, which it makes."""

    def put(root: Path, name: str, text: str) -> None:
        environment = root / ".venv"
        if not environment.exists():
            subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(environment)], check=True)
        (site_packages,) = environment.glob("lib/python3.*/site-packages")
        (site_packages / name).write_text(text)

    return put

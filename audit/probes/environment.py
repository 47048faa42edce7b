"""The environment of a probe: few variables, a scratch home, and the copy in place of the tree."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import msgspec

REDIRECT: Final = Path(__file__).parent / "children" / "redirect"
"""Folder of the ``sitecustomize`` that leads imports from the audited tree to its copy."""

PASSED: Final = frozenset(
    {
        "PATH", "LANG", "LANGUAGE", "TZ", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT",
        "OMP_NUM_THREADS", "OMP_WAIT_POLICY", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS",
        "CUDA_VISIBLE_DEVICES", "CUDA_HOME",
    }
)  # fmt: skip
"""Variables that a probe inherits, besides ``LC_*``; nothing else passes, so that no secret does."""


class Interpreter(msgspec.Struct, frozen=True):
    """The Python that probes run with, and in words whose it is."""

    path: str
    origin: str


def choose_interpreter(root: Path, own: str) -> Interpreter:
    """The repository's own ``.venv`` or ``venv`` where there is one, else ``own``, which runs the audit."""
    for folder in (".venv", "venv"):
        candidate = root / folder / "bin" / "python"
        if os.access(candidate, os.X_OK):
            return Interpreter(str(candidate), f"the repository's own {folder}")
    return Interpreter(own, "the interpreter that runs audit")


def installation(interpreter: str) -> tuple[Path, ...]:
    """The folders that hold an interpreter: its virtual environment, and the Python that this is made of."""
    environment = Path(interpreter).parent.parent
    config = environment / "pyvenv.cfg"
    if not config.is_file():
        return (environment,)
    keys = dict(line.split(" = ", 1) for line in config.read_text().splitlines() if " = " in line)
    return (environment, Path(keys["home"]).parent) if "home" in keys else (environment,)


def clean_environment(
    inherited: Mapping[str, str],
    *,
    interpreter: str,
    root: Path,
    tree: Path,
    home: Path,
    source_roots: Sequence[str] = (),
) -> dict[str, str]:
    """What a probe sees of the environment.

    The interpreter's folder comes first on PATH; ``HOME``, ``TMPDIR`` and the caches lie in ``home``;
    an installation that leads to ``root`` (an editable install) is led to ``tree`` instead, and the packages
    of its ``source_roots`` are found there, installed or not.
    """
    passed = {name: value for name, value in inherited.items() if name in PASSED or name.startswith("LC_")}
    temporary = home / "tmp"
    temporary.mkdir(parents=True, exist_ok=True)
    path = os.pathsep.join([str(Path(interpreter).parent), passed.get("PATH", os.defpath)])
    return passed | {
        "PATH": path,
        "HOME": str(home),
        "TMPDIR": str(temporary),
        "XDG_CACHE_HOME": str(home / ".cache"),
        "XDG_CONFIG_HOME": str(home / ".config"),
        "XDG_DATA_HOME": str(home / ".local" / "share"),
        "PYTHONPATH": str(REDIRECT),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
        "PYTHONUNBUFFERED": "1",
        "NO_COLOR": "1",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "AUDIT_REDIRECT_FROM": str(root),
        "AUDIT_REDIRECT_TO": str(tree),
        "AUDIT_SOURCE_ROOTS": os.pathsep.join(str(tree / folder) for folder in source_roots),
    }

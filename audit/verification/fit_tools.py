"""Fits a check by another program to the tree: it must be configured there, or what was checked cannot be told."""

from __future__ import annotations

import re
from typing import Final

from audit.model.codebase import Codebase
from audit.model.predicates import Command
from audit.verification.fit_paths import CannotFitError

_OWN: Final = {
    "mypy": ("mypy.ini", ".mypy.ini"),
    "ruff": ("ruff.toml", ".ruff.toml"),
    "flake8": (".flake8",),
    "pyright": ("pyrightconfig.json",),
    "black": (),
}
"""Files that configure nothing but one program."""
_SHARED: Final = ("pyproject.toml", "setup.cfg", "tox.ini")
_TARGETS: Final = re.compile(r"^\s*(?:files|packages|modules)\s*=", re.MULTILINE)


def fit_tool(predicate: Command, codebase: Codebase) -> Command:
    """The command of a document's sentence about a program's check, taken from `audit.claims.tool_checks`.

    Raises:
        CannotFitError: the tree does not say what the program is to check.
    """
    tool = predicate.run[2]
    settings = _settings(tool, codebase)
    if not settings:
        raise CannotFitError(f"this tree does not configure {tool}, so what was checked, and how, cannot be told")
    if tool == "mypy" and not any(map(_TARGETS.search, settings)):
        raise CannotFitError("mypy is not told here which files to check, so what was checked cannot be told")
    return predicate


def _settings(tool: str, codebase: Codebase) -> list[str]:
    own = [text for path in _OWN[tool] if (text := codebase.read_text(path)) is not None]
    section = re.compile(rf"^\[(?:tool\.)?{tool}(?:\.[^\]]*)?\][^\n]*\n(?:(?!\[).*\n?)*", re.MULTILINE)
    shared = [codebase.read_text(path) or "" for path in _SHARED]
    return own + [match[0] for text in shared for match in section.finditer(text)]

"""Files that a script looks for before it uses them, or to make them: they may be missing."""

from __future__ import annotations

import re
from typing import Final

from audit.kinds.texts import blanked
from audit.model.regex import regex

_TESTED: Final = regex(r"(?:\[\[?|\btest)\s+(?:!\s+)?-[defrsx]\s+[\"']?([\w./@+-]+)")
"""What commands look for before they use it, or to make it."""
_TESTED_EACH: Final = regex(r"(?:\[\[?|\btest)\s+(?:!\s+)?-[defrsx]\s+[\"']?\$")
_ARRAY: Final = regex(r"^[ \t]*(?:\w+[ \t]+(?:-\w+[ \t]+)?)?\w+\+?=\([^()]*\)", re.MULTILINE)
"""A list of a shell, whose entries may be missing where each that is gone through is looked for first."""


def without_tested_lists(source: str) -> str:
    """A script with its lists blanked, where it goes through one and looks for each entry first."""
    return _ARRAY.sub(blanked, source) if _TESTED_EACH.search(source) is not None else source


def tested_files(source: str) -> frozenset[str]:
    """The files that a script looks for by their paths."""
    return frozenset(_TESTED.findall(source)) if "-" in source else frozenset()


def is_tested(path: str, tested: frozenset[str]) -> bool:
    """Whether a path is one of those that a script looks for, or lies in one."""
    return any(path == each or path.startswith(f"{each.rstrip('/')}/") for each in tested)

"""Patterns of paths, as tools take them: which literal parts follow a wildcard, and what a pattern matches."""

from __future__ import annotations

import fnmatch
import re
from typing import Final

from audit.kinds.forms import CONVENTIONAL
from audit.model.regex import regex

WILD: Final = regex(r"[*?\[\]{}!]")
_OF_ALL: Final = CONVENTIONAL | frozenset(
    {"site-packages", "dist-packages", "node_modules", "__pycache__", "build", "dist", "venv", ".venv", ".git", ".tox"}
    | {"tests", "test", "__tests__", "__mocks__", "docs", "examples", "migrations", "vendor", "third_party", "target"}
)
"""Names that projects and environments have: a pattern means them wherever they may come to lie."""
_BRACES: Final = regex(r"\{([^{}/]*)\}")
_ANY_DEPTH: Final = regex(r"/(?:\*\*/)+")
_MOST_ALTERNATIVES: Final = 32
_NAMED: Final = regex(r"\w[\w.+-]+")


def names_after_wildcard(text: str) -> bool:
    """Whether a pattern names a file or folder literally after its first wildcard: ``**/old/*.py`` names ``old``."""
    parts = text.lstrip("!").split("/")
    first = next((index for index, part in enumerate(parts) if WILD.search(part)), None)
    return first is not None and any(_NAMED.fullmatch(part) and part not in _OF_ALL for part in parts[first + 1 :])


def matcher(text: str) -> re.Pattern[str] | None:
    """What matches the paths that a pattern means, each with a slash before it; a star crosses slashes, as in many
    tools. A pattern that ends in wildcards means the folder above them. None for what is no pattern."""
    pattern = text.lstrip("!").removeprefix("./").strip("/")
    while pattern.endswith(("/*", "/**")):
        pattern = pattern.rpartition("/")[0]
    each = [_translated(one) for one in _alternatives(pattern)]
    return re.compile("|".join(each)) if each else None


def _translated(pattern: str) -> str:
    return fnmatch.translate(_ANY_DEPTH.sub("*/", f"/{pattern}"))


def _alternatives(pattern: str) -> list[str]:
    """The patterns that braces stand for; none where they are nested, or too many."""
    found = [pattern]
    for braces in _BRACES.finditer(pattern):
        options = braces[1].split(",")
        found = [each.replace(braces[0], option, 1) for each in found for option in options][: _MOST_ALTERNATIVES + 1]
    return [] if len(found) > _MOST_ALTERNATIVES or any("{" in each for each in found) else found

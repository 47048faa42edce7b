"""Patterns of paths, as tools take them: which literal parts follow a wildcard, and what a pattern matches."""

from __future__ import annotations

import re
from typing import Final

from audit.kinds.forms import CONVENTIONAL
from audit.model.regex import regex

WILD: Final = regex(r"[*?\[\]{}!]")
_PART: Final = regex(r"\*\*/|\*+|\?|\{[^{}/]*\}|\[[^\[\]/]+\]|[^*?{\[]+")
_NAMED: Final = regex(r"\w[\w.+-]+")


def names_after_wildcard(text: str) -> bool:
    """Whether a pattern names a file or folder literally after its first wildcard: ``**/old/*.py`` names ``old``."""
    parts = text.lstrip("!").split("/")
    first = next((index for index, part in enumerate(parts) if WILD.search(part)), None)
    return first is not None and any(_NAMED.fullmatch(part) and part not in CONVENTIONAL for part in parts[first + 1 :])


def matcher(text: str) -> re.Pattern[str] | None:
    """What matches the paths that a pattern means, a star crossing slashes as in many tools; None for no pattern.

    A pattern that ends in wildcards means the folder above them.
    """
    pattern = text.lstrip("!").removeprefix("./").strip("/")
    while pattern.endswith(("/*", "/**")):
        pattern = pattern.rpartition("/")[0]
    parts = _PART.findall(pattern)
    if "".join(parts) != pattern:
        return None
    return re.compile("".join(map(_translated, parts)))


def _translated(part: str) -> str:
    if part == "**/":
        return "(?:.*/)?"
    if part[0] == "*":
        return ".*"
    if part[0] == "{":
        return f"(?:{'|'.join(re.escape(each) for each in part[1:-1].split(','))})"
    return "." if part[0] in "?[" else re.escape(part)

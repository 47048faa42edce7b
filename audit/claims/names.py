"""How documents write names of files, folders, classes and functions; shared by all that reads sentences."""

from __future__ import annotations

import re
from typing import Final

from audit.claims.tense import quoted_parts
from audit.model.regex import regex

CODE: Final = regex(r"`([^`]+)`")
ENDINGS: Final = "py|pyi|md|rst|ya?ml|toml|json|cfg|ini|sh|ipynb|txt"
PATH: Final = regex(rf"/?(?:[\w.@+-]+/)*[\w@+-][\w.@+-]*\.(?:{ENDINGS})")
FOLDER: Final = regex(r"/?(?:[\w.@+-]+/)+")
SYMBOL: Final = regex(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+|[A-Z][a-z]\w*[A-Z]\w*")
NAME: Final = r"`?[A-Z][a-z0-9]+[A-Z]\w*`?"
"""A class as prose writes it, with or without backticks."""
NAMES: Final = rf"{NAME}(?:(?:\s*[/,]\s*|\s+and\s+|\s*,\s*and\s+){NAME})*"


def classes_in(text: str) -> tuple[str, ...]:
    """The class names of a text that matched `NAMES`."""
    return tuple(dict.fromkeys(match.strip("`") for match in re.findall(NAME, text)))


def is_quoted(text: str, position: int) -> bool:
    """Whether a place of a sentence lies in quotation marks: somebody else said what stands there."""
    return any(start <= position < end for start, end in quoted_parts(text))


def folder_name(name: str) -> str:
    """A path without the slash at its end, unless nothing else shows that it is one."""
    bare = name.rstrip("/")
    return bare if "/" in bare or "." in bare else name

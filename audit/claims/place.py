"""Finds the file that a sentence is about: named before it, by the item or the list above it, or by its heading."""

from __future__ import annotations

import re
from typing import Final

from audit.claims.blocks import Block
from audit.claims.names import PATH
from audit.claims.tense import quoted_parts
from audit.model.regex import regex

_LEADING: Final = regex(
    rf"^(?:(?:in|file)\W+)?`?(?P<path>{PATH.pattern})(?::[\d,-]+)?`?\s*[:|–—-]\s*(?P<rest>.*)$", re.IGNORECASE
)
_INSIDE: Final = regex(
    rf"`(?P<path>{PATH.pattern})(?::[\d,-]+)?`|^(?P<bare>{PATH.pattern})(?::[\d,-]+)?(?=\s*[:(–—-]|$)"
)
_SUBJECT: Final = regex(
    rf"^(?:[A-Z][\w &/-]{{0,30}}:\s+)?`(?P<path>{PATH.pattern})`\s+"
    r"(?=(?:(?:was|is|has|been|now)\s+)*(?:updated|uses?|imports?|lacks|no\s+longer)\b)"
    r"(?:(?:was|is|has|been)\s+)*(?P<rest>.*)$",
    re.IGNORECASE,
)
"""A sentence whose subject is a file: "`a.py` was updated to use `Store`"."""
_TRAILING: Final = regex(rf"\s+(?:from|in|within|inside)\s+`(?P<path>{PATH.pattern})(?::[\d,-]+)?`\W*$", re.IGNORECASE)


def place_of(block: Block) -> tuple[str, str]:
    """The file that a sentence is about, and the sentence without it; an empty path where there is not one only."""
    match = _LEADING.match(block.text)
    if match is not None:
        return match["path"], match["rest"]
    match = _SUBJECT.match(block.text)
    if match is not None:
        return match["path"], match["rest"]
    match = _TRAILING.search(block.text)
    if match is not None and not any(start <= match.start() < end for start, end in quoted_parts(block.text)):
        return match["path"], block.text[: match.start()]
    if _INSIDE.search(block.text):
        return "", block.text
    for context in (*reversed(block.parents), block.lead, block.located, *block.headings[-1:]):
        paths = {found["path"] or found["bare"] for found in _INSIDE.finditer(context)}
        if paths:
            return (paths.pop() if len(paths) == 1 else ""), block.text
    return "", block.text

"""Reads code blocks that show Markdown with code blocks of its own, which Markdown itself ends at the first inner one.

An author who shows a page writes its blocks as they are: the inner ``` closes the outer block for a parser, and from
there on all that is prose is read as code and the other way round.
"""

from __future__ import annotations

import re
from typing import Final

import msgspec

from audit.model.regex import regex

_FENCE: Final = regex(r"^(?P<indent> {0,3})(?P<marks>`{3,}|~{3,})(?P<info>[^`\n]*)$")
_MARKS: Final = re.compile(r"(`|~){3,}")
_PAGES: Final = frozenset({"", "markdown", "md", "text", "txt"})
"""Languages of blocks that may show a page."""


class _Open(msgspec.Struct):
    """A block that is open: the line of its first marks, its marks, and whether it may hold others."""

    line: int
    marks: str
    page: bool


def unnested(source: str) -> str:
    """A document with longer marks around each block that holds others; itself where it has none, or is not balanced.

    Every line stays on its number.
    """
    lines = source.split("\n")
    opened: list[_Open] = []
    pairs: list[tuple[int, int]] = []
    for number, line in enumerate(lines):
        match = _FENCE.match(line)
        if match is None:
            continue
        marks, info = match["marks"], match["info"].strip()
        if opened and not info and marks.startswith(opened[-1].marks):
            pairs.append((opened.pop().line, number))
        elif not opened or (opened[-1].page and info and marks.startswith(opened[-1].marks)):
            opened.append(_Open(number, marks, (info.split() or [""])[0].lower() in _PAGES))
    if opened:
        return source
    for first, last in pairs:
        if any(first < inner and after < last for inner, after in pairs):
            for end in (first, last):
                lines[end] = _MARKS.sub(r"\g<0>\g<1>\g<1>\g<1>", lines[end], count=1)
    return "\n".join(lines)

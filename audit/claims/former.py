"""Tells which code blocks, and which lines of one, show what was before a change: that need not be so any more."""

from __future__ import annotations

import re
from typing import Final

from audit.claims.blocks import Fence
from audit.model.regex import regex

_CHANGE: Final = (
    r"(?:refactor\w*|migration|change|fix|clean\s?-?up|optimi[sz]ation|restructuring|update|move|rewrite|patch)"
)
_WAY: Final = (
    r"(?:ways?|usage|approach|code|structure|layout|workflow|method|style|commands?|version|api|imports?|pattern|setup)"
)
_FORMER: Final = regex(
    rf"^\W*(?:the\s+|our\s+)?(?:before(?=\W*$|\s*[(:,–—-]|\s+(?:the\s+|this\s+)?{_CHANGE}\b)|old\b|previous(?:ly)?\b|former(?:ly)?\b"
    rf"|(?:legacy|original|deprecated)(?=\s+{_WAY}\b|\W*$|\s*[(:]))",
    re.IGNORECASE,
)
_NOW: Final = regex(r"^\W*(?:the\s+|our\s+)?(?:after|new|now|current(?:ly)?|today|updated|modern)\b", re.IGNORECASE)
_LABEL: Final = regex(
    r"^\s*(?:#+|//|--)?\s*(?P<label>[A-Za-z][^`$=/\\]{0,60}?)\s*(?::\s*|(?<=\))\s*)$|^\s*#+\s*(?P<comment>\S.*)$"
)
"""A line of a block that is a label or a comment: "Before (3 managers):", "# Old way"."""


def shows_former(fence: Fence) -> bool:
    """Whether a block is announced as what was before, by its heading or the words right above it."""
    for title in (fence.intro, *reversed(fence.parents), *reversed(fence.headings[fence.titled :])):
        if _FORMER.match(title):
            return True
        if _NOW.match(title):
            return False
    return False


def former_lines(fence: Fence) -> frozenset[int]:
    """The lines of a block, by their numbers in the document, that show what was before."""
    former = shows_former(fence)
    found = set()
    for number, line in enumerate(fence.code.splitlines(), start=fence.line):
        label = _LABEL.match(line)
        words = (label["label"] or label["comment"]) if label is not None else ""
        if words and (_FORMER.match(words) or _NOW.match(words)):
            former = _FORMER.match(words) is not None
        if former:
            found.add(number)
    return frozenset(found)

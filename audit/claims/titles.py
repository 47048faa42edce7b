"""Reads the titles that a list stands under: whether they say that all it names was deleted, created or moved.

A title counts also from further up: below "Files removed", the headings "Root folder" and "Tests" only sort.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from audit.claims.blocks import Block
from audit.model.regex import regex

_THINGS: Final = (
    r"(?:files?|modules?|class(?:es)?|scripts?|tests?|director(?:y|ies)|folders?|packages?|documents?|docs|artifacts?)"
)
_WHEN: Final = (
    r"(?:\s+(?:in|during)\s+(?:this\s+)?(?:phase|pass|step|round|sprint|stage|pr|release|migration|cleanup)\b[\w\s.]*)?"
)
_ASIDE: Final = r"(?:\((?![^()]*\b(?:not|planned|proposed|to\s+be|pending|if|candidates?|partial\w*)\b)[^()]*\)\W*)?$"
_BY_WAY: Final = r"(?:(?:were|was|have|has|been|successfully|completely|now)\s+)*"
_DELETED: Final = regex(
    rf"^\W*(?:\w+\s+){{0,2}}?{_THINGS}\s+{_BY_WAY}(?:deleted|removed|eliminated){_WHEN}\W*{_ASIDE}"
    r"|^\W*(?:(?:we|successfully|completely|the)\s+)*(?:deleted|removed|eliminated)"
    rf"(?:\s+(?:the\s+following\s+)?(?:\w+\s+)?{_THINGS})?{_WHEN}\W*{_ASIDE}",
    re.IGNORECASE,
)
_ADDED: Final = regex(
    rf"^\W*(?:new\s+)?{_THINGS}\s+{_BY_WAY}(?:created|added){_WHEN}\W*{_ASIDE}"
    rf"|^\W*(?:created|added)\s+(?:the\s+following\s+)?(?:new\s+)?{_THINGS}{_WHEN}\W*{_ASIDE}"
    rf"|^\W*new\s+{_THINGS}{_WHEN}\W*{_ASIDE}",
    re.IGNORECASE,
)
_MOVED: Final = regex(
    rf"^\W*(?:\w+\s+){{0,2}}?{_THINGS}\s+{_BY_WAY}(?:moved|renamed|relocated){_WHEN}\W*{_ASIDE}"
    rf"|^\W*(?:moved|renamed|relocated)(?:\s+(?:the\s+following\s+)?(?:\w+\s+)?{_THINGS})?{_WHEN}\W*{_ASIDE}"
    rf"|^\W*(?:{_THINGS}\s+)?(?:moves|renames){_WHEN}\W*{_ASIDE}",
    re.IGNORECASE,
)
_SORTS: Final = regex(r"^\W*(?:[A-Za-z0-9][\w/&+'-]*\W+){0,4}[A-Za-z0-9][\w/&+'-]*\W*(?:\([^()]*\)\W*)?$")
_SAYS: Final = regex(
    r"\b(?:(?!(?:unused|deprecated|outdated|duplicated|generated|related|shared|unneeded|superseded|retired)\b)\w+ed|new|kept|keep|moves?|changes?|updates?|remain\w*|missing|still|next|todo|plan\w*|why|how|replacements?|after|"
    r"before|now|current|instead|reason\w*|impact|benefits?|result\w*|status|notes?|verification|structure|summary)\b",
    re.IGNORECASE,
)
"""Words by which a title below another one is about something else, and does not only sort."""


def lists_deleted(block: Block) -> bool:
    """Whether what an item names was deleted, by the title of its list."""
    return any(map(_DELETED.match, _titles(block)))


def lists_added(block: Block) -> bool:
    """Whether what an item names was created, by the title of its list."""
    return any(map(_ADDED.match, _titles(block)))


def lists_moved(block: Block) -> bool:
    """Whether what an item names was moved or renamed, by the title of its list."""
    return any(map(_MOVED.match, _titles(block)))


def _titles(block: Block) -> Iterator[str]:
    """The titles that an item stands under, innermost first, up to the first that says something of its own."""
    if block.kind != "item":
        return
    for title in (*reversed(block.parents), block.lead, *reversed(block.headings)):
        if title:
            yield title
            if "`" in title or _SAYS.search(title) or not _SORTS.match(title):
                return

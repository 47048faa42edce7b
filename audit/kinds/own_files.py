"""Files that a document speaks of and that the repository need not hold: those its commands write or list elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from audit.model.mentions import Mention
from audit.model.regex import regex

_WRITTEN: Final = regex(
    r"(?:(?<=\s)-o|(?<=\s)--out(?:put)?(?:-?(?:file|path|dir))?)[ =]+(?P<option>[\w./-]+)"
    r"|\b(?:touch|tee|mkdir)[ \t]+(?:-\w+[ \t]+)*(?P<made>[\w./-]+)"
    r"|\S[ \t]+>{1,2}[ \t]*(?P<redirected>[\w./-]+\.\w+)"
    r"|\b(?:written|saved|stored|exported|dumped|writes?|saves?)\s+(?:(?:it|them)\s+)?(?:in)?to\s+[`*]*(?P<said>[\w./-]*\w)"
)
_LISTING: Final = regex(
    r"^[ \t]*(?:[$%>❯][ \t]+)?ls(?:[ \t]+-\w+)*[ \t]+[\w-][\w./-]*[ \t]*\n"
    r"(?P<listed>(?:[ \t]*[^\s$%>`~][^\n]*\n)+)",
    re.MULTILINE,
)
_FILE: Final = regex(r"[\w-][\w.-]*\.\w+")


def without_own_files(text: str, mentions: Iterable[Mention]) -> Iterator[Mention]:
    """The mentions of a document without those of files that are its own."""
    own: frozenset[str] | None = None
    for each in mentions:
        if each.form == "path":
            own = _own_files(text) if own is None else own  # few documents name a path at all
            if each.text.removeprefix("./") in own:
                continue
        yield each


def _own_files(text: str) -> frozenset[str]:
    written = (found[found.lastgroup or 0].removeprefix("./") for found in _WRITTEN.finditer(text))
    listed = (name for listing in _LISTING.finditer(text) for name in _FILE.findall(listing["listed"]))
    return frozenset((*written, *listed))

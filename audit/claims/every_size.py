"""Sentences about how long every file may be: "no file has more than 300 lines", "all modules are under 200 lines"."""

from __future__ import annotations

import re
from typing import Final

from audit.claims.blocks import Block
from audit.model.predicates import AnyPredicate, Bound, Size
from audit.model.regex import regex

_THINGS: Final = r"(?:\.?py(?:thon)?\s+|source\s+)?(?P<things>files?|modules?)"
_WHERE: Final = (
    r"(?:\s+(?:in|under|below|of)\s+(?:the\s+)?`?(?P<folder>(?:[\w.-]+/)+[\w.-]*|(?<=`)[\w.-]+(?=`))`?"
    r"(?:\s+(?:folder|directory|package))?)?"
)
_NUMBER: Final = r"(?P<number>\d{1,3}(?:,\d{3})+|\d+)[\s-]+(?:lines?|loc)(?:\s+of\s+code)?(?:\s+long)?"
_BEING: Final = r"(?:(?:is|are|has|have|stays?|remains?|kept|now|all|of)\s+)*"
_AT_MOST: Final = (
    r"(?:at\s+most|no\s+(?:more|longer)\s+than|within|up\s+to|<=|≤|"
    r"(?P<strictly>under|below|less\s+than|fewer\s+than|<))"
)
_MORE: Final = r"(?:more\s+than|over|above|longer\s+than|larger\s+than|exceed(?:s|ing)?|>)"
_FORM: Final = regex(
    rf"^(?:(?:all|every|each)\s+{_THINGS}{_WHERE}\s+{_BEING}{_AT_MOST}\s*{_NUMBER}"
    rf"|no\s+{_THINGS.replace('things', 'none')}{_WHERE.replace('folder>', 'inside>')}\s+{_BEING}{_MORE}\s*"
    rf"{_NUMBER.replace('number', 'bound')})\W*$",
    re.IGNORECASE,
)


def size_of_every_file(block: Block) -> tuple[AnyPredicate, ...]:
    """The most lines that the Python files of a folder, or of the whole tree, are said to have each; nothing where a
    sentence says so of some of them, such as the new ones."""
    match = _FORM.match(block.text)
    if match is None:
        return ()
    folder = (match["folder"] or match["inside"] or "").removeprefix("./").rstrip("/")
    most = int((match["number"] or match["bound"]).replace(",", ""))
    bound = Bound(most=most - bool(match["strictly"]))
    return (Size(path=f"{folder}/**/*.py" if folder else "**/*.py", lines=bound),)

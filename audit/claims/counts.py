"""Sentences that count the files or modules of a folder, or the tests that a file holds."""

from __future__ import annotations

import re
from typing import Final

from audit.claims.blocks import Block
from audit.claims.names import is_quoted
from audit.model.predicates import AnyPredicate, Bound, Count
from audit.model.regex import regex

_NUMBER: Final = r"(?<![~≈<>+\d.,/-])(?P<number>\d+)(?![\d.,+%/–-])"
_FOLDER: Final = r"`(?:\./)?(?P<folder>(?:[\w.-]+/)+|[\w.-]+(?:/[\w.-]+)*/)`"
_THINGS: Final = r"\s+(?:python\s+|source\s+)*(?P<what>files|modules)\b"
_BEING: Final = (
    r"\s*(?:(?:folder|directory|package)\s+)?(?::|[—–(-]|(?:now\s+)?(?:has|holds|contains|consists\s+of))"
    r"\s*(?:now\s+|exactly\s+|only\s+)?"
)
_FORMS: Final = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"\bthere\s+are\s+(?:now\s+|exactly\s+|only\s+)?{_NUMBER}{_THINGS}\s+(?:left\s+)?(?:in|under|below|of)\s+(?:the\s+)?{_FOLDER}(?P<rest>.*)$",
        rf"^(?:the\s+)?{_FOLDER}{_BEING}{_NUMBER}{_THINGS}(?P<rest>.*)$",
    )
)
_TESTS: Final = regex(
    rf"^`(?P<path>(?:[\w.-]+/)*(?:test_[\w-]+|[\w-]+_test)\.py)`{_BEING}{_NUMBER}\s+(?:unit\s+|test\s+)?(?:tests|test\s+functions|functions)\b(?P<rest>.*)$",
    re.IGNORECASE,
)
_COMPLETE: Final = regex(r"^\s*(?:$|[.;)!]\s*$|in\s+total\W*$|now\W*$)", re.IGNORECASE)
_OTHER: Final = regex(
    r"\b(?:was|were|before|originally|previous\w*|from|added|removed|deleted|created|updated|changed|modified|moved|fixed|"
    r"migrated|new|more|fewer|less|of\s+the|other|about|around|over|under|least|most|up\s+to|nearly|almost|some|affected|"
    r"with|that|which)\b|→|->|%",
    re.IGNORECASE,
)
"""Words by which a number is one of another tree, of a change, of a part, or is rounded."""


def counted_things(block: Block) -> tuple[AnyPredicate, ...]:
    """A number of files or modules in one folder, or of tests in one file, said of all of them and of now."""
    bare = re.sub(r"`[^`]*`", "", block.text)
    around = (block.lead, *block.parents, *block.headings[-1:])
    if _OTHER.search(re.sub(r"\bunder\b(?=\s+(?:the\s+)?\W*$)", "", bare)) or any(map(_OTHER.search, around)):
        return ()
    for form in _FORMS:
        match = form.search(block.text)
        if match is not None and _COMPLETE.match(match["rest"]) and not is_quoted(block.text, match.start()):
            number = Bound(int(match["number"]), int(match["number"]))
            suffix = "*" if match["what"].lower() == "files" else "*.py"
            return (Count(files=f"{match['folder']}{suffix}", expected=number),)
    match = _TESTS.search(block.text)
    if match is not None and _COMPLETE.match(match["rest"]):
        return (Count(tests=match["path"], expected=Bound(int(match["number"]), int(match["number"]))),)
    return ()

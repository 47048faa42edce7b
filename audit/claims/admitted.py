"""Finds what an admitted defect says of the tree, where that can be looked up: an auditor may be wrong as well.

Only what is said without any doubt is read: a file or a class that still imports a name, a file that is missing or
still there, a number of failures beside the one test file that has them.
"""

from __future__ import annotations

import re
from typing import Final

from audit.claims.blocks import Block
from audit.claims.names import PATH, is_quoted
from audit.claims.phrases import phrase_at
from audit.claims.place import place_of
from audit.model.predicates import Absent, AnyPredicate, Bound, Exists, Pytest, Uses
from audit.model.regex import regex

_WHO: Final = rf"(?:`(?P<who>{PATH.pattern}|[A-Z][a-z]\w*[A-Z]\w*)(?::\d+)?`|(?P<bare>(?:[\w.-]+/)+[\w.-]+\.py))"
_STILL_USES: Final = regex(
    rf"^(?:(?:the|file|class|module)\s+)*{_WHO}\s*:?\s+still\s+(?P<verb>imports?|uses?|references?|calls?|names?)\s+",
    re.IGNORECASE,
)
_USES_STILL: Final = regex(r"^(?:it\s+)?still\s+(?P<verb>imports?|uses?|references?|calls?|names?)\s+", re.IGNORECASE)
_BY_WAY: Final = regex(
    r"(?:(?:the|deleted|removed|retired|old|legacy|now|non-?existent|missing)[\s-]+)*", re.IGNORECASE
)
_COMPLETE: Final = regex(
    r"\s*(?:(?:class|module|function|alias)\b\s*)?(?:$|[.;,(—–]|which\b|even\b|from\b|although\b)", re.IGNORECASE
)
_MISSING: Final = regex(
    r"\s*:?\s*(?:(?:is|are|was|were)\s+)?(?:still\s+)?(?:missing|does\s+not\s+exist|doesn't\s+exist|not\s+(?:yet\s+)?created|"
    r"(?:has|have)\s+not\s+been\s+(?:created|added|written)(?:\s+yet)?)\W*$",
    re.IGNORECASE,
)
_THERE: Final = regex(
    r"\s*:?\s*(?:still\s+exists?|(?:is|are)\s+still\s+(?:there|present|in\s+the\s+tree|not\s+(?:deleted|removed))|"
    r"(?:has|have)\s+not\s+(?:yet\s+)?been\s+(?:deleted|removed)(?:\s+yet)?|not\s+(?:yet\s+)?(?:deleted|removed))\W*$",
    re.IGNORECASE,
)
_FAILURES: Final = regex(
    r"(?<![\d.~/+-])(?P<number>\d+)\s+(?:test\s+)?(?:failures?|failing(?:\s+tests?)?|tests?\s+(?:fail|failing|failed))\b(?!\s+(?:fixed|resolved))",
    re.IGNORECASE,
)
_TEST_FILE: Final = regex(r"(?<![\w/.-])(?:[\w.-]+/)+(?:test_[\w-]+|[\w-]+_test)\.py")
_CHANGED: Final = regex(
    r"\b(?:before|was|were|previous\w*|used\s+to|originally|fixed|resolved|had|down|from)\b|→|->", re.IGNORECASE
)


def admitted(block: Block) -> tuple[AnyPredicate, ...]:
    """What must be so for an admission to be right; nothing where it cannot be told by the tree or by a test run."""
    if block.quoted or block.struck or _CHANGED.search(re.sub(r"`[^`]*`", "", block.text)):
        return ()
    return _still_used(block) or _missing_or_there(block) or _failing(block)


def _still_used(block: Block) -> tuple[AnyPredicate, ...]:
    """A file, or the file of a class, that is said to import or use a name still."""
    match = _STILL_USES.match(block.text)
    path, text = place_of(block)
    who = (match["who"] or match["bare"]) if match is not None else path
    if match is None:
        match = _USES_STILL.match(text) if path else None
    else:
        text = block.text
    if match is None or is_quoted(text, match.start()):
        return ()
    way = _BY_WAY.match(text, match.end())
    phrase = phrase_at(text, way.end() if way is not None else match.end())
    if phrase is None or not _COMPLETE.match(text, phrase.end):
        return ()
    names = tuple(name.removesuffix("()") for name in phrase.names)
    if not all(map(str.isidentifier, names)):
        return ()
    imported = match["verb"].lower().startswith("import")
    return (Uses(path=who, imports=names if imported else (), names=() if imported else names),)


def _missing_or_there(block: Block) -> tuple[AnyPredicate, ...]:
    phrase = phrase_at(block.text)
    if phrase is None or not all("/" in name and PATH.fullmatch(name) for name in phrase.names):
        return ()
    if _MISSING.match(block.text, phrase.end):
        return (Absent(names=phrase.names),)
    return (Exists(names=phrase.names),) if _THERE.match(block.text, phrase.end) else ()


def _failing(block: Block) -> tuple[AnyPredicate, ...]:
    """A number of failures, with exactly one test file beside it."""
    counts = [match for match in _FAILURES.finditer(block.text) if not is_quoted(block.text, match.start())]
    files = set(_TEST_FILE.findall(block.text))
    if len(counts) != 1 or len(files) != 1:
        return ()
    number = int(counts[0]["number"])
    return (Pytest(nodes=tuple(files), failed=Bound(number, number)),) if number else ()

"""Sentences about lines that came or went: in one file, or in all of the migration that a document tells of."""

from __future__ import annotations

import re
from typing import Final

from audit.claims.blocks import Block
from audit.claims.names import PATH, is_quoted
from audit.claims.place import place_of
from audit.claims.sizes import TOLERANCE
from audit.model.comparisons import LinesChanged
from audit.model.predicates import AnyPredicate, Bound
from audit.model.regex import regex

_NUMBER: Final = (
    r"(?P<about>~|≈|(?:about|around|roughly|approximately|nearly|almost)\s+)?(?:over\s+)?"
    r"(?P<number>\d{1,3}(?:,\d{3})+|\d+)\+?"
)
_GONE: Final = r"(?:removed|deleted|eliminated|dropped|cut)"
_VERB: Final = rf"(?P<verb>{_GONE}|added)"
_OF: Final = (
    r"(?:\s+of\s+(?:[\w/-]+\s+){0,5}?[\w/-]+|\s+(?:legacy|dead|duplicate[d]?|unused|obsolete|old)(?:\s+code)?)?"
)
_WHOLE: Final = r"from\s+(?:the\s+)?(?:entire\s+|whole\s+)?(?:code\s?base|repo(?:sitory)?|project)\b"
_REST: Final = rf"(?=\s*(?:$|[.;,!)(–—]|in\s+total\b|{_WHOLE}))"
"""Where a sentence is complete: what follows only remarks."""
_BESIDE: Final = regex(
    rf"^`(?P<path>{PATH.pattern})`[^()`]{{0,60}}\((?:[a-z]+\s*[,;:]\s*)?(?P<sign>[+−–-])\s*(?P<number>\d[\d,]*)\s+(?:new\s+)?lines?\b[^()]*\)|"
    rf"^`(?P<path2>{PATH.pattern})`\s*\((?:extended|expanded|grown|enhanced)\s+(?:with|by)\s+(?P<number2>\d[\d,]*)\s+(?:new\s+)?lines?\)",
    re.IGNORECASE,
)
"""A file with its change in brackets: "`a.py` (+79 lines)", "`a.py` (extended with 30 new lines)"."""
_FORMS: Final = (
    regex(rf"^(?:[A-Z][\w &/-]{{0,30}}:\s+)?(?:we\s+)?{_VERB}\s+{_NUMBER}\s+lines\b{_OF}{_REST}", re.IGNORECASE),
    regex(
        rf"(?:^|[(:–—-]\s*|\bthat\s+is\s+){_NUMBER}\s+lines{_OF}\s+(?:(?:were|was|have|has|been|of\s+code)\s+)*{_VERB}\b{_REST}",
        re.IGNORECASE,
    ),
    regex(rf"^(?:total\s+)?lines\s+(?:of\s+code\s+)?{_VERB}\s*:\s*{_NUMBER}(?:\s+lines)?\W*$", re.IGNORECASE),
)
_STAT: Final = regex(
    r"\b\d+\s+files?\s+changed\s*,\s*(?P<added>\d[\d,]*)\s+insertions?(?:\(\+\))?(?:\s*,\s*(?P<removed>\d[\d,]*)\s+deletions?(?:\(-\))?)?",
    re.IGNORECASE,
)
"""The last line of ``git diff --stat``."""
_OTHER: Final = regex(
    r"\b(?:per|each|every|tests?\s+cases?|documentation|comments?|config\w*|yaml|javascript|typescript|css|html|rust|in\s+phase|so\s+far|"
    r"cumulative(?:ly)?)\b|^\W*(?:grand\s+|sub-?)?total\s*:",
    re.IGNORECASE,
)
"""Words by which the lines are some of those that changed, or of more than one migration, or the sum of a list."""


def changed_lines(block: Block) -> tuple[AnyPredicate, ...]:
    """So many lines added or removed: at least that many must have come or gone, since others may have as well."""
    stat = _STAT.search(block.text)
    if stat is not None and not is_quoted(block.text, stat.start()):
        removed = _exactly(stat["removed"]) if stat["removed"] else None
        return (LinesChanged(added=_exactly(stat["added"]), removed=removed),)
    beside = _BESIDE.match(block.text)
    if beside is not None:
        path, number = beside["path"] or beside["path2"], beside["number"] or beside["number2"]
        return (_changed((path,), beside["sign"] in ("+", None), int(number.replace(",", ""))),)
    path, text = place_of(block)
    for form in _FORMS:
        match = form.search(text)
        if match is not None and not _OTHER.search(text) and "`" not in text:
            number = int(match["number"].replace(",", ""))
            least = int(number * (1 - TOLERANCE)) if match["about"] else number
            return (_changed((path,) if path else (), match["verb"].lower() == "added", least),)
    return ()


def _changed(paths: tuple[str, ...], added: bool, least: int) -> LinesChanged:
    bound = Bound(least=least)
    return LinesChanged(paths=paths, added=bound) if added else LinesChanged(paths=paths, removed=bound)


def _exactly(number: str) -> Bound:
    value = int(number.replace(",", ""))
    return Bound(value, value)

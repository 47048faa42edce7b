"""Sentences about what one file no longer imports or uses."""

from __future__ import annotations

import re
from typing import Final

from audit.claims.blocks import Block
from audit.claims.names import NAMES, PATH, classes_in
from audit.model.predicates import AnyPredicate, Lacks

_PLACE: Final = re.compile(rf"^`?(?P<path>{PATH.pattern})(?::[\d,-]+)?`?\s*[:–—-]\s+(?P<rest>.*)$")
_GONE: Final = r"(?:removed|deleted|eliminated|dropped)"
_OBJECT: Final = (
    rf"(?:all\s+|the\s+)?(?:unused\s+|legacy\s+|old\s+|remaining\s+)?(?P<names>{NAMES})\s+"
    r"(?P<what>imports?|references?|dependenc(?:y|ies)|usages?|uses)"
)
_SAID: Final = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"{_GONE}\s+(?-i:{_OBJECT})(?:\s+successfully)?\W*",
        rf"(?:unused\s+|legacy\s+)?(?-i:{_OBJECT})\s+(?:(?:was|were|has|have|been|successfully)\s+)*{_GONE}(?:\s+successfully)?\W*",
    )
)
_FROM: Final = re.compile(rf"^{_GONE}\s+(?-i:{_OBJECT})\s+(?:from|in)\s+`(?P<path>{PATH.pattern})`\W*$", re.IGNORECASE)


def removal_within(block: Block) -> tuple[AnyPredicate, ...]:
    """A file that is said to have lost its import of, or its references to, a class.

    The sentence must say that and nothing else: a verdict on half a sentence would be a verdict on all of it.
    """
    match = _FROM.match(block.text)
    if match is not None:
        return (_lacks(match["path"], match),)
    place = _PLACE.match(block.text)
    if place is None:
        return ()
    for pattern in _SAID:
        match = pattern.fullmatch(place["rest"])
        if match is not None:
            return (_lacks(place["path"], match),)
    return ()


def _lacks(path: str, match: re.Match[str]) -> Lacks:
    names = classes_in(match["names"])
    if match["what"].startswith("import"):
        return Lacks(path=path, imports=names)
    return Lacks(path=path, names=names)

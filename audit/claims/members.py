"""Sentences about a method or property that a class was given: "Added `close()` method to `Store`"."""

from __future__ import annotations

import re
from typing import Final

from audit.claims.blocks import Block
from audit.claims.names import PATH, is_quoted
from audit.model.predicates import AnyPredicate, Exists
from audit.model.regex import regex

_NOUN: Final = (
    r"(?:\s+(?P<noun>(?:(?:static|class|abstract|instance|helper|async)\s+)?"
    r"(?:methods?|propert(?:y|ies)|functions?|helpers?)))?"
)
_NAME: Final = r"`\.?[A-Za-z_]\w*(?:\([^`]*\))?`"
_NAMES: Final = rf"(?P<names>{_NAME}(?:(?:\s*,\s*(?:and\s+)?|\s+and\s+|\s*/\s*){_NAME})*)"
_OWNER: Final = rf"`(?P<owner>[A-Z]\w*|{PATH.pattern})`(?:\s+(?:class|module|file|interface|protocol|model))?"
_END: Final = r"(?=\W*$|\s*[.;,(–—-]|\s+(?:for|with|that|which|so|as|using|via|and\s+its)\b)"
_ADDED: Final = regex(
    rf"(?:^|[:,;–—-]\s+|\band\s+)(?:we\s+)?(?:added|implemented|introduced|created|defined)\s+"
    rf"(?:(?:the|an?|new|missing|two|three|required|dedicated)\s+)*{_NAMES}{_NOUN}\s+(?:to|in|on|into)\s+(?:the\s+)?{_OWNER}{_END}",
    re.IGNORECASE,
)
_HAS: Final = regex(
    rf"^(?:the\s+)?{_OWNER}\s+(?:now\s+(?:has|provides|exposes|offers|implements|defines)|(?:gained|got))\s+(?:(?:an?|the|its\s+own|new)\s+)*"
    rf"{_NAMES}{_NOUN}{_END}",
    re.IGNORECASE,
)


def added_members(block: Block) -> tuple[AnyPredicate, ...]:
    """The methods that a class is said to have by now, or the functions that a file has."""
    match = _ADDED.search(block.text) or _HAS.match(block.text)
    if match is None or is_quoted(block.text, match.start()):
        return ()
    names = re.findall(r"`\.?([A-Za-z_]\w*)(\(?)", match["names"])
    if not (match["noun"] or all(bracket for _, bracket in names)):
        return ()
    joint = "." if match["owner"][:1].isupper() and match["owner"].isidentifier() else "::"
    if joint == "::" and not match["owner"].endswith(".py"):
        return ()
    return (Exists(names=tuple(dict.fromkeys(f"{match['owner']}{joint}{name}" for name, _ in names))),)

"""Sentences about the value of a constant: "`MAX_RETRIES = 3`", "Increased `MAX_TIMEOUT` from 60 to 120"."""

from __future__ import annotations

import re
from typing import Final

from audit.claims.blocks import Block
from audit.claims.names import is_quoted
from audit.claims.place import place_of
from audit.model.parsing import literal
from audit.model.predicates import AnyPredicate
from audit.model.regex import regex
from audit.model.surface import Constant

_NAME: Final = r"(?P<{0}>[A-Z][A-Z0-9]*_[A-Z0-9_]*[A-Z0-9])"
_VALUE: Final = r"(?P<{0}>-?\d[\d_]*(?:\.\d+)?|True|False|None|\"[^\"`]*\"|'[^'`]*')"
_END: Final = (
    r"(?:\s*(?:$|[.,](?!\w)|[;(]|[—–:-]\s(?!\s*`?\d)).*|\s+(?:s|ms|sec(?:ond)?s?|min(?:ute)?s?|bytes|px|%)\W*)$"
)
_FORMS: Final = (
    regex(
        rf"^(?:(?:(?i:added|set|introduced|defined))\s+)?`{_NAME.format('a')}(?:\s*:\s*\w+)?\s*=\s*{_VALUE.format('x')}`{_END}"
    ),
    regex(
        rf"^(?i:set|changed|increased|raised|reduced|lowered|decreased|bumped)\s+`{_NAME.format('b')}`\s+(?:from\s+`?[\w.\"'-]+`?\s+)?to\s+`?"
        rf"{_VALUE.format('y')}`?{_END}"
    ),
    regex(
        rf"^`{_NAME.format('c')}`\s*(?::|=|is(?:\s+now)?|defaults\s+to|was\s+set\s+to)\s*`?{_VALUE.format('z')}`?{_END}"
    ),
)
_OTHER: Final = regex(
    r"\b(?:was|were|before|old|previous\w*|former\w*|removed?|deleted?|planned|example|environment|env|export|docker|not|"
    r"instead|recommend\w*)\b|→|->",
    re.IGNORECASE,
)
"""Words by which a value is one of another tree, or is given from outside."""


def constant_value(block: Block) -> tuple[AnyPredicate, ...]:
    """The value that a sentence gives a constant by now."""
    path, text = place_of(block)
    bare = re.sub(r"`[^`]*`|\bwas\s+set\s+to\b", "", block.text)
    if any(map(_OTHER.search, (bare, block.lead, *block.parents, *block.headings[-1:]))):
        return ()
    for form, name, value in zip(_FORMS, "abc", "xyz", strict=True):
        match = form.match(text.strip())
        if match is not None and not is_quoted(text, 0) and _is_literal(match[value]):
            return (Constant(name=match[name], value=match[value], path=path if path.endswith(".py") else ""),)
    return ()


def _is_literal(text: str) -> bool:
    try:
        literal(text)
    except ValueError:
        return False
    return True

"""The one way in which a message offers the nearest valid word."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def nearest(word: str, valid: Iterable[str]) -> str | None:
    """The valid word most like ``word``, or None when none is close enough to be meant."""
    matches = difflib.get_close_matches(word, sorted(valid), n=1)
    return matches[0] if matches else None


def did_you_mean(word: str, valid: Iterable[str]) -> str:
    """``", did you mean 'x'?"`` to append to a message, or an empty string."""
    found = nearest(word, valid)
    return f", did you mean '{found}'?" if found else ""

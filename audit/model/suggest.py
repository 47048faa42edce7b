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


def nearest_dotted(name: str, valid: Iterable[str]) -> str | None:
    """The dotted name that is meant: the only one with the same last part, or a close sibling.

    Whole dotted names are not compared, because a shared package would make any two of them look alike.
    """
    parent, _, last = name.rpartition(".")
    names = [candidate for candidate in valid if candidate != name]
    moved = [candidate for candidate in names if candidate.rpartition(".")[2] == last]
    if len(moved) == 1:
        return moved[0]
    siblings = {
        tail: candidate for candidate in names for head, _, tail in [candidate.rpartition(".")] if head == parent
    }
    found = nearest(last, siblings)
    return siblings[found] if found else None

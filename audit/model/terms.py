"""The markers of terms: how a value that no name of the module spells is written down."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

MAX_TERM: Final = 240
"""Longer terms are taken to be unknown."""

DECLARED: Final = "__declared__"
AWAITED: Final = "__awaited__"
ELEMENT: Final = "__element__"
LISTED: Final = "__listed__"
UNPACKED: Final = "__unpacked__"
ENTERED: Final = "__entered__"
ANY: Final = "__any__"
SELF: Final = "__self__"
CLASS: Final = "__class_of__"
SUPER: Final = "__super__"
YIELDED: Final = "__yielded__"
IMPORTED: Final = "__imported__"
FIXTURE: Final = "__fixture__"


def declared(annotation: str) -> str:
    """A value of which an annotation says what it is."""
    return f"{DECLARED}({annotation!r})" if annotation else ""


def awaited(term: str) -> str:
    """What awaiting a value gives."""
    return f"{AWAITED}({term})" if term else ""


def element_of(term: str) -> str:
    """What iterating over a value gives."""
    return f"{ELEMENT}({term})" if term else ""


def listed(term: str) -> str:
    """A list whose every item is like this value."""
    return f"{LISTED}({term})" if term and term != "None" else ""


def yielded(term: str) -> str:
    """A generator that gives such values."""
    return f"{YIELDED}({term})" if term and term != "None" else ""


def unpacked(term: str, place: int) -> str:
    """What a target at some place gets when a value is taken apart."""
    return f"{UNPACKED}({term}, {place})" if term and term != "None" else ""


def entered(term: str) -> str:
    """What a with statement binds when it enters a value."""
    return f"{ENTERED}({term})" if term else ""


def subscripted(term: str, key: str | int = "") -> str:
    """An item of a value; ``key`` where the code spells it."""
    return f"{term}[{'...' if key == '' else repr(key)}]" if term else ""


def instance_of(owner: str) -> str:
    """``self`` in a method of a class of the file."""
    return f"{SELF}({owner!r})"


def class_of(owner: str) -> str:
    """``cls`` in a class method of a class of the file."""
    return f"{CLASS}({owner!r})"


def super_of(owner: str) -> str:
    """``super()`` in a method of a class of the file."""
    return f"{SUPER}({owner!r})"


def fixture(name: str) -> str:
    """What pytest gives to a parameter of a test."""
    return f"{FIXTURE}({name!r})"


def imported(level: int, module: str, name: str) -> str:
    """What an import inside a function binds; ``name`` is empty for ``import module``."""
    return f"{IMPORTED}({level}, {module!r}, {name!r})"


def any_of(terms: Iterable[str]) -> str:
    """One of several values: unknown when one of them is, None left aside."""
    found = [term for term in dict.fromkeys(terms) if term != "None"]
    if not all(found):
        return ""
    if len(found) == 1:
        return found[0]
    return f"{ANY}({', '.join(found)})" if found else "None"

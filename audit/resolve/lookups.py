"""What answers about a tree were taken from: the names that were looked for, and the files that were looked into.

As long as nothing of such a name came or went, and those files say the same, the answer is the same.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

NAMES: Final = "/"
FILES: Final = "\0"
"""What names, and what paths are joined by where they are kept: no path can hold it in a part, or at all."""

_K = TypeVar("_K")
_V = TypeVar("_V")

Kept = tuple[_V, frozenset[str], frozenset[str]]
"""An answer with the names and the files that it was taken from."""


class Lookups:
    """What has been looked up for the answer that is being worked out.

    ``names`` are parts of dotted names and of paths: the last part of whatever was looked for is among them.
    ``files`` are the paths of files whose facts were read, in the tree or in its base.
    """

    def __init__(self) -> None:
        self.names: set[str] = set()
        self.files: set[str] = set()

    def noted(self, make: Callable[[], _V]) -> Kept[_V]:
        """What ``make`` answers, with what it alone looked up; that counts for no other answer."""
        outer = self.names, self.files
        self.names, self.files = set(), set()
        try:
            return make(), frozenset(self.names), frozenset(self.files)
        finally:
            self.names, self.files = outer

    def once(self, kept: dict[_K, Kept[_V]], key: _K, make: Callable[[], _V]) -> _V:
        """What ``make`` answers, worked out once for a key; what it was taken from counts for whoever asks."""
        found = kept.get(key)
        if found is None:
            found = kept[key] = self.noted(make)
        value, names, files = found
        self.names |= names
        self.files |= files
        return value

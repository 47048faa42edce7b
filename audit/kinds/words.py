"""Which files can name something retired at all: told by the words in their bytes, without parsing them."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Final

from audit.model.regex import regex

_WORD: Final = regex(rb"[A-Za-z0-9_]+")
_ESCAPES: Final = (b"\\n", b"\\r", b"\\t")
_BLANKED: Final = bytes(
    byte if chr(byte).isascii() and (chr(byte).isalnum() or byte == ord("_")) else 32 for byte in range(256)
)
"""Every byte that is no part of a word as a blank: `bytes.split` takes half of the time that an expression takes."""
_EXTENSIONS: Final = frozenset(
    {b"py", b"pyi", b"yaml", b"yml", b"md", b"rst", b"toml", b"json", b"sh", b"txt", b"ipynb"}
)


def packed_words(content: bytes) -> bytes:
    """The distinct words of a content, a blank between them.

    An escape for a line break, as JSON writes it, separates words.
    """
    if b"\\" in content:
        for escape in _ESCAPES:
            content = content.replace(escape, b" ")
    return b" ".join(set(content.translate(_BLANKED).split()))


class Needles:
    """Groups of words; a file is worth reading when all words of some group occur in it, or a word of a slot of a kind
    that wants it."""

    def __init__(self, groups: Iterable[tuple[str, ...]], slots: Iterable[str] = ()) -> None:
        groups = set(groups)
        self.identity = hashlib.sha256(repr(sorted(groups)).encode(errors="surrogatepass")).hexdigest()
        """The same for the same groups."""
        self._single: set[bytes] = set()
        self._first: dict[bytes, list[frozenset[bytes]]] = defaultdict(list)
        self._everywhere = False
        for group in groups:
            words = [each for word in group for each in _ascii_words(word)]
            if len(words) == 1:
                self._single.add(words[0])
            elif words:
                self._first[words[-1]].append(frozenset(words[:-1]))
            else:
                self._everywhere = True  # a name of letters that are no part of a word here
        others = (set().union(*each) for each in self._first.values())
        self._all = frozenset(self._single.union(self._first, *others, (slot.encode() for slot in slots)))

    def among(self, packed: bytes) -> frozenset[bytes]:
        """Those that are looked for of some packed words."""
        return self._all.intersection(packed.split())

    def occur_in(self, words: frozenset[bytes]) -> bool:
        """Whether some group occurs in words that are looked for."""
        if self._everywhere or not words:
            return self._everywhere
        if not words.isdisjoint(self._single):
            return True
        return any(group <= words for each in words & self._first.keys() for group in self._first[each])


def _ascii_words(name: str) -> list[bytes]:
    """What `packed_words` makes of a name: the letters beyond ASCII separate words."""
    return _WORD.findall(name.encode(errors="surrogateescape"))


def words_of_path(path: str) -> tuple[str, ...]:
    """The words that a mention of a path must hold: those of its last component, its suffix left out."""
    words = _ascii_words(path.rpartition("/")[2])
    kept = [word for word in words if word not in _EXTENSIONS] or words
    return tuple(word.decode() for word in kept)


def words_of_names(names: Iterable[str]) -> Iterator[tuple[str, ...]]:
    """The words that a mention of a dotted name must hold: its last two components."""
    for name in names:
        yield tuple(name.split(".")[-2:])

"""Which files can name something retired at all: told by the words in their bytes, without parsing them."""

from __future__ import annotations

import hashlib
from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Final
from zlib import crc32

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
    """The distinct words of a content, each as four bytes of a checksum: a word may seem present, never absent.

    An escape for a line break, as JSON writes it, separates words.
    """
    if b"\\" in content:
        for escape in _ESCAPES:
            content = content.replace(escape, b" ")
    return array("I", set(map(crc32, set(content.translate(_BLANKED).split())))).tobytes()


def unpacked(packed: bytes) -> frozenset[int]:
    """The checksums of `packed_words`."""
    words = array("I")
    words.frombytes(packed)
    return frozenset(words)


def checksums(words: Iterable[str]) -> frozenset[int]:
    """The checksums of single words."""
    return frozenset(crc32(word.encode()) for word in words)


class Needles:
    """Groups of words; a file is worth reading when all words of some group occur in it."""

    def __init__(self, groups: Iterable[tuple[str, ...]]) -> None:
        groups = set(groups)
        self.identity = hashlib.sha256(repr(sorted(groups)).encode(errors="surrogatepass")).hexdigest()
        """The same for the same groups."""
        self._single: set[int] = set()
        self._first: dict[int, list[frozenset[int]]] = defaultdict(list)
        for group in groups:
            numbers = [crc32(word.encode()) for word in group]
            if len(numbers) == 1:
                self._single.add(numbers[0])
            elif numbers:
                self._first[numbers[-1]].append(frozenset(numbers[:-1]))

    def __bool__(self) -> bool:
        return bool(self._single or self._first)

    def occur_in(self, words: frozenset[int]) -> bool:
        """Whether some group occurs."""
        if not words.isdisjoint(self._single):
            return True
        return any(group <= words for each in words & self._first.keys() for group in self._first[each])


def words_of_path(path: str) -> tuple[str, ...]:
    """The words that a mention of a path must hold: those of its last component, its suffix left out."""
    words = _WORD.findall(path.rpartition("/")[2].encode(errors="surrogateescape"))
    kept = [word for word in words if word not in _EXTENSIONS] or words
    return tuple(word.decode() for word in kept)


def words_of_names(names: Iterable[str]) -> Iterator[tuple[str, ...]]:
    """The words that a mention of a dotted name must hold: its last two components."""
    for name in names:
        yield tuple(name.split(".")[-2:])

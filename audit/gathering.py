"""Reads contents, shared out by size among this process and others."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

import msgspec

from audit.facts.python import read_python
from audit.kinds.kind import Kind
from audit.kinds.reading import Reading, read_with, reading_key, words_key, words_of
from audit.model.facts import FileFacts
from audit.parallel import Background, can_fork

MIN_PARALLEL = 400_000
"""Bytes to be parsed below which another process costs more than it saves."""
_SCANNING: Final = 10
"""How many times less it costs to find the words of a content than to parse it."""

Load = Callable[[list[str]], Iterator[tuple[str, bytes | None]]]
"""Content ids -> each with its bytes, None where they cannot be had."""


class Wanted(msgspec.Struct, frozen=True):
    """One content to be read: under one of its paths, its facts, its words for some kinds, or its mentions.

    ``size`` is its length in bytes as far as it is known: what tells how to share the work out.
    """

    blob: str
    path: str
    size: int = 0
    facts: bool = False
    words: tuple[Kind, ...] = ()
    mentions: tuple[Kind, ...] = ()

    @property
    def cost(self) -> int:
        """How much work it is, in bytes to be parsed."""
        return self.size if self.facts or self.mentions else self.size // _SCANNING


class Found(msgspec.Struct, array_like=True):
    """What was read, by key; ``lost`` are contents whose bytes could not be had."""

    facts: dict[str, FileFacts] = {}
    words: dict[str, bytes] = {}
    readings: dict[str, Reading] = {}
    lost: list[str] = []

    def add(self, other: Found) -> None:
        self.facts |= other.facts
        self.words |= other.words
        self.readings |= other.readings
        self.lost += other.lost


class Pending:
    """Reading that is under way; ``finish`` must be called once.

    ``shared`` means that this process has nothing else to do: it takes a part of the work, in ``finish``.
    """

    def __init__(
        self,
        wanted: list[Wanted],
        load: Load,
        jobs: int,
        learn: Callable[[Found], None],
        *,
        shared: bool = False,
    ) -> None:
        self._learn = learn
        self._load = load
        processes = min(jobs, sum(want.cost for want in wanted) // MIN_PARALLEL + 1) if can_fork() else 1
        self._here = wanted
        self._elsewhere: list[Background] = []
        if processes > 1:
            import audit.facts.collector  # noqa: F401  # once here, not once in each process

            shares = _shares(wanted, processes if shared else processes - 1)
            self._here = shares.pop() if shared else []
            self._elsewhere = [self._begin(share) for share in shares]

    def _begin(self, share: list[Wanted]) -> Background:
        return Background(lambda: msgspec.msgpack.encode(_read(share, self._load)))

    def finish(self) -> None:
        """Do what is left to this process, and wait for the others."""
        if not (self._here or self._elsewhere):
            return
        with _without_collecting():
            found = _read(self._here, self._load)
            for each in self._elsewhere:
                found.add(msgspec.msgpack.decode(each.result(), type=Found))
        self._learn(found)


def _read(wanted: list[Wanted], load: Load) -> Found:
    found = Found()
    by_blob: dict[str, list[Wanted]] = {}
    for want in wanted:
        by_blob.setdefault(want.blob, []).append(want)
    for blob, content in load(list(by_blob)):
        if content is None:
            found.lost.append(blob)
            continue
        for want in by_blob[blob]:
            if want.facts and blob not in found.facts:
                found.facts[blob] = read_python(content)
            if want.words:
                found.words[words_key(blob, want.words)] = words_of(content, want.words)
            for kind in want.mentions:
                found.readings[reading_key(blob, kind, want.path)] = read_with(kind, want.path, content)
    return found


def _shares(wanted: list[Wanted], count: int) -> list[list[Wanted]]:
    """The work in parts of about equal size, each in the order it was given."""
    shares: list[list[Wanted]] = [[] for _ in range(count)]
    sizes = [0] * count
    for want in wanted:
        least = sizes.index(min(sizes))
        shares[least].append(want)
        sizes[least] += want.cost
    return shares


@contextmanager
def _without_collecting() -> Iterator[None]:
    """Syntax trees hold no cycles: collecting among them costs a third of the time."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()

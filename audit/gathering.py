"""Reads contents, this process and others each taking the next part once it is done with one."""

from __future__ import annotations

import gc
import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Final

import msgspec

from audit.facts.python import read_python
from audit.kinds.kind import Kind
from audit.kinds.reading import Reading, read_with, reading_key, words_key, words_of
from audit.model.calls import Access
from audit.model.facts import Definition, FileFacts
from audit.parallel import MAX_TICKETS, Background, Tickets, can_fork

MIN_PARALLEL = 400_000
"""Bytes to be parsed below which another process costs more than it saves."""
_PART: Final = 60_000
"""Bytes to be parsed in one go: some hundredths of a second."""
_SCANNING: Final = 10
"""How many times less it costs to find the words of a content than to parse it."""

Load = Callable[[list[str]], Iterator[tuple[str, bytes | None]]]
"""Content ids -> each with its bytes, None where they cannot be had."""


class Wanted(msgspec.Struct, frozen=True):
    """One content to be read: under one of its paths, its facts, its words for some kinds, its mentions, or how it uses
    some ``names``, which takes the ``definitions`` among its facts.

    ``size`` is its length in bytes as far as it is known: what tells how to share the work out.
    """

    blob: str
    path: str
    size: int = 0
    facts: bool = False
    words: tuple[Kind, ...] = ()
    mentions: tuple[Kind, ...] = ()
    names: frozenset[str] = frozenset()
    definitions: tuple[Definition, ...] = ()

    @property
    def cost(self) -> int:
        """How much work it is, in bytes to be parsed."""
        return self.size if self.facts or self.mentions or self.names else self.size // _SCANNING


class Found(msgspec.Struct, array_like=True):
    """What was read, by key; ``lost`` are contents whose bytes could not be had."""

    facts: dict[str, FileFacts] = {}
    words: dict[str, bytes] = {}
    readings: dict[str, Reading] = {}
    accesses: dict[str, tuple[Access, ...]] = {}
    lost: list[str] = []

    def add(self, other: Found) -> None:
        self.facts |= other.facts
        self.words |= other.words
        self.readings |= other.readings
        self.accesses |= other.accesses
        self.lost += other.lost


class _Share(msgspec.Struct, array_like=True):
    """What one process has read, and the numbers of the parts that it took."""

    found: Found
    parts: list[int]


class Pending:
    """Reading that is under way; ``finish`` must be called once. Other processes begin at once, this one helps when it
    has nothing else left to do."""

    def __init__(self, wanted: list[Wanted], load: Load, jobs: int, learn: Callable[[Found], None]) -> None:
        self._learn = learn
        self._load = load
        self._parts = _parts(wanted)
        processes = min(jobs, sum(want.cost for want in wanted) // MIN_PARALLEL + 1) if can_fork() else 1
        self._numbers: Iterable[int] = range(len(self._parts))
        self._elsewhere: list[Background] = []
        if processes > 1:
            # once here, not once in each process
            if any(want.facts for want in wanted):
                import audit.facts.collector
            if any(want.names for want in wanted):
                import audit.facts.accesses  # noqa: F401 - loaded for the processes to come

            self._numbers = Tickets(len(self._parts))
            self._elsewhere = [Background(self._answer) for _ in range(processes - 1)]

    def _answer(self) -> bytes:
        return msgspec.msgpack.encode(self._take(self._numbers))

    def _take(self, numbers: Iterable[int]) -> _Share:
        share = _Share(Found(), [])
        for number in numbers:
            _read(self._parts[number], self._load, share.found)
            share.parts.append(number)
        return share

    def finish(self) -> None:
        """Do what is left to do, and wait for the others."""
        if not self._parts:
            return
        with _without_collecting():
            share = self._take(self._numbers)
            for each in self._elsewhere:
                other = msgspec.msgpack.decode(each.result(), type=_Share)
                share.found.add(other.found)
                share.parts += other.parts
            # what a process took with it that died is done here
            share.found.add(self._take(sorted({*range(len(self._parts))} - {*share.parts})).found)
        self._learn(share.found)


def accesses_key(blob: str, names: frozenset[str]) -> str:
    """What depends on a content and on names that it may use."""
    return f"accesses {blob} {hashlib.sha256(' '.join(sorted(names)).encode()).hexdigest()}"


def _read(wanted: list[Wanted], load: Load, found: Found) -> None:
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
            if want.names:
                from audit.facts.accesses import read_accesses  # few runs need it

                key = accesses_key(blob, want.names)
                found.accesses[key] = read_accesses(content, want.names, want.definitions)


def _parts(wanted: list[Wanted]) -> list[list[Wanted]]:
    """The work in parts of about equal cost, in the order it was given; what costs most is first, so that nobody
    begins with it when all others are done."""
    least = max(_PART, sum(want.cost for want in wanted) // (MAX_TICKETS - 1) + 1)
    parts: list[tuple[int, list[Wanted]]] = []
    cost, part = 0, list[Wanted]()
    for want in wanted:
        part.append(want)
        cost += want.cost
        if cost >= least:
            parts.append((cost, part))
            cost, part = 0, []
    if part:
        parts.append((cost, part))
    return [part for _, part in sorted(parts, key=lambda each: -each[0])]


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

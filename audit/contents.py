"""What contents say, by content id: from the store where known, else read, in several processes where that pays."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Final, TypeVar

import msgspec

from audit.edition import version_of
from audit.facts.python import read_python
from audit.kinds.kind import Kind
from audit.kinds.reading import Reading, read_with, reading_key, words_key, words_of
from audit.model.facts import FileFacts
from audit.parallel import Background, can_fork, cores
from audit.sources.store import Store

MIN_PARALLEL = 400_000
"""Bytes to be parsed below which another process costs more than it saves."""
_SCANNING: Final = 10
"""How many times less it costs to find the words of a content than to parse it."""

_MANY_PATHS: Final = 200_000
"""Paths beyond which those of other trees are forgotten, rather than decoded in every run."""

Load = Callable[[list[str]], Iterator[tuple[str, bytes | None]]]
"""Content ids -> each with its bytes, None where they cannot be had."""

UNREADABLE: Final = FileFacts(error="unreadable: its content is missing or too large")
"""What is told of a content that cannot be had, perhaps only now."""
_T = TypeVar("_T")


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


class _Found(msgspec.Struct, array_like=True):
    """What was read, by key; ``lost`` are contents whose bytes could not be had."""

    facts: dict[str, FileFacts] = {}
    words: dict[str, bytes] = {}
    readings: dict[str, Reading] = {}
    lost: list[str] = []

    def add(self, other: _Found) -> None:
        self.facts |= other.facts
        self.words |= other.words
        self.readings |= other.readings
        self.lost += other.lost


class Contents:
    """Reads contents and remembers them, within the run and between runs.

    ``jobs`` is the number of processes; 0 means one for each core. What lies below ``audited`` is never trusted.
    """

    def __init__(self, folder: Path | None, kinds: Iterable[Kind], jobs: int = 0, audited: Path | None = None) -> None:
        self.kinds = tuple(kinds)
        self._store = Store(folder, version_of(self.kinds) if folder is not None else "", audited)
        self._jobs = jobs or cores()
        self._known = _Found()
        self._wanting: dict[str, tuple[Kind, ...]] = {}
        self._places_key = f"wanted by {' '.join(kind.name for kind in self.kinds)}"
        self._new_places: dict[str, list[int]] = {}
        self._new_derived: dict[str, bytes] = {}
        self._decode_places = msgspec.msgpack.Decoder(dict[str, list[int]]).decode
        self._facts = msgspec.msgpack.Decoder(FileFacts)
        self._reading = msgspec.msgpack.Decoder(Reading)
        self._encoder = msgspec.msgpack.Encoder()

    @property
    def damage(self) -> str:
        """Why nothing is kept between runs, where that is for the user to mend; else empty."""
        return self._store.damage

    def wanting(self, path: str) -> tuple[Kind, ...]:
        """The kinds that a file is of."""
        kinds = self._wanting.get(path)
        if kinds is None:
            places = self._places.get(path)
            if places is None:
                places = [place for place, kind in enumerate(self.kinds) if kind.wants(path)]
                if path.isprintable():  # a name that is no text cannot be kept
                    self._new_places[path] = places
            kinds = self._wanting[path] = tuple(self.kinds[place] for place in places)
        return kinds

    @cached_property
    def _places(self) -> dict[str, list[int]]:
        """The places among the kinds of those that each path is of, as far as earlier runs have found out."""
        kept = self._store.get((self._places_key,)).get(self._places_key)
        try:
            return self._decode_places(kept) if kept is not None else {}
        except msgspec.DecodeError:
            return {}  # not what this version wrote

    def facts(self, blobs: Mapping[str, str]) -> dict[str, FileFacts]:
        """Facts by path, of each path's content id; a content that could not be had has facts with ``error`` set."""
        return {path: self._known.facts.get(blob, UNREADABLE) for path, blob in blobs.items()}

    def known_facts(self, blob: str) -> FileFacts | None:
        """The facts of a content as far as they are known."""
        return self._known.facts.get(blob)

    def recalled_facts(self, blob: str) -> FileFacts | None:
        """The facts of a content as far as this run or one before has read it."""
        self._recall([Wanted(blob, "", facts=True)])
        return self._known.facts.get(blob)

    def words(self, blob: str, kinds: tuple[Kind, ...]) -> bytes | None:
        """The packed words of a content as far as they are known."""
        return self._known.words.get(words_key(blob, kinds))

    def reading(self, blob: str, kind: Kind, path: str) -> Reading | None:
        """What a kind reads in a content as far as it is known."""
        return self._known.readings.get(reading_key(blob, kind, path))

    def derived(self, key: str, of: type[_T], make: Callable[[], _T | None]) -> _T | None:
        """Something else that a content says, made once. ``key`` names all that it depends on beside the code of
        the facts. None where ``make`` cannot tell, which is not kept."""
        kept = self.recalled(key, of)
        if kept is not None:
            return kept
        found = make()
        if found is not None:
            self.remember(key, found)
        return found

    def recalled(self, key: str, of: type[_T]) -> _T | None:
        """What was kept under a key, by this version of the program."""
        kept = self._store.get((key,)).get(key)
        try:
            return msgspec.msgpack.decode(kept, type=of) if kept is not None else None
        except msgspec.DecodeError:
            return None  # not what this version wrote: it is made again

    def remember(self, key: str, value: object) -> None:
        """Keep something for other runs. What names a path that is no text cannot be kept."""
        try:
            self._new_derived[key] = self._encoder.encode(value)
        except UnicodeEncodeError:
            return

    def start(self, wanted: Iterable[Wanted], load: Load) -> Pending:
        """Begin to read what is not known yet; ``load`` may be called in another process."""
        asked = list(wanted)
        self._recall(asked)
        missing = [each for want in asked if (each := self._missing(want)) is not None]
        return Pending(missing, load, self._jobs, self._learn)

    def close(self) -> None:
        """Keep what is not kept yet, and release the store."""
        if self._new_places:
            known = self._places if len(self._places) < _MANY_PATHS else {}
            self._store.put({self._places_key: self._encoder.encode(known | self._new_places)})
            known.update(self._new_places)
            self._new_places = {}
        self._store.put(self._new_derived)
        self._new_derived = {}
        self._store.close()

    def _recall(self, asked: list[Wanted]) -> None:
        """Take from the store what this run has not met yet."""
        known = self._known
        facts = {f"facts {want.blob}": want.blob for want in asked if want.facts and want.blob not in known.facts}
        words = {words_key(want.blob, want.words) for want in asked if want.words} - known.words.keys()
        readings = {reading_key(want.blob, kind, want.path) for want in asked for kind in want.mentions}
        readings -= known.readings.keys()
        rows = self._store.get((*facts, *words, *readings))
        for key, value in rows.items():
            if key in facts:
                _keep(known.facts, facts[key], value, self._facts)
            elif key in readings:
                _keep(known.readings, key, value, self._reading)
            else:
                known.words[key] = value

    def _missing(self, want: Wanted) -> Wanted | None:
        known = self._known
        facts = want.facts and want.blob not in known.facts
        words = want.words if want.words and words_key(want.blob, want.words) not in known.words else ()
        mentions = tuple(
            kind for kind in want.mentions if reading_key(want.blob, kind, want.path) not in known.readings
        )
        if not (facts or words or mentions):
            return None
        return Wanted(want.blob, want.path, want.size, facts, words, mentions)

    def _learn(self, found: _Found) -> None:
        self._known.add(found)
        encode = self._encoder.encode
        self._store.put(
            {f"facts {blob}": encode(facts) for blob, facts in found.facts.items()}
            | found.words
            | {key: encode(reading) for key, reading in found.readings.items()}
        )


class Pending:
    """Reading that is under way; ``finish`` must be called once."""

    def __init__(self, wanted: list[Wanted], load: Load, jobs: int, learn: Callable[[_Found], None]) -> None:
        self._learn = learn
        self._load = load
        processes = min(jobs, sum(want.cost for want in wanted) // MIN_PARALLEL + 1) if can_fork() else 1
        parallel = processes > 1
        if parallel:
            import audit.facts.collector  # noqa: F401  # once here, not once in each process
        self._here = [] if parallel else wanted
        self._elsewhere = [self._begin(share) for share in _shares(wanted, processes)] if parallel else []

    def _begin(self, share: list[Wanted]) -> Background:
        return Background(lambda: msgspec.msgpack.encode(_read(share, self._load)))

    def finish(self) -> None:
        """Wait for the other processes, or do what was too little for them."""
        if not (self._here or self._elsewhere):
            return
        with _without_collecting():
            found = _read(self._here, self._load)
            for each in self._elsewhere:
                found.add(msgspec.msgpack.decode(each.result(), type=_Found))
        self._learn(found)


def _read(wanted: list[Wanted], load: Load) -> _Found:
    found = _Found()
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


def _keep(known: dict[str, _T], key: str, value: bytes, decoder: msgspec.msgpack.Decoder[_T]) -> None:
    try:
        known[key] = decoder.decode(value)
    except msgspec.DecodeError:
        return  # not what this version wrote: it is read again


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

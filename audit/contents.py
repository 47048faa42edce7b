"""What contents say, by content id: from the store where known, else read, in several processes where that pays."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Final, TypeVar

import msgspec

from audit.edition import version_of
from audit.gathering import Found, Load, Pending, Wanted, accesses_key
from audit.kinds.kind import Kind
from audit.kinds.reading import Reading, may_tell, reading_key, words_key
from audit.model.calls import Access
from audit.model.facts import FileFacts
from audit.parallel import cores
from audit.sources.store import Store

_MANY_PATHS: Final = 200_000
"""Paths beyond which those of other trees are forgotten, rather than decoded in every run."""

UNREADABLE: Final = FileFacts(error="unreadable: its content is missing or too large")
"""What is told of a content that cannot be had, perhaps only now."""
_T = TypeVar("_T")


class Contents:
    """Reads contents and remembers them, within the run and between runs.

    ``jobs`` is the number of processes; 0 means one for each core. What lies below ``audited`` is never trusted.
    """

    def __init__(self, folder: Path | None, kinds: Iterable[Kind], jobs: int = 0, audited: Path | None = None) -> None:
        self.kinds = tuple(kinds)
        version = version_of(self.kinds) if folder is not None else ""
        self._store = Store(folder if version else None, version, audited)
        self._jobs = jobs or cores()
        self._known = Found()
        self._wanting: dict[str, tuple[Kind, ...]] = {}
        self._by_suffix: dict[str, list[tuple[int, Kind]]] = {}
        self._places_key = f"wanted by {' '.join(kind.name for kind in self.kinds)}"
        self._new_places: dict[str, list[int]] = {}
        self._new_derived: dict[str, bytes] = {}
        self._decode_places = msgspec.msgpack.Decoder(dict[str, list[int]]).decode
        self._facts = msgspec.msgpack.Decoder(FileFacts)
        self._reading = msgspec.msgpack.Decoder(Reading)
        self._accesses = msgspec.msgpack.Decoder(tuple[Access, ...])
        self._encoder = msgspec.msgpack.Encoder()

    @property
    def damage(self) -> str:
        """Why nothing is kept between runs, where that is for the user to mend; else empty."""
        return self._store.damage

    @property
    def keeps(self) -> bool:
        """Whether anything is kept between runs."""
        return self._store.keeps

    def wanting(self, path: str) -> tuple[Kind, ...]:
        """The kinds that a file is of."""
        kinds = self._wanting.get(path)
        if kinds is None:
            places = self._places.get(path)
            if places is None:
                asked = self._asked_about(path)
                places = [place for place, kind in asked if kind.wants(path) and may_tell(kind, path)]
                if path.isprintable():  # a name that is no text cannot be kept
                    self._new_places[path] = places
            kinds = self._wanting[path] = tuple(self.kinds[place] for place in places)
        return kinds

    def _asked_about(self, path: str) -> list[tuple[int, Kind]]:
        """The kinds, with their places, that files with this suffix can be of."""
        name = path.rpartition("/")[2]
        suffix = name[name.rfind(".") :].lower() if "." in name else ""
        asked = self._by_suffix.get(suffix)
        if asked is None:
            asked = [each for each in enumerate(self.kinds) if not each[1].suffixes or suffix in each[1].suffixes]
            self._by_suffix[suffix] = asked
        return asked

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

    def accesses(self, blob: str, names: frozenset[str]) -> tuple[Access, ...]:
        """How a content uses some names, as far as it is known."""
        return self._known.accesses.get(accesses_key(blob, names), ())

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

    def read(self, wanted: Iterable[Wanted], load: Load) -> None:
        """Read what is not known yet."""
        self.start(wanted, load).finish()

    def start(self, wanted: Iterable[Wanted], load: Load) -> Pending:
        """Begin to read what is not known yet, while this process goes on with something else; ``load`` is called in
        other processes as well."""
        return Pending(self._unknown(wanted), load, self._jobs, self._learn)

    def _unknown(self, wanted: Iterable[Wanted]) -> list[Wanted]:
        asked = list(wanted)
        self._recall(asked)
        return [each for want in asked if (each := self._missing(want)) is not None]

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
        if not self._store.keeps:
            return
        known = self._known
        facts = {f"facts {want.blob}": want.blob for want in asked if want.facts and want.blob not in known.facts}
        words = {words_key(want.blob, want.words) for want in asked if want.words} - known.words.keys()
        readings = {reading_key(want.blob, kind, want.path) for want in asked for kind in want.mentions}
        readings -= known.readings.keys()
        accesses = {accesses_key(want.blob, want.names) for want in asked if want.names} - known.accesses.keys()
        rows = self._store.get((*facts, *words, *readings, *accesses))
        for key, value in rows.items():
            if key in facts:
                _keep(known.facts, facts[key], value, self._facts)
            elif key in readings:
                _keep(known.readings, key, value, self._reading)
            elif key in accesses:
                _keep(known.accesses, key, value, self._accesses)
            else:
                known.words[key] = value

    def _missing(self, want: Wanted) -> Wanted | None:
        known = self._known
        facts = want.facts and want.blob not in known.facts
        words = want.words if want.words and words_key(want.blob, want.words) not in known.words else ()
        mentions = tuple(
            kind for kind in want.mentions if reading_key(want.blob, kind, want.path) not in known.readings
        )
        names = want.names
        if names and accesses_key(want.blob, names) in known.accesses:
            names = frozenset()
        if not (facts or words or mentions or names):
            return None
        return Wanted(want.blob, want.path, want.size, facts, words, mentions, names, want.definitions)

    def _learn(self, found: Found) -> None:
        self._known.add(found)
        if not self._store.keeps:
            return
        encode = self._encoder.encode
        self._store.put(
            {f"facts {blob}": encode(facts) for blob, facts in found.facts.items()}
            | found.words
            | {key: encode(reading) for key, reading in found.readings.items()}
            | {key: encode(accesses) for key, accesses in found.accesses.items()}
        )


def _keep(known: dict[str, _T], key: str, value: bytes, decoder: msgspec.msgpack.Decoder[_T]) -> None:
    try:
        known[key] = decoder.decode(value)
    except msgspec.DecodeError:
        return  # not what this version wrote: it is read again

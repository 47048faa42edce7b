"""References outside Python code, composed: files -> kinds -> mentions -> findings. Called by the pipeline."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

import msgspec

from audit.checks.mentions import mention_findings
from audit.kinds.cache import MentionCache, Reading, reading_key
from audit.kinds.deletion import is_record
from audit.kinds.judge import MentionJudge, Past
from audit.kinds.kind import Kind
from audit.kinds.paths import GonePaths
from audit.kinds.registry import all_kinds
from audit.kinds.texts import UnreadableError
from audit.kinds.words import Needles, checksums, packed_words, unpacked, words_of_names, words_of_path
from audit.model.findings import Finding, Skipped
from audit.model.mentions import Mention
from audit.model.settings import RetiredName
from audit.resolve.retired import Retirements
from audit.sources.tree import Tree
from audit.sources.worktree import blob_id
from audit.trees import LoadedTree


class MentionResult(msgspec.Struct, frozen=True):
    """What the kinds found. ``files`` counts those that some kind wants, ``read`` those that had to be parsed
    because a retired word or a certain slot occurs in them."""

    findings: tuple[Finding, ...]
    skipped: tuple[Skipped, ...]
    files: int
    read: int


def check_mentions(
    now: LoadedTree,
    base: LoadedTree | None,
    retirements: Retirements,
    past: Past | None,
    *,
    declared: Iterable[RetiredName] = (),
    removed: Collection[str] = (),
    rules: str = "rules",
    cache_folder: Path | None = None,
    kinds: tuple[Kind, ...] | None = None,
) -> MentionResult:
    """Every reference outside Python code that names something gone.

    ``removed`` are paths that some commit since the base deleted, ``rules`` the folder of the repository's own
    rules, which speak of retired names on purpose. ``kinds`` defaults to all, installed plug-ins included.

    Raises:
        UsageError: an installed plug-in cannot be loaded.
    """
    kinds = all_kinds() if kinds is None else kinds
    names = tuple(declared)
    before = [*base.tree.entries, *removed] if base is not None else []
    paths = GonePaths(now.tree.entries, before)
    cache = MentionCache(cache_folder, kinds)
    reader = _Reader(now.tree, kinds, _needles(now, base, paths, names), cache, now.blobs)
    wanted = [path for path in _analysed(now) if not path.startswith(f"{rules}/")]
    readings = reader.read(wanted)
    cache.close()

    def texts_before(path: str) -> frozenset[str]:
        if base is None:
            return frozenset()
        old = next((each for each, new in past.renames().items() if new == path), path) if past is not None else path
        blob, entry = now.tree.entries[path].blob, base.tree.entries.get(old)
        if blob and entry is not None and entry.blob == blob:
            same = (reading for each, reading in readings if each == path)
            return frozenset(mention.text for reading in same for mention in reading.mentions)
        return frozenset(each.text for each in _read_uncached(base.tree, old, kinds))

    judge = MentionJudge(now.program, retirements, paths, past, (each.name for each in names), texts_before)
    mentions = (
        (path, mention)
        for path, reading in readings
        for mention in reading.mentions
        if not (mention.code == "REF008" and is_record(path))
    )
    skipped = tuple(Skipped(path, reading.reason) for path, reading in readings if reading.reason)
    return MentionResult(mention_findings(mentions, judge), skipped, reader.files, reader.parsed)


def _analysed(now: LoadedTree) -> list[str]:
    """The paths of a tree, without what configuration excludes, environments, and second names of files."""
    skipped = {each.path for each in now.coverage.skipped if not each.path.endswith((".toml", ".cfg", ".ini", ".json"))}
    folders = tuple(f"{path}/" for path in skipped)
    return [
        path
        for path, entry in now.tree.entries.items()
        if entry.alias_of is None and path not in skipped and not path.startswith(folders)
    ]


def _needles(now: LoadedTree, base: LoadedTree | None, paths: GonePaths, declared: Iterable[RetiredName]) -> Needles:
    """The words without which a file can name nothing that is gone."""
    groups = {words_of_path(path) for path in paths.gone}
    groups.update((each.name.rpartition(".")[2],) for each in declared)
    if base is not None:
        modules = set(now.program.index.names.values())
        gone: set[str] = set()
        for path, module in base.program.index.names.items():
            if now.blobs.get(path) == base.blobs[path] and now.program.index.names.get(path) == module:
                continue
            if module not in modules:
                groups.add((module.rpartition(".")[2],))
                continue
            gone.update(f"{module}.{each.name}" for each in base.facts[path].definitions)
            if path in now.facts:
                gone.difference_update(f"{module}.{each.name}" for each in now.facts[path].definitions)
        groups.update(words_of_names(gone))
    return Needles(group for group in groups if group)


class _Reader:
    """Reads the files that can name something gone or hold a certain slot; ``files`` and ``parsed`` count them."""

    def __init__(
        self, tree: Tree, kinds: tuple[Kind, ...], needles: Needles, cache: MentionCache, blobs: dict[str, str]
    ) -> None:
        self._tree = tree
        self._kinds = kinds
        self._slots = {kind.name: checksums(kind.slots) for kind in kinds}
        self._needles = needles
        self._cache = cache
        self._blobs = blobs
        self.files = 0
        self.parsed = 0

    def read(self, paths: list[str]) -> list[tuple[str, Reading]]:
        """What each kind reads in each file that is worth it."""
        wanted = {path: kinds for path in paths if (kinds := self._wanting(path))}
        self.files = len(wanted)
        blobs = {path: self._blobs.get(path) or self._tree.entries[path].blob for path in wanted}
        words = self._cache.words({blob for blob in blobs.values() if blob})
        known = {path: self._worth(words[blob], wanted[path]) for path, blob in blobs.items() if blob in words}
        keys = {reading_key(blobs[path], kind, path) for path, kinds in known.items() for kind in kinds}
        readings = self._cache.readings(keys)
        unread = [
            path
            for path in wanted
            if path not in known or any(reading_key(blobs[path], kind, path) not in readings for kind in known[path])
        ]
        new_words: dict[str, bytes] = {}
        new_readings: dict[str, Reading] = {}
        found: list[tuple[str, Reading]] = []
        for path, content in self._tree.read_many(unread):
            if content is None:
                found.append((path, Reading(reason="cannot be read: vanished, too large or not permitted")))
                continue
            blob = blobs[path] = blobs[path] or blob_id(content)
            if blob not in words:
                words[blob] = new_words[blob] = _words(content, wanted[path])
            known[path] = self._worth(words[blob], wanted[path])
            for kind in known[path]:
                key = reading_key(blob, kind, path)
                if key not in readings:
                    readings[key] = new_readings[key] = read_with(kind, path, content)
        self._cache.keep(new_words, new_readings)
        for path in wanted:
            worth = known.get(path, ())
            self.parsed += bool(worth)
            found += ((path, readings[reading_key(blobs[path], kind, path)]) for kind in worth)
        return found

    def _wanting(self, path: str) -> tuple[Kind, ...]:
        return tuple(kind for kind in self._kinds if kind.wants(path))

    def _worth(self, packed: bytes, kinds: tuple[Kind, ...]) -> tuple[Kind, ...]:
        """The kinds for which a content with these words is worth reading."""
        words = unpacked(packed)
        hit = self._needles.occur_in(words)
        return tuple(kind for kind in kinds if hit or kind.always or not words.isdisjoint(self._slots[kind.name]))


def _words(content: bytes, kinds: tuple[Kind, ...]) -> bytes:
    """The words of a content; none when every kind that wants it looks for a mark that it lacks."""
    if all(kind.always or (kind.marks and not any(mark in content for mark in kind.marks)) for kind in kinds):
        return b""
    return packed_words(content)


def read_with(kind: Kind, path: str, content: bytes) -> Reading:
    """What a kind reads, or why it cannot."""
    try:
        return Reading(kind.read(path, content))
    except UnreadableError as error:
        return Reading(reason=str(error))


def _read_uncached(tree: Tree, path: str, kinds: tuple[Kind, ...]) -> Iterator[Mention]:
    content = tree.read(path)
    if content is not None:
        for kind in kinds:
            if kind.wants(path):
                yield from read_with(kind, path, content).mentions

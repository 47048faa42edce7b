"""References outside Python code, composed: files -> kinds -> mentions -> findings. Called by the pipeline."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Final

import msgspec

from audit.checks.mentions import mention_findings
from audit.contents import Contents
from audit.gathering import Wanted
from audit.kinds.deletion import is_record, lists_what_is_gone
from audit.kinds.file_judge import Past
from audit.kinds.judge import MentionJudge
from audit.kinds.kind import Kind
from audit.kinds.paths import GonePaths
from audit.kinds.reading import Reading, each_words, read_with, words_key
from audit.kinds.words import Needles, words_of_names, words_of_path
from audit.ledger.phases import is_phase_file
from audit.model.archives import is_archived
from audit.model.findings import Finding, Skipped
from audit.model.mentions import Mention
from audit.model.settings import BASELINE_FILE, RetiredName
from audit.resolve.programs import Programs
from audit.resolve.registered import Registered
from audit.resolve.retired import Retirements
from audit.skimmed import Skimmed
from audit.sources.ignores import ignored_paths
from audit.sources.tree import Tree, is_in
from audit.sources.worktree import blob_id
from audit.trees import LoadedTree, load_from

_OF_COMMANDS: Final = frozenset({"REF007"})
"""The code of what names no symbol: paths, commands and their options."""


class MentionResult(msgspec.Struct, frozen=True):
    """What the kinds found. ``files`` counts those that some kind wants, ``read`` those that had to be parsed
    because a retired word or a certain slot occurs in them."""

    findings: tuple[Finding, ...]
    skipped: tuple[Skipped, ...]
    files: int
    read: int


class MentionCheck:
    """One check of the references outside Python code. Reading begins with it; `result` waits for the end.

    ``removed`` are paths that some commit since the base deleted, ``rules`` the folder of the repository's own
    rules, which speak of retired names on purpose; so do its ``baseline`` and the reports of its phases.
    """

    def __init__(
        self,
        now: LoadedTree,
        base: LoadedTree | None,
        contents: Contents,
        *,
        declared: Iterable[RetiredName] = (),
        removed: Collection[str] = (),
        rules: str = "rules",
        baseline: str | None = None,
        skimmed: Skimmed | None = None,
    ) -> None:
        self._now = now
        self._base = base
        self._kinds = contents.kinds
        self._declared = tuple(each.name for each in declared)
        before = [*base.tree.entries, *removed] if base is not None else []
        elsewhere = now.tree.submodules
        if elsewhere:
            before = [path for path in before if not is_in(path, elsewhere)]
        self._paths = GonePaths([*now.tree.entries, *elsewhere], before)
        own = (baseline or BASELINE_FILE,)
        wanted = [
            path
            for path in _analysed(now)
            if not path.startswith(f"{rules}/") and path not in own and not is_phase_file(path)
        ]
        lost = _lost_symbols(now, base) if base is not None else {}
        self._programs = Programs(now.program)
        self._registered = Registered(now.program)
        spelt = (*self._declared, *self._programs.words, *self._registered.lost)
        needles = _needles(now, base, self._paths, spelt, lost, self._kinds)
        self._reader = _Reader(
            now.tree, contents, needles, now.blobs, wanted, skimmed or Skimmed(contents, ""), lost.keys()
        )

    def result(
        self, retirements: Retirements, past: Past | None, remotes: Callable[[], Iterable[str]] = tuple
    ) -> MentionResult:
        """Every reference outside Python code that names something gone; ``remotes`` tells where the repository is
        hosted."""
        now, base = self._now, self._base
        readings = self._reader.readings()

        def texts_before(path: str) -> frozenset[str]:
            if base is None:
                return frozenset()
            renames = past.renames() if past is not None else {}
            old = next((each for each, new in renames.items() if new == path), path)
            blob, entry = now.tree.entries[path].blob, base.tree.entries.get(old)
            if blob and entry is not None and entry.blob == blob:
                same = (reading for each, reading in readings if each == path)
                return frozenset(mention.text for reading in same for mention in reading.mentions)
            return frozenset(each.text for each in _read_uncached(base.tree, old, self._kinds))

        def ignored(paths: Iterable[str]) -> frozenset[str]:
            return ignored_paths(now.tree, paths)

        known = (self._programs, self._registered, past, self._declared)
        judge = MentionJudge(now.program, retirements, self._paths, *known, texts_before, ignored, remotes)
        mentions = (
            (path, _as_documents_do(path, mention))
            for path, reading in readings
            for mention in reading.mentions
            if not (mention.code == "REF008" and is_record(path))
            if not ((mention.severity == "warning" or mention.code == "REF007") and is_archived(path))
            if not (mention.code == "REF005" and lists_what_is_gone(path))
        )
        skipped = tuple(Skipped(path, reading.reason) for path, reading in readings if reading.reason)
        return MentionResult(mention_findings(mentions, judge), skipped, self._reader.files, self._reader.parsed)


def _as_documents_do(path: str, mention: Mention) -> Mention:
    """A mention as it counts: a name that data beside documents hold misleads, unless it is certain to be imported."""
    misleads = mention.code == "REF005" and not mention.certain and path.startswith(("docs/", "doc/"))
    return msgspec.structs.replace(mention, severity="warning") if misleads else mention


def _analysed(now: LoadedTree) -> list[str]:
    """The paths of a tree, without what configuration excludes, environments, and second names of files."""
    skipped = {*now.errors, *(each.path for each in now.listing.skipped)}
    folders = tuple(f"{path}/" for path in skipped)
    return [
        path
        for path, entry in now.tree.entries.items()
        if entry.alias_of is None and path not in skipped and not path.startswith(folders)
    ]


def _lost_symbols(now: LoadedTree, base: LoadedTree) -> dict[str, set[str]]:
    """What modules of both trees define no more, by the path at the base."""
    lost: dict[str, set[str]] = {}
    modules = set(now.program.index.names.values())
    for path, module in base.program.index.names.items():
        if module in modules and now.blobs.get(path) != base.blobs[path]:
            names = {each.name for each in base.facts[path].definitions}
            if path in now.facts:
                names.difference_update(each.name for each in now.facts[path].definitions)
            if names:
                lost[path] = names
    return lost


def _passed_on(base: LoadedTree, path: str, names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The words of names that packages above a module offered as their own, by a star."""
    folder = path.rpartition("/")[0]
    while folder:
        init = f"{folder}/__init__.py"
        facts = base.facts[init] if init in base.blobs and init != path else None
        if facts is not None and any(name.name == "*" for each in facts.imports for name in each.names):
            yield from ((folder.rpartition("/")[2], name) for name in names if "." not in name)
        folder = folder.rpartition("/")[0]


def _needles(
    now: LoadedTree,
    base: LoadedTree | None,
    paths: GonePaths,
    declared: Iterable[str],
    lost: Mapping[str, set[str]],
    kinds: Iterable[Kind],
) -> Needles:
    """The words without which a file can name nothing that is gone, and those of the kinds' slots."""
    groups = {words_of_path(path) for path in paths.gone}
    groups.update((each.rpartition(".")[2],) for each in declared)
    if base is not None:
        modules = set(now.program.index.names.values())
        groups.update((each.rpartition(".")[2],) for each in base.program.index.names.values() if each not in modules)
        for path, names in lost.items():
            module = base.program.index.names[path]
            groups.update(words_of_names(f"{module}.{name}" for name in names))
            groups.update(_passed_on(base, path, names))
    slots = (slot for kind in kinds for slot in kind.slots)
    return Needles((group for group in groups if group != ("",)), slots)


class _Reader:
    """Reads the files that can name something gone or hold a certain slot; ``files`` and ``parsed`` count them.

    The words of a file tell whether it is worth reading; most files are known by their content ids. What must be
    parsed is parsed in other processes from the moment that the reader is made.
    """

    def __init__(
        self,
        tree: Tree,
        contents: Contents,
        needles: Needles,
        blobs: dict[str, str],
        paths: list[str],
        skimmed: Skimmed,
        changed: Collection[str],
    ) -> None:
        self._tree = tree
        self._contents = contents
        self._slots = {kind.name: frozenset(slot.encode() for slot in kind.slots) for kind in contents.kinds}
        self._needles = needles
        self._wanted = {path: kinds for path in paths if (kinds := contents.wanting(path))}
        self._unreadable: list[str] = []
        self._blobs = self._content_ids(blobs)
        self._path_of = {blob: path for path, blob in self._blobs.items()}
        self._worth = self._skim(skimmed)
        # what a module itself has lost it may call by its bare name, unless it is a path or a command
        for path in self._worth.keys() & changed:
            named = (kind for kind in self._wanted[path] if set(kind.codes) - _OF_COMMANDS)
            self._worth[path] = tuple(dict.fromkeys((*self._worth[path], *named)))
        mentions = [
            Wanted(self._blobs[path], path, tree.entries[path].size, mentions=kinds)
            for path, kinds in self._worth.items()
            if kinds
        ]
        self._pending = contents.start(mentions, self._load)
        self.files = len(self._wanted)
        self.parsed = len(mentions)

    def _skim(self, skimmed: Skimmed) -> dict[str, tuple[Kind, ...]]:
        """The kinds for which each file is worth reading."""
        keys = {path: words_key(blob, self._wanted[path]) for path, blob in self._blobs.items()}
        known = skimmed.by(self._needles.identity)
        new = [path for path, key in keys.items() if key not in known]
        sizes = self._tree.entries
        words = [Wanted(self._blobs[path], path, sizes[path].size, words=self._wanted[path]) for path in new]
        self._contents.read(words, self._load)
        places = {key: known[key] for key in keys.values() if key in known}
        for path in new:
            packed = self._contents.words(self._blobs[path], self._wanted[path])
            if packed is None:
                self._unreadable.append(path)
            else:
                places[keys[path]] = self._worth_reading(packed, self._wanted[path])
        skimmed.keep(self._needles.identity, places)
        readable = {path: places[key] for path, key in keys.items() if key in places}
        return {path: tuple(self._wanted[path][place] for place in found) for path, found in readable.items()}

    def readings(self) -> list[tuple[str, Reading]]:
        """What each kind reads in each file that is worth it."""
        self._pending.finish()
        found: list[tuple[str, Reading]] = []
        for path, kinds in self._worth.items():
            for kind in kinds:
                reading = self._contents.reading(self._blobs[path], kind, path)
                if reading is not None:
                    found.append((path, reading))
                elif path not in self._unreadable:
                    self._unreadable.append(path)
        entries = self._tree.entries
        return [(path, Reading(reason=entries[path].why_unread)) for path in self._unreadable] + found

    def _content_ids(self, known: dict[str, str]) -> dict[str, str]:
        """The content id of each file; one of a work tree is read for it, and read again if it must be parsed."""
        blobs = {path: known.get(path) or self._tree.entries[path].blob for path in self._wanted}
        for path, content in self._tree.read_many(path for path, blob in blobs.items() if not blob):
            if content is None:
                self._unreadable.append(path)
            else:
                blobs[path] = blob_id(content)
        return {path: blob for path, blob in blobs.items() if blob}

    def _load(self, blobs: list[str]) -> Iterator[tuple[str, bytes | None]]:
        return load_from(self._tree, self._path_of, blobs)

    def _worth_reading(self, packed: bytes, kinds: tuple[Kind, ...]) -> tuple[int, ...]:
        """The places of the kinds for which a content with these words is worth reading."""
        places: list[int] = []
        lines = each_words(packed)
        named = {words: self._needles.among(words) for words in lines}
        for place, (kind, words) in enumerate(zip(kinds, lines, strict=True)):
            found = named[words]
            if kind.always or self._needles.occur_in(found) or not found.isdisjoint(self._slots[kind.name]):
                places.append(place)
        return tuple(places)


def _read_uncached(tree: Tree, path: str, kinds: tuple[Kind, ...]) -> Iterator[Mention]:
    content = tree.read(path)
    if content is not None:
        for kind in kinds:
            if kind.wants(path):
                yield from read_with(kind, path, content).mentions

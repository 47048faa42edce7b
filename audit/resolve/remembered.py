"""What is still true of what was found out about a tree, once the tree has changed.

What one file tells and what its references come to stays true as long as the file, all that was looked up for it,
and what holds for the whole tree are the same. Wherever this cannot be told, it is worked out again.
"""

from __future__ import annotations

import posixpath
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any, Final

import msgspec

from audit.model.facts import FileFacts, Span
from audit.resolve.index import built_from
from audit.resolve.layout import Layout
from audit.resolve.lookups import FILES, NAMES
from audit.resolve.outcomes import Outcome
from audit.resolve.program import Program
from audit.resolve.surveys import Survey, shared_namespaces

_NOWHERE: Final[Span] = (0, 0, 0, 0)
_FOR_CALLS: Final[dict[str, Any]] = {
    "parameters": None,
    "annotation": "",
    "value": "",
    "field": "",
    "asynchronous": False,
    "digest": "",
    "code": "",
}
"""What of a definition only calls are judged by, left out."""


class TreeRecord(msgspec.Struct, frozen=True, array_like=True):
    """What was found out about one tree. ``configured`` is a digest of all that its layout was read from, ``outside``
    of what tells which modules it may hold beside its files; ``blobs`` maps each Python file to its content id,
    ``modules`` to the name of its module."""

    configured: str
    outside: str
    layout: Layout
    paths: tuple[str, ...]
    blobs: dict[str, str]
    modules: dict[str, str]
    surveys: dict[str, Survey]


class Record(msgspec.Struct, frozen=True, array_like=True):
    """What was found out about a tree beside its base, and what the references of its files came to; ``before`` is
    what those of files of the base came to, as far as anybody asked."""

    now: TreeRecord
    base: TreeRecord | None
    outcomes: dict[str, Outcome]
    before: dict[str, Outcome]


_MAKING: Final[tuple[Callable[[Survey], tuple[str, ...]], ...]] = (
    lambda each: each.made,
    lambda each: each.replaced,
    lambda each: each.stubs,
)

FactsOf = Callable[[str], FileFacts | None]
"""A content id -> its facts; None where they are not at hand."""


def record_of(program: Program, blobs: Mapping[str, str], configured: str, outside: str) -> TreeRecord:
    """What is known of a tree."""
    names = program.index.names
    surveys = {path: program.survey(path) for path in names}
    return TreeRecord(configured, outside, program.layout, program.index.paths, dict(blobs), names, surveys)


class Difference:
    """How a tree differs from the one of a record, as far as that can matter to what was found out there."""

    def __init__(
        self, record: TreeRecord, program: Program, blobs: Mapping[str, str], outside: str, facts_of: FactsOf
    ) -> None:
        self._record = record
        self._program = program
        self._blobs = blobs
        self._facts_of = facts_of
        self.is_comparable = (record.outside, record.layout) == (outside, program.layout)

    @cached_property
    def names(self) -> set[str]:
        """The names of all that came or went."""
        return _moved(self._record.paths, self._program.index.paths)

    @cached_property
    def own(self) -> set[str]:
        """The files whose content or module's name is another, which came, or which went."""
        old, new = self._record.blobs, self._blobs
        before, now = self._record.modules, self._program.index.names
        return {
            path
            for path in old.keys() | new.keys()
            if old.get(path) != new.get(path) or before.get(path) != now.get(path)
        }

    @cached_property
    def files(self) -> set[str]:
        """Those among them that tell other files something else than before."""
        before, now = self._record.modules, self._program.index.names
        return {path for path in self.own if before.get(path) != now.get(path) or not self._is_alike(path)}

    def _is_alike(self, path: str) -> bool:
        if path not in self._record.blobs or path not in self._blobs:
            return False
        before = self._facts_of(self._record.blobs[path])
        return before is not None and _outline(before) == _outline(self._program.facts(path))

    def surveys(self) -> Iterator[tuple[str, Survey]]:
        """What files tell of the tree, of those of which it is still true."""
        if not self.is_comparable:
            return
        for path, survey in self._record.surveys.items():
            if path not in self.own and _stands(survey, self.names, self.files):
                yield path, survey

    def tops(self) -> set[str]:
        """The first components of imports that lead into the tree, or out of it, for another set of files, and the
        namespaces of which one tree holds but a share."""
        old = list(self._record.surveys.values())
        before = ({top for each in old for top in each.inside}, {top for each in old for top in each.outside})
        shared = shared_namespaces(self._record.paths, old) ^ self._program.shared_namespaces
        return (before[0] ^ self._program.used_names()) | (before[1] ^ self._program.outside_names()) | shared

    def makes_the_same(self) -> bool:
        """Whether both trees make the same modules at run time."""
        surveys, made = self._record.surveys.values(), self._program.made
        before = [frozenset(name for each in surveys for name in names(each)) for names in _MAKING]
        return before == [made.names, made.replaced, made.stubs]


class KnownTree:
    """What is known of a tree before it is looked at, from the ``record`` of one that may be like it."""

    def __init__(self, record: TreeRecord | None = None, facts_of: FactsOf = lambda _blob: None) -> None:
        self._record = record
        self._facts_of = facts_of
        self.difference: Difference | None = None

    def layout(self, configured: str) -> Layout | None:
        """The layout that was read from the same."""
        return self._record.layout if self._record is not None and self._record.configured == configured else None

    def surveys(self, program: Program, blobs: Mapping[str, str], outside: str) -> dict[str, Survey]:
        """What files of the tree tell of it. Sets ``difference``."""
        if self._record is None:
            return {}
        self.difference = Difference(self._record, program, blobs, outside, self._facts_of)
        return dict(self.difference.surveys())


def outcomes_still_true(outcomes: Mapping[str, Outcome], *differences: Difference) -> dict[str, Outcome]:
    """What the references of files come to, of those that come to the same in a tree that differs so, and whose base,
    if it has one, differs so from the base of before."""
    if not all(each.is_comparable and each.makes_the_same() for each in differences):
        return {}
    names = {name for each in differences for name in each.names | each.tops()}
    files = {path for each in differences for path in each.files}
    return {
        path: outcome
        for path, outcome in outcomes.items()
        if path not in differences[0].own and _stands(outcome, names, files)
    }


def _stands(found: Survey | Outcome, names: set[str], files: set[str]) -> bool:
    """Whether nothing that something was taken from is among what changed."""
    if names and not names.isdisjoint(found.names.split(NAMES)):
        return False
    return not files or files.isdisjoint(found.files.split(FILES))


def _moved(before: Iterable[str], now: Iterable[str]) -> set[str]:
    """The names under which something can be found that could not be found there before, or no longer can."""
    old, new = set(before), set(now)
    if old == new:
        return set()
    listings = sorted(old), sorted(new)
    stems: set[str] = set()
    folders: set[str] = set()
    for path in old ^ new:
        stem = posixpath.splitext(path)[0]
        if _is_python(path):
            stems |= {stem, stem.removesuffix("/__init__")}
        else:
            stems.update(built_from(path))
        folder = path.rpartition("/")[0]
        while folder and folder not in folders:
            folders.add(folder)
            folder = folder.rpartition("/")[0]
    stems |= {folder for folder in folders if _holds(listings[0], folder) != _holds(listings[1], folder)}
    return {stem.rpartition("/")[2] for stem in stems}


def _is_python(path: str) -> bool:
    return path.endswith((".py", ".pyi"))


def _holds(listing: list[str], folder: str) -> tuple[bool, bool]:
    """Whether a folder holds any file at all, and any Python, by a sorted listing."""
    first, last = (bisect_left(listing, f"{folder}{end}") for end in "/0")  # all that begins with the folder and "/"
    return first < last, any(map(_is_python, listing[first:last]))


def _outline(facts: FileFacts) -> FileFacts:
    """The facts without all that cannot matter to what the references of other files come to: where things stand,
    what its own strings and attribute chains name, and what only calls are judged by."""
    replace = msgspec.structs.replace
    return replace(
        facts,
        imports=tuple(
            replace(each, span=_NOWHERE, names=tuple(replace(name, span=_NOWHERE) for name in each.names))
            for each in facts.imports
        ),
        definitions=tuple(replace(each, **_FOR_CALLS, span=_NOWHERE, lines=0) for each in facts.definitions),
        export_spans=(),
        attributes=(),
        texts=(),
        lines=0,
        tests=0,
        suppressions=(),
        called=(),
        metaclassed=(),
        accessed="",
        stored="",
    )

"""Holds a kind of reference to its own examples: for the test suites of plug-ins, and for this project's own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from audit.contents import Contents
from audit.kinds.kind import Example, Kind
from audit.mentions import MentionCheck, MentionResult
from audit.model.codes import CODES
from audit.model.findings import Skipped
from audit.resolve.retired import Retirements
from audit.sources.tree import Entry
from audit.sources.worktree import blob_id
from audit.trees import LoadedTree, list_tree, load_tree

Files = Mapping[str, str | bytes]


class MemoryTree:
    """Files held in a mapping; satisfies `audit.sources.tree.Tree`. ``reads`` records what was asked for."""

    def __init__(self, files: Files) -> None:
        self.files = {
            path: content.encode() if isinstance(content, str) else content for path, content in sorted(files.items())
        }
        self.commit: str | None = None
        self.dirty = False
        self.entries = {path: Entry(path, blob_id(content)) for path, content in self.files.items()}
        self.skipped: tuple[Skipped, ...] = ()
        self.submodules: tuple[str, ...] = ()
        self.reads: list[str] = []

    def read(self, path: str) -> bytes | None:
        """The bytes of one file, or None."""
        return self.files.get(path)

    def read_many(self, paths: Iterable[str]) -> Iterator[tuple[str, bytes | None]]:
        """Each path with its bytes."""
        for path in paths:
            self.reads.append(path)
            yield path, self.files.get(path)


def load(files: Files, base: LoadedTree | None = None) -> LoadedTree:
    """A tree, read and resolved."""
    return load_tree(list_tree(MemoryTree(files)), Contents(None, ()), base=base.program if base else None)


def after(example: Example) -> dict[str, str | bytes]:
    """The files of an example once its migration is done."""
    return {
        **{path: text for path, text in example.before.items() if path not in example.gone},
        **example.after,
    }


def check_examples(kind: Kind, *others: Kind) -> None:
    """Check that a kind finds exactly what its examples list, alone and, when given, among ``others``.

    Raises:
        AssertionError: it does not, it reads none of an example's files, it shows no example of what it finds or
            of what it leaves alone, or gives a finding a code that it does not declare. Everything that is wrong
            is told, one line each.
    """
    wrong = [
        *_without_proof(kind),
        *(line for each in (*kind.HOLDS, *kind.BREAKS) for line in _wrong_in(kind, each, others)),
    ]
    if wrong:
        raise AssertionError("\n".join(f"{kind.name}: {line}" for line in wrong))


def _without_proof(kind: Kind) -> Iterator[str]:
    if not kind.HOLDS:
        yield "HOLDS is empty: what must not be found belongs to the proof"
    if not kind.BREAKS:
        yield "BREAKS is empty: a kind without an example of what it finds proves nothing"
    yield from (f"{each.title!r} is in BREAKS and finds nothing" for each in kind.BREAKS if not each.finds)
    yield from (f"{each.title!r} is in HOLDS and finds something" for each in kind.HOLDS if each.finds)
    yield from (f"{code} is no code of audit explain" for code in kind.codes if code not in CODES)


def _wrong_in(kind: Kind, example: Example, others: tuple[Kind, ...]) -> Iterator[str]:
    expected = Counter(example.finds)
    for kinds in ((kind,), (kind, *others)) if others else ((kind,),):
        result = _result(example, kinds)
        found = Counter((each.site.path, each.site.line, each.target) for each in result.findings)
        among = "" if len(kinds) == 1 else " (among the other kinds)"
        yield from (f"{example.title!r} does not find {each}{among}" for each in (expected - found).elements())
        yield from (f"{example.title!r} finds {each}{among}" for each in (found - expected).elements())
        if len(kinds) == 1:
            codes = {finding.code for finding in result.findings} - set(kind.codes)
            yield from (f"{example.title!r} gives {code}, which is not in its codes" for code in sorted(codes))
            yield from (f"{example.title!r} skips {each.path}: {each.reason}" for each in result.skipped)
            if not result.files:
                yield f"{example.title!r} holds no file that it wants"


def _result(example: Example, kinds: tuple[Kind, ...]) -> MentionResult:
    base = load(example.before) if example.gone or example.after else None
    tree = load(after(example), base)
    check = MentionCheck(tree, base, Contents(None, kinds))
    return check.result(Retirements(tree.program, None), None)

"""Trees in memory: a migration as two of them, and what is found after it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from audit.contents import Contents
from audit.kinds.kind import Example, Kind
from audit.kinds.registry import all_kinds
from audit.mentions import MentionCheck, MentionResult
from audit.model.findings import Finding, Retirement, Skipped
from audit.model.settings import RetiredName
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
        self.reads: list[str] = []

    def read(self, path: str) -> bytes | None:
        """The bytes of one file, or None."""
        return self.files.get(path)

    def read_many(self, paths: Iterable[str]) -> Iterator[tuple[str, bytes | None]]:
        """Each path with its bytes."""
        for path in paths:
            self.reads.append(path)
            yield path, self.files.get(path)


class FakePast:
    """A history that says who removed what, and what became of it."""

    def __init__(self, removals: Mapping[str, Retirement], renames: Mapping[str, str]) -> None:
        self._removals = removals
        self._renames = dict(renames)

    def removed(self, path: str) -> Retirement | None:
        """The commit that deleted the path."""
        return self._removals.get(path)

    def changes(self, path: str) -> list[object]:
        """No commit is known."""
        return []

    def renames(self) -> dict[str, str]:
        """Old path -> new path."""
        return self._renames


def load(files: Files, base: LoadedTree | None = None) -> LoadedTree:
    """A tree, read and resolved."""
    return load_tree(list_tree(MemoryTree(files)), Contents(None, ()), base=base.program if base else None)


def after(example: Example) -> dict[str, str | bytes]:
    """The files of an example once its migration is done."""
    return {
        **{path: text for path, text in example.before.items() if path not in example.gone},
        **example.after,
    }


def migrate(
    before: Files | None,
    now: Files,
    *,
    removals: Mapping[str, Retirement] | None = None,
    renames: Mapping[str, str] | None = None,
    declared: Iterable[RetiredName] = (),
    kinds: tuple[Kind, ...] | None = None,
) -> MentionResult:
    """What is found in ``now`` when it is compared with ``before``; without it when that is None."""
    base = load(before) if before is not None else None
    tree = load(now, base)
    past = FakePast(removals or {}, renames or {}) if removals is not None or renames is not None else None
    names = tuple(declared)
    retirements = Retirements(tree.program, past, names)  # type: ignore[arg-type]  # no changes are ever yielded
    contents = Contents(None, all_kinds() if kinds is None else kinds)
    check = MentionCheck(tree, base, contents, declared=names, removed=tuple(removals or ()))
    return check.result(retirements, past)


def places(findings: Iterable[Finding]) -> list[tuple[str, int | None, str]]:
    """Path, line and target of each finding."""
    return [(finding.site.path, finding.site.line, finding.target) for finding in findings]

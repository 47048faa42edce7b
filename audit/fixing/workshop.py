"""The tree under repair: resolved and checked with any content in place of what is on disk."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

import msgspec

from audit.codebase import ResolvedCodebase
from audit.config.load import load_configuration
from audit.contents import Contents
from audit.facts.python import read_python
from audit.kinds.registry import all_kinds
from audit.model.facts import FileFacts
from audit.model.findings import CheckResult, Coverage, Finding
from audit.model.references import Dangling
from audit.parts import Part
from audit.resolve.retired import Retirements
from audit.sources.history import History
from audit.sources.repository import Repository
from audit.sources.store import cache_folder
from audit.sources.tree import Entry, Tree, comparable
from audit.trees import LoadedTree, list_tree, load_tree
from audit.verdict.gate import narrowed


class Workshop:
    """The tree under repair: checks it with any content in place of what is on disk. ``folder`` is the part of it
    that is to be mended, ending in ``/``, or empty for all."""

    def __init__(self, repository: Repository, since: str | None, *, folder: str = "", use_cache: bool) -> None:
        self.repository = repository
        self.folder = folder
        self.tree = repository.tree()
        self.configuration = load_configuration(self.tree.read)
        self._contents = Contents(cache_folder() if use_cache else None, all_kinds(), audited=repository.top)
        self._base = self._load(comparable(repository.base(since), self.tree), None) if since is not None else None

    def close(self) -> None:
        """Release the cache."""
        self._contents.close()

    def _load(self, tree: Tree, base: LoadedTree | None) -> LoadedTree:
        settings = self.configuration.settings
        return load_tree(
            list_tree(tree, settings.exclude),
            self._contents,
            base=base.program if base else None,
            source_roots=settings.source_roots,
        )

    def read(self, path: str) -> bytes | None:
        """The bytes of a file that may be changed: one that lies in the tree itself."""
        entry = self.tree.entries.get(path)
        return self.tree.read(path) if entry is not None and entry.alias_of is None else None

    def with_content(self, content: Mapping[str, bytes]) -> Checked:
        """The check of the tree with some files replaced."""
        now = self._load(_Overlay(self.tree, content), self._base)
        codebase = ResolvedCodebase(self.repository, self.configuration, now, self._base, self._contents)
        return Checked(codebase, now, self.repository)


class _Overlay:
    """A tree with other content in some of its files."""

    def __init__(self, tree: Tree, content: Mapping[str, bytes]) -> None:
        self._tree = tree
        self._content = content
        self.commit = tree.commit
        self.dirty = tree.dirty
        self.entries = tree.entries
        self.skipped = tree.skipped
        self.submodules = tree.submodules

    def read(self, path: str) -> bytes | None:
        """The bytes of one file, a link's being those of what it leads to."""
        entry = self.entries.get(path)
        own = path if entry is None or entry.alias_of is None else entry.alias_of
        return self._content[own] if own in self._content else self._tree.read(path)

    def read_many(self, paths: Iterable[str]) -> Iterator[tuple[str, bytes | None]]:
        """Each path with its bytes."""
        for path in paths:
            yield path, self.read(path)


class Checked:
    """One resolved tree: its findings, each with the full new name, and where single symbols have gone."""

    def __init__(self, codebase: ResolvedCodebase, now: LoadedTree, repository: Repository) -> None:
        self._codebase = codebase
        self._now = now
        self._repository = repository

    @cached_property
    def result(self) -> CheckResult:
        """The findings that the configuration selects; a link's own are those of the file it leads to."""
        settings = self._codebase.configuration.settings
        result = narrowed(self._codebase.check, settings.select, settings.ignore)
        entries = self._now.tree.entries
        own = tuple(each for each in result.findings if _is_own(entries.get(each.site.path)))
        return msgspec.structs.replace(result, findings=own)

    @cached_property
    def _declared(self) -> dict[str, str | None]:
        return {name.name: name.replacement for name in self._codebase.configuration.retired}

    def coverage_in(self, folder: str) -> Coverage:
        """How much was analysed, of a folder (ending in ``/``) or of all."""
        return Part(self._codebase, folder).coverage

    def relocate(self, finding: Finding, name: str) -> str:
        """Where a name of a vanished module is now: in the module's successor, unless it is known elsewhere."""
        declared = self._declared.get(f"{finding.target}.{name}")
        if declared is not None:
            return declared
        plain = f"{finding.replacement}.{name}"
        program = self._now.program
        holder = program.absolute(finding.site.path, finding.replacement or "")
        if holder.status != "found" or program.symbols.defines(holder.nodes, name) != "no":
            return plain
        return self._moved_to(finding, finding.target, name) or plain

    def _moved_to(self, finding: Finding, module: str, symbol: str) -> str | None:
        """Where history or an equal definition shows that a name is now, as seen from the file of a finding."""
        missing = Dangling(
            kind="import",
            site=finding.site,
            referrer=finding.referrer,
            module=module,
            symbol=symbol,
            context="eager",
        )
        past = self._retirements.of(missing)
        return past.replacement if past is not None else None

    @cached_property
    def _retirements(self) -> Retirements:
        return Retirements(self._now.program, self._history, (), self._facts_of_blob)

    @cached_property
    def _history(self) -> History | None:
        git, commit = self._repository.git, self._codebase.commit
        if git is None or commit is None or self._codebase.since is None:
            return None
        return History(git, self._codebase.since, commit, self._repository.prefix)

    def _facts_of_blob(self, blob: str) -> FileFacts | None:
        git = self._repository.git
        content = next((found for _, found in git.read_blobs((blob,))), None) if git is not None else None
        return read_python(content) if content is not None else None

    def owners(self, target: str) -> set[str]:
        """The files of the modules that a dotted name runs through."""
        parts = target.split(".")
        names = {".".join(parts[:length]) for length in range(1, len(parts) + 1)}
        paths = self._now.program.index.paths_of
        return {path for name in names if name in paths for path in paths[name]}


def _is_own(entry: Entry | None) -> bool:
    return entry is None or entry.alias_of is None

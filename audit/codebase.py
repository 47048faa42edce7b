"""One resolved tree, beside its base when there is one, and every question that claims and commands ask of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from audit.checking import check_tree, retirement_of
from audit.checks.declared import declared_findings
from audit.contents import Contents
from audit.earlier import Earlier
from audit.gathering import Wanted
from audit.kinds.texts import UnreadableError, text_of
from audit.model.codebase import LineChange, Located
from audit.model.codes import OF_TESTS
from audit.model.errors import UsageError
from audit.model.facts import Definition, FileFacts
from audit.model.findings import CheckResult, Coverage, Finding, Link, Retirement, Site
from audit.model.graph import ModuleGraph
from audit.model.settings import Configuration, RetiredName
from audit.resolve.locating import count_by_root, locate
from audit.resolve.outcomes import graph_of
from audit.resolve.reading import EntryPoint
from audit.resolve.retired import Retirements
from audit.resolve.uses import uses_of
from audit.sources.commits import GitCommits
from audit.sources.history import History
from audit.sources.line_changes import line_changes
from audit.sources.repository import Repository
from audit.sources.tree import TreeFiles
from audit.sources.worktree import WorkTree
from audit.suites import suite_of, with_worthless_tests
from audit.trees import LoadedTree, coverage_of
from audit.verdict.chains import ImportGraph

if TYPE_CHECKING:  # what judges tests is loaded where tests are judged
    from audit.worth.judge import TestSuite

_PLAIN_FILES = (".py", ".md", ".rst", ".txt", ".toml", ".cfg", ".ini", ".yaml", ".yml", ".sh", ".ipynb")
"""Endings that no dotted name has, so that a name without a folder is known to be a file."""


class ResolvedCodebase:
    """A resolved tree, and its base when there is one. Satisfies `audit.model.codebase.Codebase`."""

    def __init__(
        self,
        repository: Repository,
        configuration: Configuration,
        now: LoadedTree,
        base: LoadedTree | None,
        contents: Contents,
        history: History | None = None,
        earlier: Earlier | None = None,
    ) -> None:
        self.root = repository.root
        self.configuration = configuration
        self.repository = repository
        self._now = now
        self._base = base
        self._contents = contents
        self._others: dict[str, TreeFiles] = {}
        self._begun = history
        self._earlier = earlier

    @property
    def commit(self) -> str | None:
        """Full commit id of the tree, or of HEAD for a work tree; None outside git."""
        return self._now.tree.commit

    @property
    def cache_damage(self) -> str:
        """Why the cache could not be used, where that is for the user to mend; else empty."""
        return self._contents.damage

    @property
    def dirty(self) -> bool:
        """Whether the work tree differs from its commit."""
        return self._now.tree.dirty

    @property
    def since(self) -> str | None:
        """Full commit id of the base."""
        return self._base.tree.commit if self._base is not None else None

    @property
    def entry_points(self) -> tuple[EntryPoint, ...]:
        """What packaging files declare as commands and plug-ins."""
        return self._now.program.layout.entry_points

    @property
    def source_roots(self) -> tuple[str, ...]:
        """The folders from which modules are imported; "" is the tree itself."""
        return self._now.program.layout.roots

    @property
    def coverage(self) -> Coverage:
        """How much of the tree was analysed."""
        return self._now.coverage

    def coverage_of(self, folder: str) -> Coverage:
        """How much of a folder (ending in ``/``) was analysed, what was skipped left aside."""
        return coverage_of(self._now.program, folder)

    def modules_in(self, folder: str) -> frozenset[str]:
        """The names of the modules in a folder (ending in ``/``)."""
        return frozenset(name for path, name in self._now.program.index.names.items() if path.startswith(folder))

    def modules_by_root(self, folder: str = "") -> dict[str, int]:
        """How many modules each source root holds, a nested root's own not counted for the outer one; of a folder
        (ending in ``/``) only those that lie in it."""
        return count_by_root(self._now.program, folder)

    @cached_property
    def graph(self) -> ModuleGraph:
        """The import graph of the tree."""
        return graph_of(self._now.program)

    @cached_property
    def _eager(self) -> ImportGraph:
        return ImportGraph(self.graph)

    def _history_since(self, since: str | None) -> History | None:
        git, at = self.repository.git, self.commit
        return History(git, since, at, self.repository.prefix) if git is not None and at is not None else None

    @cached_property
    def _history(self) -> History | None:
        return self._begun or (self._history_since(self.since) if self.since is not None else None)

    @cached_property
    def _removals(self) -> History | None:
        return self._history or self._history_since(None)

    @cached_property
    def commits(self) -> GitCommits | None:
        """What single commits are and did; None outside git, or without any commit."""
        of = self.repository
        return GitCommits(of.git, self.commit, of.prefix, shallow=of.shallow) if of.git and self.commit else None

    @cached_property
    def _retirements(self) -> Retirements:
        return Retirements(self._now.program, self._history, self.configuration.retired, self._facts_of_blob)

    def _facts_of_blob(self, blob: str) -> FileFacts | None:
        git = self.repository.git
        if git is None:
            return None
        self._contents.read([Wanted(blob, "", facts=True)], git.read_blobs)
        return self._contents.facts({"": blob})[""]

    @cached_property
    def check(self) -> CheckResult:
        """Everything that `audit check` finds in this tree."""
        found = check_tree(
            self._now,
            self._base,
            configuration=self.configuration,
            graph_of=lambda: self.graph,
            retirements=self._retirements,
            history=self._history,
            contents=self._contents,
            skimmed=self._earlier.skimmed if self._earlier is not None else None,
            remotes=self.repository.addresses,
        )
        if self._earlier is not None:
            self._earlier.keep(self._now, self._base)
        self._contents.close()
        return found

    def paths(self) -> tuple[str, ...]:
        """All file paths, POSIX, relative to the root, sorted."""
        return tuple(sorted(self._now.tree.entries))

    def read_bytes(self, path: str) -> bytes | None:
        """The content of a file; None when it is missing or cannot be read."""
        return self._now.tree.read(path)

    def files_at(self, revision: str) -> TreeFiles:
        """The files of another commit; an empty revision means the base. Raises: see `Codebase.files_at`."""
        if not revision and self._base is None:
            raise UsageError("there is no base to compare with; name one with --since REV, or in the claim")
        if revision not in self._others:
            base = self._base.tree if self._base is not None and not revision else None
            self._others[revision] = TreeFiles(base or self.repository.base(revision, "base:"))
        return self._others[revision]

    def line_changes(self, revision: str) -> Mapping[str, LineChange]:
        """What changed in each file since another commit. Raises: see `Codebase.line_changes`."""
        base, git = self.files_at(revision).commit, self.repository.git
        if git is None or base is None:
            raise UsageError("lines can be counted between the commits of a git repository only")
        at = None if isinstance(self._now.tree, WorkTree) else self.commit
        return line_changes(git, base, at, self.repository.prefix)

    def read_text(self, path: str) -> str | None:
        """The decoded text of a file; None when it is missing, binary, too large or undecodable."""
        content = self.read_bytes(path)
        try:
            return text_of(content, max_line=None) if content is not None else None
        except UnreadableError:
            return None

    def modules(self, package: str = "") -> tuple[str, ...]:
        """All module names, or those at and below ``package``, sorted."""
        names = {name for path, name in self._now.program.index.names.items() if path.endswith(".py")}
        return tuple(sorted(name for name in names if not package or f"{name}.".startswith(f"{package}.")))

    def module_path(self, dotted: str) -> str | None:
        """The file (or folder of a namespace package) of a first-party module, or None."""
        found = self._now.program.absolute("", dotted)
        if found.status != "found":
            paths = self._now.program.index.paths_of.get(dotted)
            return paths[0] if paths else None
        files = [file for node in found.nodes for file in node.files]
        return files[0] if files else found.nodes[0].stem

    def locate(self, dotted: str) -> Located | None:
        """The definition a dotted name leads to, through re-exports: ``pkg.mod.Class.method``."""
        return self._located(*found) if (found := locate(self._now.program, dotted)) is not None else None

    def _located(self, path: str, definition: Definition) -> Located:
        module = self._now.program.index.names[path]
        return Located(f"{module}.{definition.name}", module, path, definition)

    def locate_by_suffix(self, dotted: str) -> tuple[Located, ...]:
        """Every definition whose qualified name ends with ``dotted`` (``Class.method``, ``function``)."""
        ending = f".{dotted}"
        return tuple(
            self._located(path, definition)
            for path in sorted(self._now.program.index.names)
            for definition in self._now.facts[path].definitions
            if definition.kind != "import"
            and f"{self._now.program.index.names[path]}.{definition.name}".endswith(ending)
        )

    def defined_before(self, name: str) -> bool:
        """Whether the base defines a class, function or method of this bare name; False without a base."""
        return self._base is not None and any(
            definition.name.rpartition(".")[2] == name and definition.kind != "import"
            for path in self._base.program.index.names
            for definition in self._base.facts[path].definitions
        )

    def references_to(self, dotted: str) -> tuple[Finding, ...]:
        """Every place that still names ``dotted`` (a module or symbol that exists or existed)."""
        return declared_findings([(RetiredName(name=dotted, site=Site("")), uses_of(self._now.program, dotted))], ())

    def why(self, source: str, target: str) -> tuple[Link, ...]:
        """The shortest eager import chain from module ``source`` to module or missing name ``target``."""
        return self._eager.path(source, (target,))

    def imports(self) -> tuple[Link, ...]:
        """Every import that runs at import time, and the packages that run with it."""
        return tuple(link for links in self._eager.links.values() for link in links.values())

    def retired(self, dotted_or_path: str) -> Retirement | None:
        """The commit that removed a module, symbol or path, where history tells."""
        if "/" in dotted_or_path or dotted_or_path.endswith(_PLAIN_FILES):
            return self._history.removed(dotted_or_path) if self._history is not None else None
        return retirement_of(self._retirements, dotted_or_path)

    def was_deleted(self, path: str) -> bool:
        """Whether some commit deleted a path: since the base, or ever where there is none."""
        return self._removals is not None and self._removals.removed(path) is not None

    def removed_definition(self, name: str) -> Retirement | None:
        """The newest commit since the base that took a class or function of this bare name out of a file."""
        return self._history.removed_definition(name) if self._history is not None else None

    @cached_property
    def suite(self) -> TestSuite:
        """The tests of the tree, as far as their text tells what they are worth."""
        return suite_of(self._now)

    def worthless_tests(self, paths: Iterable[str]) -> tuple[Finding, ...]:
        """The tests of these files that assert nothing, or exercise only code of their own file."""
        return tuple(finding for path in paths for finding in self.suite.worthless(path))

    def weakened_tests(self, paths: Iterable[str], revision: str) -> tuple[Finding, ...]:
        """What makes these test files prove less than at another commit. Raises: see `Codebase.weakened_tests`."""
        from audit.worth.weakening import weakened  # not for other checks

        base, now = self.files_at(revision), self.paths()
        changed = {*self.line_changes(revision), *({*base.paths()} - {*now})}
        return weakened(changed, now, paths, base.read_bytes, self.read_bytes)

    def checked(self, codes: Iterable[str]) -> CheckResult:
        """What `audit check` finds when these codes are selected: those of tests are found only when asked for."""
        if not any(code.startswith(OF_TESTS) for code in codes):
            return self.check
        return with_worthless_tests(self.check, self._now, self._base)

    def tests_in(self, path: str) -> int:
        """How many test functions a file defines, counted statically."""
        return self._now.program.survey(path).tests if path in self._now.blobs else 0

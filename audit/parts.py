"""Opens what the user points at for a check: a repository, or a folder of one, which the rest of it tells about."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from audit.pipeline import resolved
from audit.sources.repository import Repository

if TYPE_CHECKING:
    from audit.codebase import ResolvedCodebase
    from audit.model.findings import CheckResult, Coverage, Link
    from audit.resolve.reading import EntryPoint


class Part:
    """What a check is asked about: the ``folder`` of a resolved codebase, ending in ``/``, or all of it ("").

    A folder that is no project of its own means nothing without the packages around it: the whole repository is
    resolved, and what is told is what lies in the folder.
    """

    def __init__(self, codebase: ResolvedCodebase, folder: str) -> None:
        self.codebase = codebase
        self.folder = folder

    def checked(self, codes: Iterable[str] = ()) -> CheckResult:
        """What `audit check` finds there when these codes are selected."""
        whole = self.codebase.checked(codes)
        if not self.folder:
            return whole
        from audit.verdict.part import part_of  # for a folder only

        return part_of(whole, self.folder, self.modules, self.codebase.coverage_of(self.folder))

    @property
    def modules(self) -> frozenset[str]:
        """The names of the modules there."""
        return self.codebase.modules_in(self.folder)

    @property
    def coverage(self) -> Coverage:
        """How much of it was analysed."""
        if not self.folder:
            return self.codebase.coverage
        from audit.verdict.part import coverage_in  # for a folder only

        return coverage_in(self.codebase.coverage_of(self.folder), self.codebase.coverage.skipped, self.folder)

    @property
    def modules_by_root(self) -> dict[str, int]:
        """How many of its modules each source root holds, as it is seen from the folder."""
        found = self.codebase.modules_by_root(self.folder)
        return {posixpath.relpath(root or ".", self.folder or "."): count for root, count in found.items()}

    @property
    def entry_points(self) -> tuple[EntryPoint, ...]:
        """What packaging files in it declare as commands and plug-ins, as they are seen from the folder."""
        return tuple(
            msgspec.structs.replace(each, path=each.path[len(self.folder) :])
            for each in self.codebase.entry_points
            if each.path.startswith(self.folder)
        )

    def told_from_here(self, chain: tuple[Link, ...]) -> tuple[Link, ...]:
        """An import chain with its places as they are seen from the folder."""
        if not self.folder:
            return chain
        from audit.verdict.part import links_of  # for a folder only

        return links_of(chain, self.folder)


def open_part(
    path: Path, *, at: str | None = None, since: str | None = None, jobs: int = 0, use_cache: bool = True
) -> Part:
    """Read what lies at ``path``, with the repository around it unless it has a configuration of its own.

    Raises:
        UsageError: no such folder or revision.
        SourceError: the repository cannot be read, or the clone is shallow and ``since`` is given.
        ConfigError: every mistake in the configuration.
    """
    repository, folder = project_of(path, at)
    return Part(resolved(repository, at=at, since=since, jobs=jobs, use_cache=use_cache), folder)


def project_of(path: Path, at: str | None = None) -> tuple[Repository, str]:
    """What is to be resolved for a path, and the folder of it (ending in ``/``) that is asked about, or "" for all.

    Raises: what `open_part` does.
    """
    repository = Repository(path)
    folder = _folder_of(repository, at)
    return (Repository(repository.top), folder) if folder else (repository, "")


def _folder_of(repository: Repository, at: str | None) -> str:
    """The folder of a repository that is asked about, where it is not to be looked at alone."""
    if not repository.prefix:
        return ""
    from audit.config.load import load_configuration  # loaded while git looks at a repository otherwise
    from audit.model.settings import Configuration, Settings

    configuration = load_configuration(repository.tree(at).read)
    return repository.prefix if configuration == Configuration(settings=Settings()) else ""

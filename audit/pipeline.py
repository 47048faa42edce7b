"""Composes the stages of `audit check`: config -> tree -> facts -> references -> findings -> roots."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from audit.sources.repository import Repository

if TYPE_CHECKING:
    from audit.codebase import ResolvedCodebase


def open_codebase(
    path: Path, *, at: str | None = None, since: str | None = None, jobs: int = 0, use_cache: bool = True
) -> ResolvedCodebase:
    """Read the repository at ``path`` and resolve it; the check itself runs when it is first asked for.

    Raises:
        UsageError: no such folder or revision.
        SourceError: the repository cannot be read, or the clone is shallow and ``since`` is given.
        ConfigError: every mistake in the repository's configuration.
    """
    return resolved(Repository(path), at=at, since=since, jobs=jobs, use_cache=use_cache)


def resolved(
    repository: Repository, *, at: str | None, since: str | None, jobs: int, use_cache: bool
) -> ResolvedCodebase:
    """The same for a repository that is open already: opening it asks git. Raises what `open_codebase` does."""
    base_tree = repository.base(since, at=at) if since is not None else None
    tree = repository.tree(at)
    history = repository.history(base_tree, tree) if base_tree is not None else None
    if history is not None:
        history.begin()
    # loaded while git lists the trees and looks for what was renamed
    from audit.ahead import read_ahead
    from audit.config.load import load_configuration
    from audit.contents import Contents
    from audit.earlier import Earlier
    from audit.kinds.registry import all_kinds
    from audit.sources.store import cache_folder
    from audit.sources.tree import comparable
    from audit.trees import list_tree, load_tree

    configuration = load_configuration(tree.read)
    settings = configuration.settings
    contents = Contents(cache_folder() if use_cache else None, all_kinds(), jobs, repository.top)
    before = list_tree(comparable(base_tree, tree), settings.exclude) if base_tree is not None else None
    listing = list_tree(tree, settings.exclude)
    earlier = Earlier(contents, listing, before)
    reading = read_ahead(contents, listing, before, earlier)
    from audit.codebase import ResolvedCodebase  # loaded while others read

    roots = settings.source_roots
    base = load_tree(before, contents, source_roots=roots, known=earlier.base) if before is not None else None
    program = base.program if base is not None else None
    now = load_tree(listing, contents, base=program, source_roots=roots, known=earlier.now)
    reading.finish()
    earlier.recall(now, base)
    contents.close()
    return ResolvedCodebase(repository, configuration, now, base, contents, history, earlier)

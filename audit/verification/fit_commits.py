"""Fits the commits that a document names to the history: what this clone does not know cannot refute."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from audit.model.codebase import Codebase
from audit.model.commits import Commit
from audit.verification.fit_paths import CannotFitError, ending, fit_path


def fit_commit(predicate: Commit, codebase: Codebase) -> Commit:
    """The predicate with the paths as the commit itself has them.

    An id that this clone does not know may be one of another repository, or from before history was rewritten.

    Raises:
        CannotFitError: the clone knows no such commit, or not what it is said to have done.
    """
    commits = codebase.commits
    if commits is None:
        raise CannotFitError("there is no git history here to look into")
    if predicate.branch and not commits.has_branch(predicate.branch):
        raise CannotFitError(f"this clone has no branch {predicate.branch}; one that was merged is often removed")
    if predicate.merged and commits.merging(predicate.merged) is None:
        raise CannotFitError(f"no commit before the tree says that it merged #{predicate.merged}")
    if not predicate.id:
        return predicate
    found = commits.named(predicate.id)
    if found is None:
        raise CannotFitError(
            f"no one commit of this clone starts with {predicate.id}; it may be of another repository, or rewritten"
        )
    return msgspec.structs.replace(
        predicate,
        removed=tuple(_fitted(each, found.removed, found.lost, codebase) for each in predicate.removed),
        added=tuple(_fitted(each, found.added, found.gained, codebase) for each in predicate.added),
    )


def _fitted(name: str, paths: tuple[str, ...], symbols: Iterable[str], codebase: Codebase) -> str:
    if name in (*paths, *symbols):
        return name
    if name.isidentifier():
        raise CannotFitError(f"the lines of that commit do not show what became of {name}")
    alike = ending(name.lstrip("/"), paths)
    return alike[0] if len(alike) == 1 else fit_path(name, codebase)

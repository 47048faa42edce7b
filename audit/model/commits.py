"""Commits as claims speak of them: that there is one, what it did to which file, and from which branch."""

from __future__ import annotations

from typing import ClassVar, Protocol

import msgspec

from audit.model.predicate import Predicate, listed


class Commit(Predicate, frozen=True, kw_only=True):
    """The history has a commit, by the start of its id or by the number of the request that it merged, or a branch.

    ``removed`` and ``added`` are the paths, classes and functions that this very commit took out or brought in.
    """

    kind: ClassVar[str] = "commit"
    id: str = ""
    branch: str = ""
    merged: int | None = None
    removed: tuple[str, ...] = ()
    added: tuple[str, ...] = ()

    def __str__(self) -> str:
        if self.branch:
            return f"there is a branch `{self.branch}`"
        if self.merged:
            return f"a commit merged #{self.merged}"
        done = [
            f"{verb} {listed(names)}" for verb, names in (("removed", self.removed), ("added", self.added)) if names
        ]
        return f"commit {self.id} {' and '.join(done)}" if done else f"there is a commit {self.id}"


class CommitFacts(msgspec.Struct, frozen=True, kw_only=True):
    """One commit: its full id, its date (ISO 8601) and subject, and what it did, compared with its first parent.

    ``is_before`` is whether the audited tree descends from it; ``is_merge`` whether it has several parents: what it
    did may then be the work of others. ``removed`` and ``added`` are paths; ``lost`` and ``gained`` the bare names of
    classes and functions.
    """

    commit: str
    date: str
    subject: str
    is_before: bool
    is_merge: bool
    removed: tuple[str, ...]
    added: tuple[str, ...]
    lost: frozenset[str]
    gained: frozenset[str]


class Commits(Protocol):
    """What can be asked of the history of a repository."""

    @property
    def shallow(self) -> bool:
        """Whether the clone lacks a part of the history."""

    def named(self, start: str) -> CommitFacts | None:
        """The one commit whose id starts so, 7 to 40 hexadecimal digits; None where there is none, or several."""

    def merging(self, number: int) -> CommitFacts | None:
        """The newest commit before the audited tree whose subject says that it merged a request of this number."""

    def has_branch(self, name: str) -> bool:
        """Whether a branch of this clone, or of the place that it was cloned from, is called so."""

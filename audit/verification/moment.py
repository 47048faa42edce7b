"""Chooses the commit that a document speaks of, where the user names none."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from audit.sources.repository import Repository

DOCUMENTS = (".md", ".markdown")


class Moment(msgspec.Struct, frozen=True):
    """A revision, or None for the tree on disk, and why it was chosen; no reason where the user named it."""

    at: str | None
    reason: str = ""


def moment_of(root: Path, documents: Sequence[Path], at: str | None) -> Moment:
    """The commit that last changed the document, or HEAD; the tree on disk where there is no commit to read.

    A document tells of the tree that it was written for. One that is not committed, or was changed since, tells
    of no commit yet, and several documents may tell of several: they are held against HEAD. Claims files are
    about the tree at hand and choose nothing.

    Raises:
        UsageError: the folder does not exist.
    """
    written = [document for document in documents if document.suffix in DOCUMENTS]
    if at is not None or not written or len(written) < len(documents):
        return Moment(at)
    repository = Repository(root)
    if not repository.has_commits():
        return Moment(None, "the folder has no commit, so its files on disk were read")
    commits = {_last_change(document, repository) for document in written}
    (commit, *others) = commits
    if others:
        return Moment("HEAD", "HEAD, because the documents were last changed by different commits")
    if commit is None:
        return Moment("HEAD", f"HEAD, because no commit holds {_name(written[0], repository)} as it is")
    return Moment(commit, f"the commit that last changed {_name(written[0], repository)}")


def _name(document: Path, repository: Repository) -> str:
    """A document's path within the repository where it lies in it, else as the user gave it."""
    absolute = document.resolve()
    inside = absolute.is_relative_to(repository.root) and absolute.exists()
    return absolute.relative_to(repository.root).as_posix() if inside else document.as_posix()


def _last_change(document: Path, repository: Repository) -> str | None:
    absolute = document.resolve()
    if repository.bare or (absolute.is_relative_to(repository.root) and absolute.exists()):
        return repository.last_change(_name(document, repository))
    return None

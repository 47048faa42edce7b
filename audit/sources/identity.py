"""What tells one repository from another, whichever of its work trees is looked at."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

import msgspec

from audit.sources.repository import Repository

_SEARCHED: Final = 2000
"""How many of the newest commits a tree is looked for in."""


class Identity(msgspec.Struct, frozen=True):
    """``common`` is the folder that all work trees share: git's own, or the audited folder itself outside git.

    ``remote`` is the address of ``origin``, empty without one; ``prefix`` the audited folder in the repository;
    ``tree`` the id of the asked commit's tree.
    """

    common: Path
    remote: str
    prefix: str
    tree: str | None


def identity_of(repository: Repository, commit: str | None) -> Identity:
    """The identity of a repository, and the tree of one of its commits."""
    git = repository.git
    if git is None:
        return Identity(repository.root, "", "", None)
    return Identity(
        common=repository.common,
        remote=git.text("config", "--get", "remote.origin.url", check=False),
        prefix=repository.prefix,
        tree=git.object_id(f"{commit}^{{tree}}") if commit is not None else None,
    )


def commit_of_tree(repository: Repository, tree: str, left_out: str) -> str | None:
    """The newest commit whose tree has this id, wholly or without its folder ``left_out``; None where there is none.

    Only the ids are computed: nothing is written to the repository.
    """
    git = repository.git
    if git is None or repository.prefix:
        return None
    log = git.text("log", "--all", f"--max-count={_SEARCHED}", "--format=%H %T", check=False)
    commits = [(commit, found) for commit, _, found in (line.partition(" ") for line in log.splitlines())]
    contents = dict(git.read_blobs(dict.fromkeys(found for _, found in commits)))
    for commit, found in commits:
        content = contents.get(found)
        if found == tree or (content is not None and _tree_id(content, left_out.encode(), len(tree)) == tree):
            return commit
    return None


def _tree_id(content: bytes, left_out: bytes, digits: int) -> str:
    """The id that git gives to a tree object without one of its entries."""
    width = digits // 2
    kept, position = b"", 0
    while position < len(content):
        end = content.index(b"\0", position) + 1 + width
        if content[position : end - width - 1].partition(b" ")[2] != left_out:
            kept += content[position:end]
        position = end
    hashed = hashlib.sha256 if digits == 64 else hashlib.sha1
    return hashed(b"tree %d\0" % len(kept) + kept).hexdigest()

"""What tells one repository from another, whichever of its work trees is looked at."""

from __future__ import annotations

from pathlib import Path

import msgspec

from audit.sources.repository import Repository


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
    asked = ["--git-common-dir", *([f"{commit}^{{tree}}"] if commit is not None else [])]
    answers = git.text("rev-parse", *asked).splitlines()
    return Identity(
        common=(repository.root / answers[0]).resolve(),
        remote=git.text("config", "--get", "remote.origin.url", check=False),
        prefix=repository.prefix,
        tree=answers[1] if commit is not None else None,
    )

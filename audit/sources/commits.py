"""Answers what single commits are and did, for claims that name them."""

from __future__ import annotations

import re
from typing import Final

from audit.model.commits import CommitFacts
from audit.model.regex import regex
from audit.sources.git import Git

_ID: Final = regex(r"[0-9a-f]{7,40}")
_DEFINITION: Final = regex(r"^([-+])\s*(?:class|(?:async\s+)?def)\s+(\w+)", re.MULTILINE)
_EMPTY_TREE: Final = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
"""What git calls the tree without files: the first commit is compared with it."""


class GitCommits:
    """Satisfies `audit.model.commits.Commits`. Paths outside ``prefix``, the audited folder, are left out."""

    def __init__(self, git: Git, at: str, prefix: str, *, shallow: bool) -> None:
        self.shallow = shallow
        self._git = git
        self._at = at
        self._prefix = prefix
        self._known: dict[str, CommitFacts | None] = {}

    def named(self, start: str) -> CommitFacts | None:
        """See `Commits.named`. A branch or a tag may be called like the start of an id; that is not meant."""
        if start not in self._known:
            found = self._git.object_id(f"{start}^{{commit}}") if _ID.fullmatch(start) else None
            self._known[start] = self._facts(found) if found is not None and found.startswith(start) else None
        return self._known[start]

    def merging(self, number: int) -> CommitFacts | None:
        """See `Commits.merging`."""
        said = rf"(\(#{number}\)$|^Merge pull request #{number} )"
        log = self._git.text("log", "--format=%H %s", "-E", f"--grep={said}", self._at)
        for line in log.splitlines():
            commit, _, subject = line.partition(" ")
            if re.search(said, subject):
                return self._facts(commit)
        return None

    def has_branch(self, name: str) -> bool:
        """See `Commits.has_branch`."""
        refs = self._git.text("for-each-ref", "--format=%(refname)", "refs/heads", "refs/remotes").splitlines()
        return any(
            ref == f"refs/heads/{name}" or re.fullmatch(rf"refs/remotes/[^/]+/{re.escape(name)}", ref) for ref in refs
        )

    def _facts(self, commit: str) -> CommitFacts:
        told = self._git.run("show", "-s", "--format=%cI%n%P%n%s", commit).decode(errors="replace")
        date, parents, subject = told.removesuffix("\n").split("\n", 2)
        before = (parents.split() or [_EMPTY_TREE])[0]
        options = ("--no-ext-diff", "--no-textconv", "--no-color", "--no-renames")
        listing = self._git.run("diff", *options, "-z", "--name-status", before, commit)
        fields = listing.decode(errors="surrogateescape").split("\0")
        changes = [
            (status, path.removeprefix(self._prefix))
            for status, path in zip(fields[::2], fields[1::2], strict=False)
            if path.startswith(self._prefix)
        ]
        patch = self._git.run("diff", *options, "-U0", before, commit, "--", "*.py").decode(errors="replace")
        signs = {sign: {name for each, name in _DEFINITION.findall(patch) if each == sign} for sign in "-+"}
        return CommitFacts(
            commit=commit,
            date=date,
            subject=subject,
            is_before=self._git.answer("merge-base", "--is-ancestor", commit, self._at) is not None,
            is_merge=" " in parents.strip(),
            removed=tuple(path for status, path in changes if status == "D"),
            added=tuple(path for status, path in changes if status == "A"),
            lost=frozenset(signs["-"] - signs["+"]),
            gained=frozenset(signs["+"] - signs["-"]),
        )

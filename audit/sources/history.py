"""What history says between two commits: which commit removed a path, and what a path was renamed to."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import cached_property
from typing import Final

import msgspec

from audit.model.errors import SourceError
from audit.model.findings import Retirement
from audit.model.regex import regex
from audit.sources.git import Git, Running

_REMOVED_DEFINITION: Final = regex(r"^-\s*(?:class|(?:async\s+)?def)\s+(\w+)", re.MULTILINE)


_EMPTY: Final = frozenset(
    {
        "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391",
        "473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813",
    }
)
"""The ids of what has no content: that two files are empty says nothing of where one of them went."""
_OFTEN: Final = 3
"""Deletions of one path: a second one may follow a revert."""
_PYTHON: Final = ("--", "*.py", "*.pyi")
_FORMAT: Final = "--format=%x01%H%x02%cI%x02%s"
_COMMIT: Final = regex(r"\x01(?=[0-9a-f]{40,64}\x02)")
"""Where the log of a commit begins: a subject may hold any byte that a merge tool has left in it."""


class Change(msgspec.Struct, frozen=True):
    """One commit that touched a path: the blobs before and after, empty when the path was absent."""

    retirement: Retirement
    before: str
    after: str


class History:
    """Answers about the commits that are reachable from ``at`` and not from ``since``; None means about all of them."""

    def __init__(self, git: Git, since: str | None, at: str, prefix: str = "") -> None:
        self._git = git
        self._since = since
        self._range = f"{since}..{at}" if since is not None else at
        self._between = (since or "", at)
        self._prefix = prefix
        self._renames: dict[str, str] | None = None
        self._begun: dict[tuple[str, ...], Running] = {}
        self._changes: dict[str, list[Change]] = {}
        self._definitions: dict[str, Retirement] | None = None

    def begin(self) -> None:
        """Let git look for removed and renamed paths from now on: both will be asked for."""
        of_base = (self._renames_command, self._following_command) if self._since is not None else ()
        for arguments in (self._removals_command, *of_base):
            self._begun[arguments] = self._git.begin(*arguments)

    def _output(self, arguments: tuple[str, ...]) -> str:
        running = self._begun.pop(arguments, None) or self._git.begin(*arguments)
        return running.output.decode(errors="surrogateescape")

    def removed(self, path: str, *, here: bool = False) -> Retirement | None:
        """The newest commit that deleted (or renamed away) ``path``; ``here``: of those that follow the base, because
        what a line of history had deleted before it was merged was never here."""
        found = self._removals.get(path, [])
        return next((each for each in found if not here or self._follows(each)), None)

    def comes_and_goes(self, path: str) -> bool:
        """Whether a path was deleted so often that it is there now and then, such as a note for the next release; at
        the top also where one of that name further down was."""
        return path in self._fleeting or (
            "/" not in path and path in {each.rpartition("/")[2] for each in self._fleeting}
        )

    @cached_property
    def _fleeting(self) -> frozenset[str]:
        return frozenset(path for path, removals in self._removals.items() if len(removals) >= _OFTEN)

    def all_removed(self) -> frozenset[str]:
        """Every path that some commit deleted, whether or not a later one brought it back."""
        return frozenset(self._removals)

    def removed_on_the_way(self, before: Collection[str]) -> frozenset[str]:
        """The paths that are not among those of the base, and that some commit which follows it deleted."""
        return frozenset(path for path in self._removals if path not in before and self.removed(path, here=True))

    def _follows(self, removal: Retirement) -> bool:
        return not self._following or removal.commit in self._following

    @cached_property
    def _following(self) -> frozenset[str]:
        """The commits that follow the base; none where there is no base, or where it is of another line."""
        if self._since is None:
            return frozenset()
        return frozenset(self._output(self._following_command).split())

    @property
    def _following_command(self) -> tuple[str, ...]:
        return ("rev-list", "--ancestry-path", self._range)

    @cached_property
    def _removals(self) -> dict[str, list[Retirement]]:
        removals: dict[str, list[Retirement]] = {}
        for retirement, raw in self._logged(self._removals_command):
            removals.setdefault(raw[1], []).append(retirement)
        return removals

    def removed_definition(self, name: str) -> Retirement | None:
        """The newest commit that took a line out which defines a class or function of this name."""
        if self._definitions is None:
            self._definitions = self._read_definitions()
        return self._definitions.get(name)

    def _read_definitions(self) -> dict[str, Retirement]:
        output = self._git.run(
            "log", "-p", "-U0", "--no-ext-diff", "--no-textconv", "--no-color", "--no-renames",
            _FORMAT, self._range, "--", "*.py",
        ).decode(errors="replace")  # fmt: skip
        found: dict[str, Retirement] = {}
        for block in _COMMIT.split(output)[1:]:
            head, _, patch = block.partition("\n")
            retirement = Retirement(*head.split("\x02", 2))
            for match in _REMOVED_DEFINITION.finditer(patch):
                found.setdefault(match[1], retirement)
        return found

    def changes(self, path: str) -> list[Change]:
        """The commits that touched ``path``, newest first."""
        if path not in self._changes:
            self._changes[path] = self._read_changes(path)
        return self._changes[path]

    def _read_changes(self, path: str) -> list[Change]:
        found: list[Change] = []
        for retirement, raw in self._logged(self._log("--no-renames", "--", f":(top,literal){self._prefix}{path}")):
            parents = len(raw[0]) - len(raw[0].lstrip(":"))
            blobs = raw[0].lstrip(":").split(" ")[parents + 1 : 2 * parents + 2]
            before, after = ("" if set(blob) == {"0"} else blob for blob in (blobs[0], blobs[-1]))
            found.append(Change(retirement, before, after))
        return found

    @property
    def _removals_command(self) -> tuple[str, ...]:
        return self._log("--diff-filter=D", "--no-renames")

    def _log(self, *arguments: str) -> tuple[str, ...]:
        return (
            "log",
            "-c",  # a merge is listed only where it differs from every parent: it did that itself
            "--raw",
            "--no-abbrev",
            "-z",
            "--no-ext-diff",
            _FORMAT,
            self._range,
            *arguments,
        )

    def _logged(self, command: tuple[str, ...]) -> list[tuple[Retirement, tuple[str, str]]]:
        found: list[tuple[Retirement, tuple[str, str]]] = []
        for block in _COMMIT.split(self._output(command))[1:]:
            head, _, rest = block.partition("\0")
            commit, date, subject = head.strip("\n").split("\x02", 2)
            retirement = Retirement(commit, date, subject)
            fields = [field for field in rest.lstrip("\n").split("\0") if field]
            for raw, path in zip(fields[::2], fields[1::2], strict=False):
                if raw.startswith(":") and path.startswith(self._prefix):
                    found.append((retirement, (raw, path[len(self._prefix) :])))
        return found

    def renames(self) -> dict[str, str]:
        """Old path -> new path for files that git judges to be the same between base and tree; none without a base."""
        if self._renames is None:
            self._renames = self._read_renames() if self._since is not None else {}
        return self._renames

    @property
    def _renames_command(self) -> tuple[str, ...]:
        return self._renamed("-M")

    def _renamed(self, similarity: str, *paths: str) -> tuple[str, ...]:
        options = ("--no-ext-diff", "--no-textconv", "-z", "--raw", "--no-abbrev", "--diff-filter=R")
        return ("diff", *options, similarity, *self._between, *paths)

    def _all_renamed(self) -> str:
        try:
            return self._output(self._renames_command)
        except SourceError:
            # a clone may lack large files, which are no Python; those that are equal git tells by their ids alone
            self._git.run("diff", "--no-ext-diff", "--no-textconv", "--numstat", *self._between, *_PYTHON)
            return self._output(self._renamed("-M100%")) + self._output(self._renamed("-M", *_PYTHON))

    def _read_renames(self) -> dict[str, str]:
        fields = self._all_renamed().split("\0")
        renames: dict[str, str] = {}
        for raw, old, new in zip(fields[::3], fields[1::3], fields[2::3], strict=False):
            if _EMPTY.isdisjoint(raw.split()) and old.startswith(self._prefix) and new.startswith(self._prefix):
                renames[old[len(self._prefix) :]] = new[len(self._prefix) :]
        return renames

"""What static predicates may ask of a resolved tree, as a Protocol, so that judging needs no resolver."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

import msgspec

from audit.model.commits import Commits
from audit.model.facts import Definition
from audit.model.findings import CheckResult, Finding, Link, Retirement, Site


class Located(msgspec.Struct, frozen=True):
    """A definition together with the module and file that hold it; ``qualified`` is its full dotted name."""

    qualified: str
    module: str
    path: str
    definition: Definition


class Files(Protocol):
    """The files of one tree, by path."""

    @property
    def commit(self) -> str | None:
        """Full commit id of the tree, or of HEAD for a work tree; None outside git."""

    def paths(self) -> tuple[str, ...]:
        """All file paths, POSIX, relative to the root, sorted."""

    def read_bytes(self, path: str) -> bytes | None:
        """The content of a file; None when it is missing or cannot be read."""


class LineChange(msgspec.Struct, frozen=True):
    """How many lines of a file came and went between two trees, as git counts them; both 0 for a binary file."""

    added: int
    removed: int


class Codebase(Files, Protocol):
    """A tree at one commit (or the work tree), resolved; answers are exact or None, never guesses."""

    @property
    def dirty(self) -> bool:
        """Whether the work tree differs from its commit."""

    @property
    def commits(self) -> Commits | None:
        """What single commits are and did; None outside git, or without any commit."""

    @property
    def check(self) -> CheckResult:
        """The result of `audit check` on this tree (findings, roots, contracts, coverage)."""

    def read_text(self, path: str) -> str | None:
        """The decoded text of a file; None when it is missing, binary or undecodable."""

    def modules(self, package: str = "") -> tuple[str, ...]:
        """All module names, or those at and below ``package``, sorted."""

    def module_path(self, dotted: str) -> str | None:
        """The file (or folder of a namespace package) of a first-party module, or None."""

    def locate(self, dotted: str) -> Located | None:
        """The definition a dotted name leads to, through re-exports: ``pkg.mod.Class.method``."""

    def locate_by_suffix(self, dotted: str) -> tuple[Located, ...]:
        """Every definition whose qualified name ends with ``dotted`` (``Class.method``, ``function``)."""

    def defined_before(self, name: str) -> bool:
        """Whether the base defines a class, function or method of this bare name; False without a base."""

    def references_to(self, dotted: str) -> tuple[Finding, ...]:
        """Every place that still names ``dotted`` (a module or symbol that exists or existed)."""

    def why(self, source: str, target: str) -> tuple[Link, ...]:
        """The shortest eager import chain from module ``source`` to module or missing name ``target``."""

    def retired(self, dotted_or_path: str) -> Retirement | None:
        """The commit that removed a module, symbol or path, where history tells."""

    def files_at(self, revision: str) -> Files:
        """The files of another commit; an empty revision means the base.

        Raises:
            UsageError: no such commit, or no base was given.
            SourceError: the clone is shallow.
        """

    def line_changes(self, revision: str) -> Mapping[str, LineChange]:
        """What changed in each file since another commit; an empty revision means the base.

        Raises:
            UsageError: no such commit, or no base was given.
            SourceError: the clone is shallow.
        """

    def was_deleted(self, path: str) -> bool:
        """Whether some commit deleted a path: since the base, or ever where there is none."""

    def removed_definition(self, name: str) -> Retirement | None:
        """The newest commit since the base that took a class or function of this bare name out of a file."""

    def worthless_tests(self, paths: Iterable[str]) -> tuple[Finding, ...]:
        """The tests of these files that assert nothing, or exercise only code of their own file."""

    def weakened_tests(self, paths: Iterable[str], revision: str) -> tuple[Finding, ...]:
        """What makes these test files prove less than at another commit (RUN003); an empty revision means the base.

        Raises:
            UsageError: no such commit, or no base was given.
            SourceError: the clone is shallow.
        """

    def tests_in(self, path: str) -> int:
        """How many test functions a file defines, counted statically."""


__all__ = ["Codebase", "Files", "LineChange", "Located", "Site"]

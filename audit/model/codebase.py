"""What static predicates may ask of a resolved tree, as a Protocol, so that judging needs no resolver."""

from __future__ import annotations

from typing import Protocol

import msgspec

from audit.model.facts import Definition
from audit.model.findings import CheckResult, Finding, Link, Retirement, Site


class Located(msgspec.Struct, frozen=True):
    """A definition together with the module and file that hold it; ``qualified`` is its full dotted name."""

    qualified: str
    module: str
    path: str
    definition: Definition


class Codebase(Protocol):
    """A tree at one commit (or the work tree), resolved; answers are exact or None, never guesses."""

    @property
    def commit(self) -> str | None:
        """Full commit id of the tree, or of HEAD for a work tree; None outside git."""

    @property
    def dirty(self) -> bool:
        """Whether the work tree differs from its commit."""

    @property
    def check(self) -> CheckResult:
        """The result of `audit check` on this tree (findings, roots, contracts, coverage)."""

    def paths(self) -> tuple[str, ...]:
        """All file paths, POSIX, relative to the root, sorted."""

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

    def tests_in(self, path: str) -> int:
        """How many test functions a file defines, counted statically."""


__all__ = ["Codebase", "Located", "Site"]

"""What a check says: findings with their sites, the roots behind them, contracts, and what was covered."""

from __future__ import annotations

import hashlib
from typing import Final, Literal

import msgspec

from audit.model.codes import Severity
from audit.model.regex import regex

Outcome = Literal["kept", "broken", "invalid"]


_UNPRINTABLE: Final = regex("[\\x00-\\x1f\\x7f-\\x9f\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069\\ud800-\\udfff]")
"""What a file name may hold and a line of text may not: ends of lines, changes of direction, stray bytes."""


def printable(name: str) -> str:
    """A name from the tree as a line of text can hold it: what no line may hold is escaped."""
    return _UNPRINTABLE.sub(lambda found: found[0].encode("unicode_escape").decode(), name)


class Site(msgspec.Struct, frozen=True, order=True):
    """A place in a file. Lines and columns count from 1, ends are exclusive; None in a binary file."""

    path: str
    line: int | None = None
    column: int | None = None
    end_line: int | None = None
    end_column: int | None = None

    def __str__(self) -> str:
        return printable(self.path) if self.line is None else f"{printable(self.path)}:{self.line}"


class Retirement(msgspec.Struct, frozen=True):
    """The commit that removed a name; ``date`` is ISO 8601."""

    commit: str
    date: str
    subject: str


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One reference that names something gone, or one broken rule.

    ``referrer`` is the referring module, or the path of a file that is no module. ``new`` is None when
    no base was given. Identity is (code, referrer, target), never a line: see `fingerprint`.
    """

    code: str
    severity: Severity
    site: Site
    kind: str
    target: str
    referrer: str
    message: str
    new: bool | None = None
    retired_in: Retirement | None = None
    replacement: str | None = None
    fixable: bool = False
    baselined: bool = False
    breaks_import: bool = False
    """Whether importing the referrer fails because of it."""

    @property
    def fingerprint(self) -> str:
        """Identity that survives moved lines: a digest of code, referrer and target."""
        identity = "\0".join((self.code, self.referrer, self.target))
        return hashlib.sha256(identity.encode(errors="surrogateescape")).hexdigest()[:16]

    @property
    def order(self) -> tuple[str, int, int, str, str]:
        """Sort key: reading order, then code and target."""
        return (self.site.path, self.site.line or 0, self.site.column or 0, self.code, self.target)


class Link(msgspec.Struct, frozen=True):
    """One step of an import chain: ``importer`` imports ``imported`` at ``site``."""

    importer: str
    imported: str
    site: Site


class Root(msgspec.Struct, frozen=True, kw_only=True):
    """A root cause: one missing target, the sites that name it at import time, and what they kill.

    ``kills_modules`` counts modules that cannot be imported because of it, ``revives`` those that come
    back when this root alone is mended. ``chain`` leads from what a user starts to the missing target;
    ``spread`` holds for each killed module the one import by which it dies, the nearest to the target first.
    """

    target: str
    sites: tuple[Site, ...]
    killed: tuple[str, ...]
    kills_tests: int
    kills_entry_points: tuple[str, ...]
    chain: tuple[str, ...]
    links: tuple[Link, ...]
    revives: int
    spread: tuple[Link, ...] = ()
    retired_in: Retirement | None = None
    replacement: str | None = None


class Mend(msgspec.Struct, frozen=True):
    """One step of mending: roots to mend together, their places, and how many modules that brings back once
    the steps before it are done."""

    targets: tuple[str, ...]
    sites: tuple[Site, ...]
    revives: int


class ContractResult(msgspec.Struct, frozen=True, kw_only=True):
    """The outcome of one import contract. ``chains`` holds each forbidden import chain with its lines."""

    name: str
    type: str
    outcome: Outcome
    message: str = ""
    chains: tuple[tuple[Link, ...], ...] = ()
    modules_examined: int = 0


class Skipped(msgspec.Struct, frozen=True, order=True):
    """A file that was not analysed, why, and whether that leaves the check incomplete."""

    path: str
    reason: str
    incomplete: bool = False


class Coverage(msgspec.Struct, frozen=True):
    """How much was looked at: files by kind, distinct modules, and what was left out."""

    python_files: int
    modules: int
    other_files: int
    skipped: tuple[Skipped, ...] = ()
    modules_found: int = 0


class CheckResult(msgspec.Struct, frozen=True, kw_only=True):
    """All that one `audit check` run found. ``since`` is None when no base was given; ``mends`` are the steps that
    revive every module, in order; ``suppressed`` counts the findings that comments on their lines accept."""

    commit: str | None
    dirty: bool
    since: str | None
    coverage: Coverage
    findings: tuple[Finding, ...]
    roots: tuple[Root, ...]
    contracts: tuple[ContractResult, ...]
    mends: tuple[Mend, ...] = ()
    suppressed: int = 0

"""What a plan of fixes consists of: files before and after, findings that it mends, findings that it leaves."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Literal

import msgspec

from audit.model.findings import Finding

Relocate = Callable[[Finding, str], str]
"""Where a name of a module that is gone is to be taken from now: (the finding on the module, name) -> dotted."""

Mode = Literal["rename", "keep"]
"""Whether a file's own names follow a rename, or are kept with ``as`` because others use them."""


FixKey = tuple[str, str, bytes]
"""What can be refused by itself: (path, target, the line it stands in), the same until that line is edited."""


def fix_keys(content: bytes, findings: Iterable[Finding]) -> list[FixKey]:
    """The key of each finding in one file's content."""
    lines = content.splitlines()
    numbers = ((finding, finding.site.line or 0) for finding in findings)
    return [
        (finding.site.path, finding.target, lines[number - 1].strip() if 0 < number <= len(lines) else b"")
        for finding, number in numbers
    ]


class Left(msgspec.Struct, frozen=True):
    """A finding that is not mended, and why."""

    finding: Finding
    reason: str


class FileChange(msgspec.Struct, frozen=True):
    """One file before and after, and the findings that the difference mends."""

    path: str
    before: bytes
    after: bytes
    fixed: tuple[Finding, ...]


class Plan(msgspec.Struct, frozen=True):
    """All changes, each to another file, and every finding that is left."""

    changes: tuple[FileChange, ...] = ()
    left: tuple[Left, ...] = ()


def appended(finding: Finding, name: str) -> str:
    """The plainest `Relocate`: the whole module moved."""
    return f"{finding.replacement}.{name}"

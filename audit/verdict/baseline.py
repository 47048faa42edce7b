"""Findings that a repository has accepted for now: identity without lines, one entry a line, never growing
unseen."""

from __future__ import annotations

import json
from collections.abc import Iterable

import msgspec

from audit.model.errors import ConfigError
from audit.model.findings import CheckResult, Finding


class Accepted(msgspec.Struct, frozen=True, order=True):
    """One accepted finding, by what identifies it."""

    code: str
    referrer: str
    target: str


def read_baseline(path: str, text: str) -> frozenset[Accepted]:
    """The accepted findings of a baseline file.

    Raises:
        ConfigError: each line that is no entry, with its number.
    """
    found: set[Accepted] = set()
    mistakes: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        entry = line.strip().rstrip(",")
        if entry in ("", "[", "]"):
            continue
        try:
            found.add(msgspec.json.decode(entry, type=Accepted))
        except msgspec.DecodeError as error:
            mistakes.append(f"{path}:{number}: not a baseline entry ({error}); write it with: audit baseline write")
    if mistakes:
        raise ConfigError(mistakes)
    return frozenset(found)


def write_baseline(entries: Iterable[Accepted]) -> str:
    """The text of a baseline file: a JSON array, sorted, one entry a line, so that merges rarely conflict."""
    lines = [json.dumps(msgspec.to_builtins(entry), ensure_ascii=False) for entry in sorted(set(entries))]
    return "[\n" + ",\n".join(f"  {line}" for line in lines) + ("\n]\n" if lines else "]\n")


def accepted(finding: Finding) -> Accepted:
    """What identifies a finding in a baseline."""
    return Accepted(finding.code, finding.referrer, finding.target)


def apply_baseline(result: CheckResult, entries: frozenset[Accepted]) -> CheckResult:
    """The same result with accepted findings marked as baselined."""
    marked = tuple(
        msgspec.structs.replace(finding, baselined=True) if accepted(finding) in entries else finding
        for finding in result.findings
    )
    return msgspec.structs.replace(result, findings=marked)


def stale(result: CheckResult, entries: frozenset[Accepted]) -> tuple[Accepted, ...]:
    """Entries that no finding matches any more: mended, and to be taken off."""
    standing = {accepted(finding) for finding in result.findings}
    return tuple(sorted(entries - standing))

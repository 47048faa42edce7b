"""Mentions outside Python code -> findings: only those that name what is gone, and words that say what to do."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Protocol

from audit.model.facts import Span
from audit.model.findings import Finding, Site
from audit.model.mentions import DRAWN, RELATIVE, CellSite, Gone, Mention

_Place = tuple[str, Span | str, str]

_QUOTED: Final = {"REF007": "command", "REF008": "example"}


class Judge(Protocol):
    """What is asked about a mention."""

    def gone(self, path: str, mention: Mention) -> Gone | None:
        """What it names that does not exist; None when it exists or is not ours to judge."""

    def stood_before(self, path: str, mention: Mention, gone: Gone) -> bool | None:
        """Whether the same finding stood at the base; None without a base."""

    def referrer(self, path: str) -> str:
        """The module name of a file, or its path when it is no module."""


def mention_findings(mentions: Iterable[tuple[str, Mention]], judge: Judge) -> tuple[Finding, ...]:
    """One finding for each ``(path, mention)`` that names something gone, in reading order.

    An attribute of a name whose import in the same file is a finding already is not told again.
    """
    found: dict[_Place, Finding] = {}
    imported: set[tuple[str, str]] = set()
    attributes: list[tuple[_Place, Finding]] = []
    for path, mention in mentions:
        gone = judge.gone(path, mention)
        if gone is None:
            continue
        key = (path, mention.span if mention.span is not None else mention.text, gone.target)
        finding = _finding(path, mention, gone, judge)
        if mention.kind == "attribute":
            attributes.append((key, finding))
            continue
        if mention.kind == "import":
            imported.add((path, gone.target))
        found.setdefault(key, finding)
    for key, finding in attributes:
        if (key[0], key[2]) not in imported:
            found.setdefault(key, finding)
    return tuple(sorted(found.values(), key=lambda finding: finding.order))


def _finding(path: str, mention: Mention, gone: Gone, judge: Judge) -> Finding:
    before = judge.stood_before(path, mention, gone)
    return Finding(
        code=mention.code,
        severity=mention.severity,
        site=_site(path, mention),
        kind=_kind(mention),
        target=gone.target,
        referrer=judge.referrer(path),
        message=_message(mention, gone),
        new=None if before is None else not before,
        retired_in=gone.retirement,
        replacement=gone.replacement,
    )


def _kind(mention: Mention) -> str:
    """What a finding is of: code that a document shows, or a command holds, is no import of the tree."""
    if mention.kind == RELATIVE:
        return "name"
    if mention.kind == DRAWN:
        return "path"
    if mention.kind in ("import", "attribute"):
        return _QUOTED.get(mention.code, mention.kind)
    return mention.kind


def _site(path: str, mention: Mention) -> Site:
    if mention.span is None:
        return Site(path)
    if mention.cell is not None and mention.cell_line is not None:
        return CellSite(path, *mention.span, cell=mention.cell, cell_line=mention.cell_line)
    return Site(path, *mention.span)


def _message(mention: Mention, gone: Gone) -> str:
    what = f"{gone.module} does not define {gone.symbol}" if gone.symbol else f"{gone.target} does not exist"
    if gone.still_there:
        what = f"{gone.target} is retired" + (f" ({gone.reason})" if gone.reason else "")
    text = f"{mention.role} names it, but {what}"
    if gone.retirement is not None:
        text += f" (removed in {gone.retirement.commit[:10]} on {gone.retirement.date[:10]}: {gone.retirement.subject})"
    elif gone.reason is not None and not gone.still_there:
        text += f" (retired: {gone.reason})"
    elif gone.retired and not gone.still_there:
        text += " (it is gone since the base)"
    if gone.replacement:
        text += f"; use {gone.replacement}"
    return text

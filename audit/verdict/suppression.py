"""Findings that their own line accepts, with a reason; and suppressions that accept nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from audit.model.codes import CODES
from audit.model.facts import Suppression
from audit.model.findings import Finding, Site


def apply_suppressions(
    findings: Iterable[Finding], suppressions: Mapping[str, tuple[Suppression, ...]]
) -> tuple[list[Finding], int]:
    """The findings that stand, and how many were suppressed.

    ``suppressions`` maps a path to those of its file. One without codes or without a reason suppresses
    nothing. Each that suppresses nothing is a finding of its own (SUP001).
    """
    standing: list[Finding] = []
    used: set[tuple[str, Suppression]] = set()
    suppressed = 0
    for finding in findings:
        matching = [
            each
            for each in suppressions.get(finding.site.path, ())
            if each.line == finding.site.line and each.reason and finding.code in each.codes
        ]
        used.update((finding.site.path, each) for each in matching)
        suppressed += bool(matching)
        if not matching:
            standing.append(finding)
    for path, every in sorted(suppressions.items()):
        standing += [_useless(path, each) for each in every if (path, each) not in used]
    return standing, suppressed


def _useless(path: str, suppression: Suppression) -> Finding:
    codes = ", ".join(suppression.codes)
    if not suppression.codes:
        why = "it names no code; write audit: ignore[CODE] reason"
    elif not suppression.reason:
        why = f"it gives no reason; write audit: ignore[{codes}] reason"
    else:
        why = f"there is no {codes} on its line; take it off"
    return Finding(
        code="SUP001",
        severity=CODES["SUP001"].severity,
        site=Site(path, suppression.at),
        kind="suppression",
        target=codes or "no code",
        referrer=path,
        message=f"this suppression has no effect: {why}",
    )

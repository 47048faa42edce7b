"""Judges how long a file is, and how many files, modules or findings there are."""

from __future__ import annotations

import re
from typing import Final

from audit.model.codebase import Codebase
from audit.model.evidence import Evidence
from audit.model.predicates import Count, Size
from audit.model.verdicts import Judgement
from audit.verdict.judgements import (
    counted,
    fingerprints,
    found,
    refuted,
    retirement,
    unverified,
    verified,
)

_GLOB: Final = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}


def judge_size(predicate: Size, codebase: Codebase) -> Judgement:
    """A text file has so many lines; a last line without a newline counts."""
    if predicate.path not in codebase.paths():
        gone = codebase.retired(predicate.path)
        evidence = () if gone is None else (retirement(gone, predicate.path),)
        return refuted(f"{predicate.path} is not in the tree", evidence=evidence)
    text = codebase.read_text(predicate.path)
    if text is None:
        return unverified(f"{predicate.path} is not text, so it has no lines")
    lines = len(text.splitlines())
    evidence = (Evidence(summary=f"{predicate.path} has {counted(lines, 'line')}", path=predicate.path),)
    reason = f"{predicate.path} has {counted(lines, 'line')}"
    if predicate.lines.admits(lines):
        return verified(reason, coverage="1 file read", evidence=evidence)
    return refuted(f"{reason}, not {predicate.lines}", coverage="1 file read", evidence=evidence)


def judge_count(predicate: Count, codebase: Codebase) -> Judgement:
    """So many files match a glob, modules lie in a package, or findings have one of the codes."""
    findings = [each for each in codebase.check.findings if each.code in predicate.findings]
    if predicate.files:
        examined, number, noun = len(codebase.paths()), _matching(predicate.files, codebase), "file"
    elif predicate.modules:
        examined, number, noun = len(codebase.modules()), len(codebase.modules(predicate.modules)), "module"
    else:
        examined, number, noun = codebase.check.coverage.modules, len(findings), "finding"
    coverage = f"{examined} {'files' if noun == 'file' else 'modules'} examined"
    if not examined:
        return unverified("nothing was examined", coverage=coverage)
    judge = verified if predicate.expected.admits(number) else refuted
    return judge(
        f"{counted(number, noun)}, {'as' if judge is verified else 'not'} expected ({predicate.expected})",
        coverage=coverage,
        evidence=tuple(found(each) for each in findings),
        findings=fingerprints(findings),
    )


def _matching(pattern: str, codebase: Codebase) -> int:
    """Files whose path matches a glob in which ``*`` stops at a slash and ``**`` does not."""
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", pattern)
    matcher = re.compile("".join(_GLOB.get(part, re.escape(part)) for part in parts))
    return sum(matcher.fullmatch(path) is not None for path in codebase.paths())

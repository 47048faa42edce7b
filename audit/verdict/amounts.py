"""Judges how long a file is, and how many there are of what can be counted in a tree."""

from __future__ import annotations

import re
from typing import Final

from audit.model.codebase import Codebase
from audit.model.evidence import Evidence
from audit.model.findings import Finding
from audit.model.predicates import Count, Size
from audit.model.verdicts import Judgement
from audit.verdict.absence import absence, roots_of_path
from audit.verdict.globs import matching
from audit.verdict.judgements import (
    counted,
    fingerprints,
    found,
    located,
    refuted,
    unverified,
    verified,
)
from audit.verdict.plain_tests import plain_tests

_QUOTED: Final = 80
"""Most characters of a match that evidence quotes."""


def judge_size(predicate: Size, codebase: Codebase) -> Judgement:
    """A text file has so many lines; a last line without a newline counts. A glob means every file that matches."""
    if "*" in predicate.path:
        return _judge_every_file(predicate, codebase)
    if predicate.path not in codebase.paths():
        evidence = absence(predicate.path, codebase)
        roots = roots_of_path(predicate.path, codebase)
        return refuted(f"{predicate.path} is not in the tree", evidence=evidence, roots=roots)
    text = codebase.read_text(predicate.path)
    if text is None:
        return unverified(f"{predicate.path} is not text, so it has no lines")
    if predicate.symbol:
        return _judge_function(predicate, codebase)
    lines = len(text.splitlines())
    reason = f"{predicate.path} has {counted(lines, 'line')}"
    return _judge_lines(predicate, lines, reason, Evidence(summary=reason, path=predicate.path), "1 file read")


def _judge_every_file(predicate: Size, codebase: Codebase) -> Judgement:
    texts = {path: codebase.read_text(path) for path in matching(predicate.path, codebase.paths())}
    lengths = {path: len(text.splitlines()) for path, text in texts.items() if text is not None}
    if not lengths:
        return unverified(f"no text file matches {predicate.path}, so nothing was examined")
    others = sorted((path for path in lengths if not predicate.admits(lengths[path])), key=lengths.__getitem__)
    coverage = f"{counted(len(lengths), 'file')} read"
    longest = max(lengths, key=lengths.__getitem__)
    if not others:
        reason = f"{counted(len(lengths), 'file')} with {predicate.lines} lines each"
        evidence = Evidence(summary=f"the longest, {longest}, has {counted(lengths[longest], 'line')}", path=longest)
        return verified(reason, coverage=coverage, evidence=(evidence,))
    worst = f"{others[-1]} has {counted(lengths[others[-1]], 'line')}, not {predicate.lines}"
    return refuted(
        f"{worst} ({len(others)} of {counted(len(lengths), 'file')})",
        coverage=coverage,
        evidence=[
            Evidence(summary=f"{path} has {counted(lengths[path], 'line')}", path=path) for path in reversed(others)
        ],
    )


def _judge_lines(predicate: Size, lines: int, reason: str, evidence: Evidence, coverage: str) -> Judgement:
    """A number of lines; one that is right only as a round number is said to be that."""
    if not predicate.admits(lines):
        return refuted(f"{reason}, not {predicate.lines}", coverage=coverage, evidence=(evidence,))
    rounded = "" if predicate.lines.admits(lines) else f", {predicate.lines} to the nearest {predicate.nearest}"
    return verified(f"{reason}{rounded}", coverage=coverage, evidence=(evidence,))


def _judge_function(predicate: Size, codebase: Codebase) -> Judgement:
    alike = [each for each in codebase.locate_by_suffix(predicate.symbol) if each.path == predicate.path]
    if not alike:
        return refuted(f"{predicate.path} defines no {predicate.symbol}", coverage="1 file read")
    lines = alike[0].definition.lines
    reason = f"{predicate.symbol} in {predicate.path} has {counted(lines, 'line')}"
    return _judge_lines(predicate, lines, reason, located(alike[0], reason), "1 definition read")


def judge_count(predicate: Count, codebase: Codebase) -> Judgement:
    """There are so many files, modules, findings, test functions or matches; nothing looked at is never a pass."""
    if predicate.occurrences:
        return _judge_occurrences(predicate, codebase)
    findings: list[Finding] = []
    paths = codebase.paths()
    if predicate.files:
        examined, number, noun = len(paths), len(matching(predicate.files, paths)), "file"
    elif predicate.modules:
        examined, number, noun = len(codebase.modules()), len(codebase.modules(predicate.modules)), "module"
    elif "::" in predicate.tests:
        path, _, name = predicate.tests.partition("::")
        number, examined, noun = plain_tests(codebase.read_text(path) or "", name) or 0, 1, "test function"
    elif predicate.tests:
        files = [path for path in matching(predicate.tests, paths, folders=True) if path.endswith(".py")]
        examined, number, noun = len(files), sum(map(codebase.tests_in, files)), "test function"
    else:
        if predicate.new and codebase.check.since is None:
            return unverified("which findings are new cannot be told without a base; name one with --since REV")
        if predicate.within and not matching(predicate.within, paths, folders=True):
            return unverified(f"no file fits {predicate.within}, so nothing was examined")
        findings = _findings(predicate, codebase)
        examined, number, noun = codebase.check.coverage.modules, len(findings), "finding"
    coverage = f"{counted(examined, 'module' if noun in ('module', 'finding') else 'file')} examined"
    if not examined:
        return unverified("nothing was examined", coverage=coverage)
    judge = verified if predicate.expected.admits(number) else refuted
    return judge(
        f"{counted(number, noun)}, {'as' if judge is verified else 'not'} expected ({predicate.expected})",
        coverage=coverage,
        evidence=tuple(found(each) for each in findings),
        findings=fingerprints(findings),
    )


def _findings(predicate: Count, codebase: Codebase) -> list[Finding]:
    within = set(matching(predicate.within, codebase.paths(), folders=True)) if predicate.within else None
    return [
        each
        for each in codebase.check.findings
        if each.code in predicate.findings
        and (within is None or each.site.path in within)
        and (predicate.new is None or each.new is predicate.new)
    ]


def _judge_occurrences(predicate: Count, codebase: Codebase) -> Judgement:
    """Matches of a regular expression in the files that fit ``within``; by default in Python files, because the
    claim itself stands in another one."""
    chosen = matching(predicate.within or "**/*.py", codebase.paths(), folders=True)
    texts = [(path, text) for path in chosen if (text := codebase.read_text(path)) is not None]
    coverage = f"{counted(len(texts), 'text file')} searched"
    if not texts:
        return unverified(f"no text file fits {predicate.within or 'the tree'}", coverage=coverage)
    pattern = re.compile(predicate.occurrences, re.MULTILINE)
    places = [
        Evidence(summary=match[0].strip()[:_QUOTED], path=path, line=text.count("\n", 0, match.start()) + 1)
        for path, text in texts
        for match in pattern.finditer(text)
    ]
    judge = verified if predicate.expected.admits(len(places)) else refuted
    times = f"/{predicate.occurrences}/ matches {counted(len(places), 'time')}"
    expected = f"{'as' if judge is verified else 'not'} expected ({predicate.expected})"
    return judge(f"{times}, {expected}", coverage=coverage, evidence=places)

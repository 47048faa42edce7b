"""Judges whether tests that pass now fail at the base, and for the stated reason."""

from __future__ import annotations

import re
from collections.abc import Sequence

from audit.model.codebase import Codebase
from audit.model.comparisons import RedGreen
from audit.model.errors import AuditError
from audit.model.evidence import Evidence, FailedTest, RedGreenRun, TestRun
from audit.model.predicates import Pytest
from audit.model.verdicts import Judgement
from audit.verdict.blame import version_excuse
from audit.verdict.judgements import (
    counted,
    ending,
    failed_to_judge,
    first_party,
    found,
    judged,
    listed,
    partly,
    ran,
    refuted,
    unverified,
    verified,
    without_base,
)
from audit.verdict.tests import judge_tests, weaker_than_before


def judge_red_green(predicate: RedGreen, codebase: Codebase, observed: RedGreenRun | None, why_not: str) -> Judgement:
    """Green now first, by the same rules as any tests; then red at the base, test by test."""
    try:
        codebase.files_at(predicate.base)
    except AuditError as error:
        return without_base(predicate.base, error)
    after = observed.after if observed is not None else None
    now = judge_tests(Pytest(nodes=predicate.tests), codebase, after, why_not)
    if observed is None or now.verdict != "verified":
        prefix = "now: " if observed is not None else ""
        return judged(now.verdict, prefix + now.reason, coverage=now.coverage, evidence=now.evidence, roots=now.roots)
    before = observed.before
    base = predicate.base or "the base"
    evidence = (
        ran(before.run, f"at {base}, with {counted(len(observed.laid_over), 'file')} of the tests laid over it"),
        *now.evidence,
        *(Evidence(summary=f"{path}, as it is now, was laid over the base", path=path) for path in observed.laid_over),
    )
    skipped = sorted(node for node, outcome in observed.after.outcomes.items() if outcome in ("skipped", "xfailed"))
    if skipped:
        return refuted(
            f"now: {listed(skipped, 3)} did not pass but {_outcome(observed.after, skipped[0])}", evidence=evidence
        )
    if before.run.problem or before.run.timed_out or not before.finished:
        return failed_to_judge(f"at {base} pytest {ending(before.run)} before it was done", evidence=evidence)
    return _judge_red(predicate, codebase, observed, base, evidence, now.coverage)


def _judge_red(
    predicate: RedGreen,
    codebase: Codebase,
    observed: RedGreenRun,
    base: str,
    evidence: tuple[Evidence, ...],
    coverage: str,
) -> Judgement:
    before = observed.before
    green = sorted(node for node, outcome in observed.after.outcomes.items() if outcome == "passed")
    failures = {failure.node: failure for failure in before.failures}
    blamed = {node: failures.get(node) or failures.get(node.partition("::")[0]) for node in green}
    said = [_failure(node, failure) for node, failure in blamed.items() if failure is not None]
    evidence = (*said, *evidence)
    standing = [node for node in green if before.outcomes.get(node) in ("passed", "xpassed") and blamed[node] is None]
    if standing:
        reason = f"{counted(len(standing), 'test')} of {len(green)} passed at {base} already: {listed(standing, 3)}"
        return refuted(reason, coverage=coverage, evidence=evidence)
    unseen = [node for node, failure in blamed.items() if failure is None]
    if unseen:
        outcome = _outcome(before, unseen[0])
        return unverified(
            f"at {base} {listed(unseen, 3)} {outcome}, so nothing failed", coverage=coverage, evidence=evidence
        )
    excuses = _excuses([failure for failure in blamed.values() if failure is not None], codebase)
    if excuses and not predicate.because:
        return unverified(f"at {base} the tests fail for want of something: {listed(excuses, 3)}", evidence=evidence)
    other = [
        (node, failure)
        for node, failure in blamed.items()
        if failure is not None and not _is_reason(predicate.because, failure)
    ]
    if other:
        node, failure = other[0]
        judge = refuted if predicate.because or failure.outcome == "failed" else unverified
        return judge(_wrong_reason(predicate.because, node, failure, base), coverage=coverage, evidence=evidence)
    why = f", each with {predicate.because!r}" if predicate.because else ""
    weaker = weaker_than_before(predicate.tests, predicate.base, codebase)
    reason = f"{counted(len(green), 'test')} failed at {base}{why}, and {'passes' if len(green) == 1 else 'pass'} now"
    if weaker:
        reason += f"; but the tests prove less than at {base} in {counted(len(weaker), 'place')} (RUN003)"
    return (partly if weaker else verified)(reason, coverage=coverage, evidence=(*map(found, weaker), *evidence))


def _is_reason(because: str, failure: FailedTest) -> bool:
    """Whether a failure is the stated one; where none is stated, any failure of the test itself."""
    if not because:
        return failure.outcome == "failed"
    if because in failure.message:
        return True
    try:
        return re.search(because, failure.message) is not None
    except re.error:
        return False


def _wrong_reason(because: str, node: str, failure: FailedTest, base: str) -> str:
    said = _said(failure)
    if not because:
        return f"at {base} {node} was not run, because it could not be collected or set up ({said}); say 'because'"
    return f"at {base} {node} failed for another reason: {said}"


def _said(failure: FailedTest) -> str:
    lines = [line.strip() for line in failure.message.splitlines() if line.strip()]
    return (
        (lines[-1] if failure.outcome == "error" else lines[0]).removeprefix("E   ").strip() if lines else "no message"
    )


def _failure(node: str, failure: FailedTest) -> Evidence:
    return Evidence(summary=f"at the base {node}: {_said(failure)}", path=node.partition("::")[0])


def _outcome(run: TestRun, node: str) -> str:
    outcome = run.outcomes.get(node)
    words = {"skipped": "was skipped", "xfailed": "was expected to fail"}
    return words.get(outcome, outcome) if outcome is not None else "was not collected"


def _excuses(failures: Sequence[FailedTest], codebase: Codebase) -> list[str]:
    """Packages of others that were missing, or of another version: a module of the tree may well be what the base
    did not have yet."""
    missing = dict.fromkeys(failure.missing for failure in failures if failure.missing)
    absent = [f"{name} is not installed" for name in missing if not first_party(codebase, name)]
    other = (version_excuse(failure.message, codebase) for failure in failures if not failure.missing)
    return [*absent, *dict.fromkeys(filter(None, other))]

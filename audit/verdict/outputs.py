"""Judges whether a command prints at the base what it prints now."""

from __future__ import annotations

import difflib

from audit.model.codebase import Codebase
from audit.model.comparisons import SameOutput
from audit.model.errors import AuditError
from audit.model.evidence import Evidence, TwoRuns
from audit.model.verdicts import Judgement
from audit.verdict.blame import output_excuse
from audit.verdict.judgements import ending, ran, refuted, unverified, verified, without_base

_SHOWN_CHANGES = 6


def judge_same_output(predicate: SameOutput, codebase: Codebase, observed: TwoRuns | None, why_not: str) -> Judgement:
    """The command ends alike and prints the same; one that fails at both, or prints nothing, shows nothing."""
    try:
        codebase.files_at(predicate.base)
    except AuditError as error:
        return without_base(predicate.base, error)
    if observed is None:
        return unverified(why_not or "the command was not run", coverage="not run")
    before, after = observed.before, observed.after
    evidence = (ran(before, f"at the base it {ending(before)}"), ran(after, f"now it {ending(after)}"))
    for run in (after, before):
        if run.problem or run.timed_out:
            return unverified(f"could not be compared: it {ending(run)}", evidence=evidence)
    if before.exit != 0 and after.exit != 0:
        return unverified("could not be compared: the command fails at the base and now", evidence=evidence)
    if before.exit != after.exit:
        failed = after if after.exit != 0 else before
        excuse = output_excuse(failed.stderr + failed.stdout, codebase)
        if excuse:
            return unverified(f"could not be checked here: {excuse}", evidence=evidence)
        return refuted(f"at the base it {ending(before)}, now it {ending(after)}", evidence=evidence)
    old, new = before.stdout.splitlines(), after.stdout.splitlines()
    coverage = f"{len(new)} lines of output compared"
    if old == new:
        if not new:
            return unverified("it prints nothing, neither at the base nor now", coverage=coverage, evidence=evidence)
        return verified("it prints the same", coverage=coverage, evidence=evidence)
    changes = [line for line in difflib.unified_diff(old, new, lineterm="", n=0) if line[:1] in "+-"][2:]
    shown = tuple(Evidence(summary=line) for line in changes[:_SHOWN_CHANGES])
    return refuted(
        f"it prints other lines now ({len(changes)} differ)", coverage=coverage, evidence=(*shown, *evidence)
    )

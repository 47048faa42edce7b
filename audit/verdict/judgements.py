"""Small makers of judgements and evidence that the judges of all predicates share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Final

from audit.model.codebase import Codebase, Located
from audit.model.errors import AuditError
from audit.model.evidence import Evidence, Run
from audit.model.findings import Finding, Retirement
from audit.model.verdicts import Judgement, Verdict

SHOWN: Final = 25
"""Most pieces of evidence that one judgement carries; its reason says how many there are in all."""

_EXCERPT_LINES: Final = 12
_EXCERPT_LENGTH: Final = 1500


def judged(
    verdict: Verdict,
    reason: str,
    *,
    coverage: str = "",
    evidence: Iterable[Evidence] = (),
    findings: tuple[str, ...] = (),
    roots: tuple[str, ...] = (),
) -> Judgement:
    """A judgement with no more evidence than can be shown."""
    return Judgement(
        verdict=verdict,
        reason=reason,
        coverage=coverage,
        evidence=tuple(evidence)[:SHOWN],
        findings=findings,
        roots=roots,
    )


verified = partial(judged, "verified")
partly = partial(judged, "partly")
refuted = partial(judged, "refuted")
unverified = partial(judged, "unverified")
failed_to_judge = partial(judged, "error")


def without_base(revision: str, error: AuditError) -> Judgement:
    """What follows where there is no commit to compare with: one that the claim names should be there."""
    return failed_to_judge(str(error)) if revision else unverified(str(error))


def located(definition: Located, what: str) -> Evidence:
    """A definition as evidence."""
    return Evidence(summary=what, path=definition.path, line=definition.definition.span[0])


def found(finding: Finding) -> Evidence:
    """A finding of the static check as evidence."""
    return Evidence(summary=f"{finding.code} {finding.message}", path=finding.site.path, line=finding.site.line)


def retirement(gone: Retirement, name: str) -> Evidence:
    """The commit that removed a name as evidence."""
    return Evidence(summary=f"{name} was removed in {gone.commit[:10]} ({gone.date[:10]}): {gone.subject}")


def ran(run: Run, summary: str, facts: dict[str, int] | None = None) -> Evidence:
    """A process as evidence, with the end of what it said: its output if it succeeded, else its errors."""
    said = run.stdout if run.exit == 0 or not run.stderr.strip() else run.stderr
    return Evidence(
        summary=summary,
        command=run.command,
        exit=run.exit,
        seconds=run.seconds,
        digest=run.digest or None,
        excerpt=excerpt(said) or None,
        facts=facts or {},
    )


def excerpt(text: str) -> str:
    """The last lines of an output, short enough to quote."""
    return "\n".join(text.rstrip().splitlines()[-_EXCERPT_LINES:])[-_EXCERPT_LENGTH:]


def ending(run: Run) -> str:
    """How a process ended, in words."""
    if run.problem:
        return run.problem
    if run.timed_out:
        return f"did not end within {run.limit:g} s"
    if run.signal is not None:
        return f"was ended by signal {run.signal}"
    return f"exited {run.exit}"


def counted(number: int, noun: str) -> str:
    """A number with its noun: ``1 module``, ``3 modules``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def listed(names: Iterable[str], most: int = 5) -> str:
    """Names in a sentence; the rest is counted."""
    names = list(names)
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def fingerprints(findings: Sequence[Finding]) -> tuple[str, ...]:
    """The identities of findings, each once, in their order."""
    return tuple(dict.fromkeys(finding.fingerprint for finding in findings))


def first_party(codebase: Codebase, dotted: str) -> bool:
    """Whether a dotted name belongs to the tree, by its first component, now or before it was retired."""
    top = dotted.partition(".")[0]
    return codebase.module_path(top) is not None or bool(codebase.modules(top)) or codebase.retired(dotted) is not None

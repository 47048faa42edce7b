"""Sums statements up: the verdict on the whole, its risk in words, and the exit code that follows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from audit.model.verdicts import JudgedStatement, Overall, Summary, Verdict
from audit.verdict.judge import WORST_FIRST

RULE: Final = (
    "The overall verdict is the worst verdict of a core claim (refuted, then error, unverified, partly); "
    "a supporting claim can never lift it. "
    "Risk: CRITICAL when every core claim is refuted, HIGH when some are, MEDIUM when a core claim is not verified, "
    "LOW when all core claims hold but a supporting one does not, NONE when all claims are verified."
)


def summarise(statements: Sequence[JudgedStatement]) -> Summary:
    """How many statements came out how."""
    verdicts = [statement.verdict for statement in statements]
    tenses = [statement.tense for statement in statements]
    return Summary(
        statements=len(statements),
        judged=sum(bool(each.predicate) and each.verdict is not None for each in statements),
        verified=verdicts.count("verified"),
        partly=verdicts.count("partly"),
        refuted=verdicts.count("refuted"),
        unverified=verdicts.count("unverified"),
        error=verdicts.count("error"),
        plans=tenses.count("plan"),
        admissions=tenses.count("admission"),
        quotations=tenses.count("quotation"),
    )


def assess(statements: Sequence[JudgedStatement]) -> Overall:
    """The verdict on the whole, by `RULE`. Where nothing is core, every judged claim counts as core."""
    claims = [each for each in statements if each.verdict is not None and each.predicate]
    core = [each for each in claims if each.weight == "core"] or claims
    verdict = _worst([each.verdict for each in core if each.verdict is not None])
    everything = _worst([each.verdict for each in claims if each.verdict is not None])
    refuted = sum(each.verdict == "refuted" for each in core)
    if not core:
        risk = "RISK NOT ASSESSED: NO CLAIM COULD BE JUDGED"
    elif verdict == "refuted":
        risk = "CRITICAL RISK: SYSTEM DOWN" if refuted == len(core) else "HIGH RISK: PARTIAL SYSTEM RECOVERY"
    elif verdict != "verified":
        risk = "MEDIUM RISK: CORE CLAIMS NOT PROVEN"
    elif everything != "verified":
        risk = "LOW RISK: CORE HOLDS, SUPPORT DOES NOT"
    else:
        risk = "NO RISK FOUND: EVERY CLAIM VERIFIED"
    return Overall(verdict=verdict, risk=risk, rule=RULE)


def exit_code(statements: Sequence[JudgedStatement]) -> int:
    """0 when every judged claim is verified, 1 when one is refuted or holds only partly, else 2.

    Sentences that could not be turned into a predicate do not count, unless there is nothing else.
    """
    verdicts = {each.verdict for each in statements if each.verdict is not None and each.predicate}
    if verdicts & {"refuted", "partly"}:
        return 1
    return 0 if verdicts == {"verified"} else 2


def _worst(verdicts: Sequence[Verdict]) -> Verdict:
    return min(verdicts, key=WORST_FIRST.index, default="unverified")

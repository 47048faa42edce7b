"""Sums statements up: the verdict on the whole, its risk in words, and the exit code that follows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from audit.model.codes import CODES
from audit.model.documents import DocumentFinding
from audit.model.verdicts import JudgedStatement, Overall, Summary, Verdict
from audit.verdict.judge import WORST_FIRST

RULE: Final = (
    "The overall verdict is the worst verdict of a core claim (refuted, then error, unverified, partly); "
    "a supporting claim can never lift it. "
    "Risk: CRITICAL when every core claim is refuted, HIGH when some are, MEDIUM when only numbers and places are "
    "refuted (size, count, citation, commit) or a core claim is not verified, "
    "LOW when all core claims hold but a supporting one does not, NONE when all claims are verified. "
    "Where modules cannot be imported for want of a name, the risk is MEDIUM at least, whatever was claimed."
)

WAIVER_RULE: Final = (
    " A waived claim is left out of the worst verdict, but while a core claim is waived, the overall verdict is at "
    "best partly, and the risk says so."
)

_NUMBERS: Final = frozenset({"size", "count", "citation", "commit"})
"""Kinds of claims that tell how much there is, or where: a system works all the same where they are wrong."""


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
        waived=sum(bool(each.waived) for each in statements),
    )


def assess(statements: Sequence[JudgedStatement], dead_modules: int) -> Overall:
    """The verdict on the whole, by `RULE`, and by `WAIVER_RULE` where a core claim is waived.

    ``dead_modules`` cannot be imported because of a missing name; a document that is silent of them does not make
    them harmless. Where nothing is core, every judged claim counts as core; an admission never does.
    """
    claims = [each for each in statements if each.verdict is not None and each.predicate]
    core = [each for each in claims if each.weight == "core"] or [each for each in claims if each.tense == "claim"]
    waived = [each for each in core if each.waived]
    counting = [each for each in core if not each.waived]
    verdict = _worst([each.verdict for each in counting if each.verdict is not None])
    everything = _worst([each.verdict for each in claims if each.verdict is not None])
    refuted = [each for each in counting if each.verdict == "refuted"]
    numbers = all(set(each.kind.split("+")) <= _NUMBERS for each in refuted)
    if not core:
        risk = "RISK NOT ASSESSED: NO CLAIM COULD BE JUDGED"
    elif verdict == "refuted" and numbers:
        dead = f", AND {dead_modules} {_modules(dead_modules)} CANNOT BE IMPORTED" if dead_modules else ""
        risk = f"MEDIUM RISK: NUMBERS OF THE DOCUMENT ARE WRONG{dead}"
    elif verdict == "refuted":
        risk = "CRITICAL RISK: SYSTEM DOWN" if len(refuted) == len(core) else "HIGH RISK: PARTIAL SYSTEM RECOVERY"
    elif counting and verdict != "verified":
        risk = "MEDIUM RISK: CORE CLAIMS NOT PROVEN"
    elif waived:
        verdict = "partly" if counting else "unverified"
        risk = "MEDIUM RISK: CORE FAILURES ACCEPTED BY WAIVER"
    elif dead_modules:
        risk = f"MEDIUM RISK: THE CLAIMS HOLD, BUT {dead_modules} {_modules(dead_modules)} CANNOT BE IMPORTED"
    elif everything != "verified":
        risk = "LOW RISK: CORE HOLDS, SUPPORT DOES NOT"
    else:
        risk = "NO RISK FOUND: EVERY CLAIM VERIFIED"
    if waived:
        risk += f" ({len(waived)} core {'claim' if len(waived) == 1 else 'claims'} waived)"
    return Overall(verdict=verdict, risk=risk, rule=RULE + WAIVER_RULE if waived else RULE)


def exit_code(statements: Sequence[JudgedStatement], findings: Sequence[DocumentFinding] = ()) -> int:
    """0 when every judged claim is verified or waived, 1 when one is refuted or holds only partly, else 2.

    An admission that is not so counts like a claim, and one that is so does not make up for the lack of a claim.
    Sentences that could not be turned into a predicate do not count, unless there is nothing else. A finding about
    a document counts like a refuted claim where it is an error.
    """
    judged = [each for each in statements if each.verdict is not None and each.predicate]
    verdicts = {each.verdict for each in judged if not each.waived}
    if verdicts & {"refuted", "partly"} or any(CODES[each.code].severity == "error" for each in findings):
        return 1
    return 0 if any(each.tense == "claim" for each in judged) and verdicts <= {"verified"} else 2


def _modules(count: int) -> str:
    return "MODULE" if count == 1 else "MODULES"


def _worst(verdicts: Sequence[Verdict]) -> Verdict:
    return min(verdicts, key=WORST_FIRST.index, default="unverified")

"""The verdict on the whole: the worst core claim, whatever else works."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.model.verdicts import JudgedStatement, Judgement
from audit.verdict.judge import WORST_FIRST, together
from audit.verdict.judgements import refuted, verified
from audit.verdict.overall import assess, exit_code, summarise


def statement(
    verdict: str | None, weight: str = "core", tense: str = "claim", judged: bool = True, kind: str = "exists"
) -> JudgedStatement:
    return JudgedStatement(
        id="x", document="d", line=1, end_line=1, text="t", tense=tense, kind=kind,
        predicate={"exists": {}} if judged else {}, verdict=verdict, reason="r", coverage="", weight=weight,
        evidence=(), findings=(), reproduce="",
    )  # fmt: skip


CLAIMS = st.lists(
    st.builds(statement, st.sampled_from(WORST_FIRST), st.sampled_from(["core", "supporting"])), min_size=1
)


@settings(deadline=None)
@given(CLAIMS)
def test_it_is_green_only_when_every_core_claim_is(claims: list[JudgedStatement]) -> None:
    core = [each.verdict for each in claims if each.weight == "core"] or [each.verdict for each in claims]

    assert (assess(claims, dead_modules=0).verdict == "verified") == (set(core) == {"verified"})
    assert assess(claims, dead_modules=0).verdict in core


@settings(deadline=None)
@given(CLAIMS)
def test_a_supporting_claim_never_changes_it(claims: list[JudgedStatement]) -> None:
    claims = [*claims, statement("partly")]

    alone = assess(claims, dead_modules=0).verdict
    assert assess([*claims, statement("verified", "supporting")], dead_modules=0).verdict == alone
    assert assess([*claims, statement("refuted", "supporting")], dead_modules=0).verdict == alone


@pytest.mark.parametrize(
    ("core", "supporting", "risk"),
    [
        (["refuted", "refuted"], ["verified"], "CRITICAL RISK: SYSTEM DOWN"),
        (["refuted", "verified"], [], "HIGH RISK: PARTIAL SYSTEM RECOVERY"),
        (["unverified", "verified"], [], "MEDIUM RISK: CORE CLAIMS NOT PROVEN"),
        (["partly"], [], "MEDIUM RISK: CORE CLAIMS NOT PROVEN"),
        (["verified"], ["refuted"], "LOW RISK: CORE HOLDS, SUPPORT DOES NOT"),
        (["verified"], ["verified"], "NO RISK FOUND: EVERY CLAIM VERIFIED"),
        ([], ["refuted"], "CRITICAL RISK: SYSTEM DOWN"),
        ([], [], "RISK NOT ASSESSED: NO CLAIM COULD BE JUDGED"),
    ],
)
def test_the_risk_in_words_follows_the_rule(core, supporting, risk) -> None:
    claims = [statement(each) for each in core] + [statement(each, "supporting") for each in supporting]

    assert assess(claims, dead_modules=0).risk == risk


def test_a_wrong_number_is_no_system_that_is_down() -> None:
    wrong = statement("refuted", kind="size")

    assert assess([wrong], dead_modules=0).risk == "MEDIUM RISK: NUMBERS OF THE DOCUMENT ARE WRONG"
    assert assess([wrong, statement("verified")], dead_modules=0).verdict == "refuted"
    assert (
        assess([statement("refuted", kind="size+citation")], dead_modules=2).risk
        == "MEDIUM RISK: NUMBERS OF THE DOCUMENT ARE WRONG, AND 2 MODULES CANNOT BE IMPORTED"
    )
    assert assess([wrong, statement("refuted")], dead_modules=0).risk == "CRITICAL RISK: SYSTEM DOWN"
    assert (
        assess([statement("refuted", kind="exists+size"), wrong, statement("verified")], dead_modules=0).risk
        == "HIGH RISK: PARTIAL SYSTEM RECOVERY"
    )


def test_modules_that_cannot_be_imported_are_a_risk_that_no_silence_lifts() -> None:
    held = [statement("verified"), statement("refuted", "supporting")]

    assert assess(held, dead_modules=1).risk == "MEDIUM RISK: THE CLAIMS HOLD, BUT 1 MODULE CANNOT BE IMPORTED"
    assert assess(held[:1], dead_modules=9).risk == "MEDIUM RISK: THE CLAIMS HOLD, BUT 9 MODULES CANNOT BE IMPORTED"
    assert assess([statement("refuted"), *held], dead_modules=9).risk == "HIGH RISK: PARTIAL SYSTEM RECOVERY"


@pytest.mark.parametrize(
    ("verdicts", "code"),
    [
        (["verified", "verified"], 0),
        (["verified", "refuted", "error"], 1),
        (["verified", "partly"], 1),
        (["verified", "unverified"], 2),
        (["verified", "error"], 2),
        ([], 2),
    ],
)
def test_the_exit_code(verdicts, code) -> None:
    assert exit_code([statement(each) for each in verdicts]) == code


def test_sentences_without_a_predicate_are_counted_but_decide_nothing() -> None:
    vague, plan = statement("unverified", judged=False), statement(None, tense="plan", judged=False)
    statements = [statement("verified"), vague, plan, statement(None, tense="admission", judged=False)]
    summary = summarise(statements)

    assert (exit_code(statements), exit_code([vague])) == (0, 2)
    assert assess(statements, dead_modules=0).verdict == "verified"
    assert (summary.statements, summary.judged, summary.verified, summary.unverified) == (4, 1, 1, 1)
    assert (summary.plans, summary.admissions, summary.quotations) == (1, 1, 0)


def test_several_predicates_hold_only_together() -> None:
    held, broken = verified("a holds", coverage="1 file"), refuted("b does not", coverage="2 files", roots=("x",))

    assert together([held, broken]) == Judgement(
        verdict="refuted", reason="b does not", coverage="1 file; 2 files", roots=("x",)
    )
    assert together([held, held]).reason == "a holds (2 times)"

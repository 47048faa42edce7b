"""A red result with everything in it that a report can show; every text of others is a parameter."""

from __future__ import annotations

from audit.model.documents import DocumentFinding
from audit.model.evidence import Evidence
from audit.model.trend import TrendPoint
from audit.model.verdicts import (
    ChainLink,
    Change,
    ContractLine,
    Examined,
    JudgedStatement,
    Overall,
    RootCause,
    Summary,
    Verification,
)
from audit.model.waivers import JudgedWaiver


def statement(number: int, verdict: str | None, word: str = "word", **more: object) -> JudgedStatement:
    facts = {
        "id": f"L{number}", "document": "notes.md", "line": number, "end_line": number,
        "text": f"claim {number} {word}",
        "tense": "claim", "kind": "absent", "predicate": {"absent": {"names": ["x"]}}, "verdict": verdict,
        "reason": f"because {word}", "coverage": f"1 file {word}", "weight": "core", "findings": (),

        "evidence": (Evidence(summary=f"seen {word}", path="a.py", line=3, excerpt=f"said {word}", seconds=1.5),),
        "reproduce": f"audit verify {word}", "required": f"required {word}",
    }  # fmt: skip
    return JudgedStatement(**{**facts, **more})  # type: ignore[arg-type]  # the fields are those of the struct


def verification(word: str = "word") -> Verification:
    """One statement of each kind, a root cause, and all that may stand beside them."""
    measured = Evidence(
        summary="stage analyse passed",
        facts={
            "scenario": "small",
            "episodes": 16,
            "curve": [[0, 0.0], [256, 0.25], [512, 0.5]],
            "intervals": [{"metric": f"reward {word}", "mean": 0.5, "low": 0.25, "high": 0.75}],
        },
    )
    links = (
        ChainLink(importer=f"shop.trainer{word}", imported="shop.bridge", site="shop/trainer.py:1"),
        ChainLink(importer="shop.bridge", imported=f"shop.store{word}", site=f"shop/bridge.py{word}:1"),
    )
    root = RootCause(
        target=f"shop.store{word}", sites=("shop/bridge.py:1", f"{word}:2"), kills_modules=2, kills_tests=1,
        kills_entry_points=(f"shop {word}",), revives=2, chain=(), links=links, spread=links[::-1],
        retired_in={"commit": "c" * 40, "date": "2025-08-27", "subject": f"Delete {word}"},
        replacement=f"shop.new{word}",
    )  # fmt: skip
    point = TrendPoint(
        phase=5, date="2025-08-26", verified=3, partly=0, refuted=1, unverified=2, error=0, findings=1, roots=0,
        modules=7, importable=7, verdict="refuted", risk=word,
    )  # fmt: skip
    return Verification(
        schema_version=1, tool_version="1", document="notes.md", documents=("notes.md",), at="a" * 40, since="b" * 40,
        phase=6, tree="d" * 40, dirty=True, interpreter=f"python {word}",
        statements=(
            statement(1, "verified", word, evidence=(measured,)),
            statement(2, "partly", word),
            statement(3, "refuted", word, weight="supporting", roots=(root.target,)),
            statement(4, "unverified", word),
            statement(5, "error", word),
            statement(6, "unverified", word, predicate={}, kind="none", reproduce="", required="", evidence=()),
            statement(7, None, word, tense="plan"),
        ),
        summary=Summary(
            statements=7, judged=5, verified=1, partly=1, refuted=1, unverified=2, error=1, plans=1, admissions=0,
            quotations=0,
        ),
        overall=Overall(verdict="error", risk=f"RISK {word}", rule=f"The rule {word}."),
        roots=(root,),
        contracts=(ContractLine(name=f"layers {word}", outcome="invalid", message=word, modules_examined=0),),
        examined=Examined(
            python_files=7, modules=7, other_files=1, findings=1, skipped=((f"data{word}.bin", f"large {word}"),),
            modules_found=8, dead_modules=2,
        ),
        document_findings=(DocumentFinding(code="DOC001", message=f"cites {word}", path="notes.md", line=9),),
        previous_phase=5,
        changes=(Change(id="L3", text=f"claim 3 {word}", before="verified", now="refuted"),),
        at_reason=f"the last {word}",
        notes=(f"notes.md: {word}",),
        trend=(point,),
        waivers=(
            JudgedWaiver(
                subject=f"claim {word}", path="rules/w.yaml", line=1, reason=word, expires="2026-01-01", state="used"
            ),
        ),
    )  # fmt: skip

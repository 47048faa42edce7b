"""Runs as a ledger keeps them, drawn with no more than a test needs."""

from __future__ import annotations

from audit.model.evidence import Evidence
from audit.model.records import RunContext, RunRecord
from audit.model.verdicts import ContractLine, JudgedStatement, RootCause, StandingFinding


def finding(target: str, *, path: str = "shop/a.py", line: int | None = 3, code: str = "REF001") -> StandingFinding:
    return StandingFinding(
        fingerprint=f"{code}:{path}:{target}",
        code=code,
        severity="warning" if code == "REF008" else "error",
        path=path,
        line=line,
        target=target,
        referrer=path.removesuffix(".py").replace("/", "."),
        new=None,
    )


def statement(name: str, verdict: str | None = "verified", **changes) -> JudgedStatement:
    values = {
        "id": name,
        "document": "rules/claims/shop.yaml",
        "line": 2,
        "end_line": 2,
        "text": f"{name} holds.",
        "tense": "claim",
        "kind": "exists",
        "predicate": {"exists": {"names": ["shop"]}},
        "verdict": verdict,
        "reason": "",
        "coverage": "",
        "weight": "core",
        "evidence": (),
        "findings": (),
        "reproduce": "",
    }
    return JudgedStatement(**{**values, **changes})


def ran(*command: str, digest: str = "d1", status: int = 0, **facts: int) -> Evidence:
    return Evidence(summary="it ran", command=command, exit=status, digest=digest, facts=facts)


def root(target: str, kills: int = 2) -> RootCause:
    return RootCause(
        target=target,
        sites=("shop/a.py:3",),
        kills_modules=kills,
        kills_tests=0,
        kills_entry_points=(),
        revives=kills,
        chain=(),
        links=(),
    )


def contract(name: str, outcome: str = "kept") -> ContractLine:
    return ContractLine(name=name, outcome=outcome, message="", modules_examined=3)


def record(*, phase: int | None = None, repository: str = "example.org/shop", **changes) -> RunRecord:
    """A run; keywords that a context has go there, the others to the run itself."""
    own = {name: changes.pop(name) for name in list(changes) if name in RunContext.__struct_fields__}
    context = RunContext(
        **{
            "command": "verify" if phase is not None else "check",
            "tool_version": "1",
            "repository": repository,
            "when": "2025-08-28T10:00:00+00:00",
            "tree": "a" * 40,
            "phase": phase,
            **own,
        }
    )
    values = {"coverage": {"modules": 4}, "summary": {"findings": 0}, "findings": (), "unimportable": ()}
    return RunRecord(context=context, **{**values, **changes})

"""A phase of the ledger as a point of the trend."""

from __future__ import annotations

from audit.model.records import RunRecord
from audit.model.trend import TrendPoint


def trend_point(run: RunRecord) -> TrendPoint | None:
    """The point that a run is in the course of the phases; None for a run of no phase."""
    phase, summary = run.context.phase, run.summary
    if phase is None:
        return None
    collected = [
        number
        for statement in run.statements
        for piece in statement.evidence
        if isinstance(number := piece.facts.get("collected"), int)
    ]
    modules = run.coverage.get("modules", 0)
    return TrendPoint(
        phase=phase,
        date=run.context.when,
        commit=run.context.commit,
        verified=summary.get("verified") or 0,
        partly=summary.get("partly") or 0,
        refuted=summary.get("refuted") or 0,
        unverified=summary.get("unverified") or 0,
        error=summary.get("error") or 0,
        findings=summary.get("findings") or 0,
        roots=len(run.roots),
        modules=modules,
        importable=modules - (run.coverage.get("dead_modules") or 0),
        tests=sum(collected) if collected else None,
        verdict=run.verdict,
        risk=run.risk,
    )

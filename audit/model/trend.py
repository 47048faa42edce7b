"""The course of a migration: one point a phase, small enough that every report can carry those before it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from audit.model.verdicts import Verification


class TrendPoint(msgspec.Struct, frozen=True, kw_only=True):
    """One phase in numbers.

    ``verified`` to ``error`` count statements by verdict; ``modules`` are all that were found, ``importable`` those
    that no missing name kills; ``tests`` is how many tests ran, None where none did. ``verdict`` and ``risk`` are
    those on the whole. ``date`` is ISO 8601, that of the commit; it and ``commit`` are None for a work tree.
    """

    phase: int
    date: str | None = None
    commit: str | None = None
    verified: int
    partly: int
    refuted: int
    unverified: int
    error: int
    findings: int
    roots: int
    modules: int
    importable: int
    tests: int | None = None
    verdict: str
    risk: str


class Trend(msgspec.Struct, frozen=True, kw_only=True):
    """All phases, in their order."""

    phases: tuple[TrendPoint, ...]


def point_of(verification: Verification, date: str | None = None) -> TrendPoint | None:
    """The point that a result is in the trend; None for one that belongs to no phase."""
    if verification.phase is None:
        return None
    summary, examined, at = verification.summary, verification.examined, verification.at
    ran = [
        collected
        for statement in verification.statements
        for evidence in statement.evidence
        if isinstance(collected := evidence.facts.get("collected"), int)
    ]
    return TrendPoint(
        phase=verification.phase,
        date=date,
        commit=None if at is None or at.startswith("tree:") else at,
        verified=summary.verified,
        partly=summary.partly,
        refuted=summary.refuted,
        unverified=summary.unverified,
        error=summary.error,
        findings=examined.findings,
        roots=len(verification.roots),
        modules=examined.modules,
        importable=examined.modules - examined.dead_modules,
        tests=sum(ran) if ran else None,
        verdict=verification.overall.verdict,
        risk=verification.overall.risk,
    )

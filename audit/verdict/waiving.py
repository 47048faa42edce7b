"""Applies waivers: a waived claim keeps its verdict and stays in sight, and fails nothing while its time lasts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

import msgspec

from audit.model.findings import Finding
from audit.model.verdicts import JudgedStatement
from audit.model.waivers import JudgedWaiver, Waiver, WaiverState


def apply_waivers(
    statements: Sequence[JudgedStatement], waivers: Sequence[Waiver], findings: Sequence[Finding], today: date
) -> tuple[tuple[JudgedStatement, ...], tuple[JudgedWaiver, ...]]:
    """The statements, those marked that a waiver covers, and what became of each waiver.

    A waiver of findings covers a claim that fails because of findings, once all of these are waived.
    """
    in_time = [waiver for waiver in waivers if today <= date.fromisoformat(waiver.expires)]
    marked = tuple(_marked(each, _reason(each, in_time, findings)) for each in statements)
    judged = tuple(_judged(waiver, statements, waiver in in_time, findings) for waiver in waivers)
    return marked, judged


def waiver_notes(waivers: Sequence[JudgedWaiver]) -> tuple[str, ...]:
    """What a reader has to know of waivers that accept nothing: they are to be taken off, or to be renewed."""
    words = {"unused": "waives nothing that fails; take it off", "expired": "has expired, so the failure counts again"}
    return tuple(
        f"{each.path}:{each.line}: the waiver of {each.subject} until {each.expires} {words[each.state]}: {each.reason}"
        for each in waivers
        if each.state != "used"
    )


def _marked(statement: JudgedStatement, waived: str) -> JudgedStatement:
    """A waived statement says so wherever its reason is shown."""
    if not waived:
        return statement
    return msgspec.structs.replace(statement, waived=waived, reason=f"{statement.reason}; waived: {waived}")


def _reason(statement: JudgedStatement, waivers: Sequence[Waiver], findings: Sequence[Finding]) -> str:
    """Why a statement that does not hold is waived, and until when; empty where it is not."""
    if statement.verdict in (None, "verified"):
        return ""
    own = [waiver for waiver in waivers if waiver.claim == statement.id]
    if not own:
        by_finding = {name: _waiver_of(name, waivers, findings) for name in statement.findings}
        if by_finding and all(by_finding.values()):
            own = [waiver for waiver in dict.fromkeys(by_finding.values()) if waiver is not None]
    return "; ".join(f"{waiver.reason} (until {waiver.expires})" for waiver in own)


def _waiver_of(fingerprint: str, waivers: Iterable[Waiver], findings: Sequence[Finding]) -> Waiver | None:
    return next((waiver for waiver in waivers if fingerprint in _fingerprints(waiver, findings)), None)


def _fingerprints(waiver: Waiver, findings: Sequence[Finding]) -> set[str]:
    """The findings that a waiver of findings speaks of."""
    if waiver.finding:
        return {waiver.finding}
    same = (each for each in findings if waiver.code and (each.code, each.target) == (waiver.code, waiver.target))
    return {each.fingerprint for each in same}


def _judged(
    waiver: Waiver, statements: Sequence[JudgedStatement], in_time: bool, findings: Sequence[Finding]
) -> JudgedWaiver:
    names = _fingerprints(waiver, findings)
    failing = tuple(
        each.id
        for each in statements
        if each.verdict not in (None, "verified") and (each.id == waiver.claim or names.intersection(each.findings))
    )
    state: WaiverState = ("used" if failing else "unused") if in_time else "expired"
    return JudgedWaiver(
        subject=str(waiver),
        path=waiver.path,
        line=waiver.line,
        reason=waiver.reason,
        expires=waiver.expires,
        state=state,
        statements=failing,
    )

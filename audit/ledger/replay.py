"""Holds evidence that was gathered again against what is recorded: the verdict, the exit statuses, the outputs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from audit.model.replays import ReplayedStatement
from audit.model.verdicts import JudgedStatement, StandingFinding

_SHOWN = 5


def compared_statement(before: JudgedStatement, now: JudgedStatement, *, may_run: bool) -> ReplayedStatement:
    """One claim then and now. Where it was run then and may not be now, nothing can be said."""
    ran = any(piece.command is not None for piece in before.evidence)
    if ran and not may_run:
        return unasked(before, "its verdict rests on running code of the repository: that needs --run")
    differences = tuple(_differences(before, now))
    return ReplayedStatement(
        id=before.id,
        text=before.text,
        sameness="different" if differences else "same",
        before=before.verdict,
        now=now.verdict,
        differences=differences,
    )


def unasked(before: JudgedStatement, obstacle: str) -> ReplayedStatement:
    """A claim that cannot be asked again."""
    return ReplayedStatement(
        id=before.id, text=before.text, sameness="unknown", before=before.verdict, now=None, obstacle=obstacle
    )


def _differences(before: JudgedStatement, now: JudgedStatement) -> Iterator[str]:
    if before.verdict != now.verdict:
        yield f"the verdict was {before.verdict} and is {now.verdict}: {now.reason}"
    then = {piece.command: piece for piece in before.evidence if piece.command is not None}
    again = {piece.command: piece for piece in now.evidence if piece.command is not None}
    for command, piece in then.items():
        shown = " ".join(command)
        other = again.get(command)
        if other is None:
            yield f"`{shown}` left no evidence this time"
            continue
        if piece.exit != other.exit:
            yield f"`{shown}` ended with {piece.exit} and ends with {other.exit}"
        if piece.digest != other.digest:
            yield f"the output of `{shown}` is another one, times and scratch paths aside"


def compared_findings(
    before: Sequence[StandingFinding], now: Sequence[StandingFinding], summary: str
) -> ReplayedStatement:
    """The findings of a check then and now, by what identifies them and where they stood."""
    then, again = ({(each.fingerprint, each.path, each.line): each for each in side} for side in (before, now))
    gone = [_told(then[key]) for key in then if key not in again]
    came = [_told(again[key]) for key in again if key not in then]
    differences = [*(f"not found this time: {each}" for each in gone), *(f"found only now: {each}" for each in came)]
    more = [f"and {len(differences) - _SHOWN} more"] if len(differences) > _SHOWN else []
    return ReplayedStatement(
        id="findings",
        text=summary,
        sameness="different" if differences else "same",
        before=str(len(before)),
        now=str(len(now)),
        differences=(*differences[:_SHOWN], *more),
    )


def _told(finding: StandingFinding) -> str:
    return f"{finding.path}:{finding.line} {finding.code} {finding.target}"

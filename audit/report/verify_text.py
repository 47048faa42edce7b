"""The result of `audit verify` for a terminal: the verdict, then every claim with its reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from audit.model.verdicts import JudgedStatement, Verification

Style = Callable[[str, str], str]
"""Gives a text a colour; `plain` gives it none."""

_COLOURS: Final = {
    "verified": "green",
    "partly": "yellow",
    "refuted": "red",
    "unverified": "yellow",
    "error": "magenta",
}
_ORDER: Final = ("refuted", "error", "partly", "unverified", "verified")
_SHOWN_EVIDENCE: Final = 8


def plain(text: str, _colour: str) -> str:
    """No colour."""
    return text


def render_verification_text(verification: Verification, style: Style = plain, *, verbose: bool = False) -> str:
    """The whole result. Sentences that are no claim, or have no predicate, are only counted unless ``verbose``."""
    overall = verification.overall
    lines = [style(f"{overall.verdict.upper()}: {overall.risk}", _COLOURS[overall.verdict])]
    judged = [each for each in verification.statements if each.predicate and each.verdict is not None]
    for verdict in _ORDER:
        for statement in judged:
            if statement.verdict == verdict:
                lines += ["", *_statement(statement, style)]
    if verbose:
        rest = [each for each in verification.statements if each not in judged]
        lines += ["", *(f"{each.document}:{each.line} [{each.tense}] {each.text}: {each.reason}" for each in rest)]
    for finding in verification.document_findings:
        lines += ["", f"{finding.path}:{finding.line} {finding.code} {finding.message}"]
    if verification.notes:
        lines += ["", *(f"note: {note}" for note in verification.notes)]
    if verification.at_reason:
        lines += ["", f"judged at {(verification.at or 'the work tree')[:12]}: {verification.at_reason}"]
    return "\n".join([*lines, "", summary_line(verification)]) + "\n"


def _statement(statement: JudgedStatement, style: Style) -> list[str]:
    verdict = str(statement.verdict)
    place = f"{statement.document}:{statement.line}"
    lines = [
        f"{style(verdict, _COLOURS[verdict])} {statement.id} ({statement.weight}, {place})",
        f"  {statement.text}",
        f"  {statement.reason}" + (f" [{statement.coverage}]" if statement.coverage else ""),
    ]
    if verdict != "verified":
        shown = statement.evidence[:_SHOWN_EVIDENCE]
        for evidence in shown:
            place = f"{evidence.path}:{evidence.line}: " if evidence.path and evidence.line else ""
            lines.append(f"    {place}{evidence.summary}")
        if len(statement.evidence) > len(shown):
            lines.append(f"    ... and {len(statement.evidence) - len(shown)} more (see --format json)")
    if statement.reproduce:
        lines.append(f"  reproduce: {statement.reproduce}")
    return lines


def summary_line(verification: Verification) -> str:
    """How many statements came out how, and how much of the tree was read."""
    summary, examined = verification.summary, verification.examined
    files = examined.python_files + examined.other_files
    counts = [
        f"{number} {name}"
        for name, number in (
            ("verified", summary.verified),
            ("partly verified", summary.partly),
            ("refuted", summary.refuted),
            ("unverified", summary.unverified),
            ("could not be judged", summary.error),
        )
        if number
    ]
    counts += [
        _counted(number, noun)
        for noun, number in (
            ("plan", summary.plans),
            ("admission", summary.admissions),
            ("quotation", summary.quotations),
        )
        if number
    ]
    return (
        f"judged {summary.judged} of {_counted(summary.statements, 'statement')}: {', '.join(counts)} "
        f"({_counted(examined.modules, 'module')} in {_counted(files, 'file')} read)"
    )


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"

"""The result of `audit verify` for a terminal: the verdict, then every claim with its reason."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from audit.model.codes import CODES
from audit.model.evidence import Evidence
from audit.model.verdicts import JudgedStatement, Verification
from audit.report.phase_view import counted, headline, judged, kills, main_cause
from audit.report.terminal_text import Style, fitted, plain, printable

_COLOURS: Final = {
    "verified": "green",
    "partly": "yellow",
    "refuted": "red",
    "unverified": "yellow",
    "error": "magenta",
}
_SEVERITIES: Final = {"error": "red", "warning": "yellow"}
_SHOWN_EVIDENCE: Final = 8
_SHOWN_MINOR: Final = 10
_PASTED: Final = "  reproduce: "


def render_verification_text(
    verification: Verification, style: Style = plain, *, verbose: bool = False, width: int | None = None
) -> str:
    """The whole result, wrapped at ``width`` columns if it is given.

    Sentences that are no claim, or have no predicate, are only counted unless ``verbose``.
    """
    overall, claims = verification.overall, judged(verification)
    lines = [style(f"{overall.verdict.upper()}: {overall.risk}", _COLOURS[overall.verdict])]
    lines += _plainly([headline(verification), main_cause(verification)])
    minor = [each for each in claims if each.verdict == "verified" and each.weight != "core"]
    folded = [] if verbose else minor[_SHOWN_MINOR:]
    for statement in claims:
        if statement not in folded:
            lines += ["", *_statement(statement, style)]
    if folded:
        lines += ["", f"... and {counted(len(folded), 'more verified supporting claim')} (see --format json)"]
    lines += _roots(verification, style)
    for finding in verification.document_findings:
        code = style(finding.code, _SEVERITIES[CODES[finding.code].severity])
        lines += ["", f"{finding.path}:{finding.line} {code} it {printable(finding.message)}"]
    if verbose:
        rest = [each for each in verification.statements if each not in claims]
        lines.append("")
        lines += [f"{each.document}:{each.line} [{each.tense}] {printable(each.text)}: {each.reason}" for each in rest]
    if verification.notes:
        lines += ["", *(f"note: {printable(note)}" for note in verification.notes)]
    if verification.at_reason:
        lines += ["", f"judged at {(verification.at or 'the work tree')[:12]}: {verification.at_reason}"]
    lines += ["", summary_line(verification)]
    return "".join(f"{piece}\n" for line in lines for piece in _fitted(line, width))


def _plainly(sentences: Sequence[str]) -> list[str]:
    return [sentence.replace("`", "") for sentence in sentences if sentence]


def _fitted(line: str, width: int | None) -> list[str]:
    """A line that fits; a command to paste stays whole, and so does a painted line, which is short."""
    return [line] if line.startswith(_PASTED) or "\x1b" in line else fitted(line, width)


def _statement(statement: JudgedStatement, style: Style) -> list[str]:
    verdict = str(statement.verdict)
    place = f"{statement.document}:{statement.line}"
    lines = [
        f"{style(verdict, _COLOURS[verdict])} {statement.id} ({statement.weight}, {place})",
        f"  {printable(statement.text)}",
        f"  {printable(statement.reason)}" + (f" [{statement.coverage}]" if statement.coverage else ""),
    ]
    if verdict != "verified":
        shown = statement.evidence[:_SHOWN_EVIDENCE]
        lines += [f"    {printable(_place(evidence) + evidence.summary)}" for evidence in shown]
        if len(statement.evidence) > len(shown):
            lines.append(f"    ... and {len(statement.evidence) - len(shown)} more (see --format json)")
    if statement.reproduce:
        lines.append(f"{_PASTED}{printable(statement.reproduce)}")
    return lines


def _place(evidence: Evidence) -> str:
    """Where a piece of evidence lies, unless its summary says so."""
    path = evidence.path or ""
    if path and evidence.line:
        return f"{path}:{evidence.line}: "
    return f"{path}: " if path and path not in evidence.summary else ""


def _roots(verification: Verification, style: Style) -> list[str]:
    """The root causes, the deadliest first, with what mending each would bring back."""
    lines = ["", "Root causes:"] if verification.roots else []
    for number, root in enumerate(verification.roots, start=1):
        lines.append(f"  {number}. {style(root.target, 'red')}")
        lines += _plainly([f"     {kills(root)}"])
        shown = ", ".join(root.sites[:_SHOWN_EVIDENCE])
        rest = len(root.sites) - _SHOWN_EVIDENCE
        lines.append(f"     named at {shown}" + (f" and {counted(rest, 'more place')}" if rest > 0 else ""))
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
            ("waived", summary.waived),
        )
        if number
    ]
    counts += [
        counted(number, noun)
        for noun, number in (
            ("plan", summary.plans),
            ("admission", summary.admissions),
            ("quotation", summary.quotations),
        )
        if number
    ]
    return (
        f"judged {summary.judged} of {counted(summary.statements, 'statement')}: {', '.join(counts)} "
        f"({counted(examined.modules, 'module')} in {counted(files, 'file')} read)"
    )

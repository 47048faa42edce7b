"""What a phase's report says and in which order, before any format: the Markdown and the page say the same.

Texts here are prose: what stands in backticks is code, everything else is plain.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import msgspec

from audit.model.documents import DocumentFinding
from audit.model.trend import TrendPoint, point_of
from audit.model.verdicts import JudgedStatement, RootCause, Verification

VERDICTS: Final = ("refuted", "error", "partly", "unverified", "verified")
"""Every verdict, the most pressing first."""

NAMES: Final = {
    "verified": "verified",
    "partly": "partly verified",
    "refuted": "refuted",
    "unverified": "unverified",
    "error": "could not be judged",
}
"""Verdicts in words."""

SIGNS: Final = {"verified": "✅", "partly": "🟡", "refuted": "❌", "unverified": "⚪", "error": "⚠️"}
"""A sign beside each verdict's words, never instead of them."""

STATES: Final = {
    "used": "in use",
    "unused": "waives nothing that fails: take it off",
    "expired": "expired: it counts again",
}
"""What became of a waiver, in words."""


class Action(msgspec.Struct, frozen=True):
    """One thing to do: prose, the places concerned, and prose again."""

    before: str
    places: tuple[str, ...] = ()
    after: str = ""


def counted(number: int, noun: str) -> str:
    """A number with its noun: ``1 module``, ``3 modules``, ``1,024 modules``."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def codes(names: Sequence[str]) -> str:
    """Names as code in prose, listed."""
    return ", ".join(f"`{name.replace('`', chr(0x2BC))}`" for name in names)


def judged(verification: Verification) -> tuple[JudgedStatement, ...]:
    """The claims that had a predicate: the most pressing verdict first, core before supporting, then as said."""
    claims = [each for each in verification.statements if each.predicate and each.verdict is not None]
    return tuple(sorted(claims, key=lambda each: (VERDICTS.index(str(each.verdict)), each.weight != "core")))


def core(claims: Sequence[JudgedStatement]) -> tuple[JudgedStatement, ...]:
    """The claims that decide the overall verdict: the core ones, or all where none is core."""
    return tuple(each for each in claims if each.weight == "core") or tuple(claims)


def metrics(claims: Sequence[JudgedStatement]) -> tuple[JudgedStatement, ...]:
    """The claims to set against what they require: the core ones.

    Of a document whose claims are all core the whole table would say again what the claims say, so those that hold
    are left out; see `metrics_left_out`.
    """
    deciding = core(claims)
    if len(deciding) < len(claims) or any(_is_named(each) for each in deciding):
        return deciding
    return tuple(each for each in deciding if each.verdict != "verified")


def metrics_left_out(claims: Sequence[JudgedStatement]) -> str:
    """How many core claims are no row of the metrics because they hold, in a sentence; empty where there is none."""
    held = len(core(claims)) - len(metrics(claims))
    rest = "other claim" if metrics(claims) else "claim"
    verbs = "requires no more than it says, and holds" if held == 1 else "require no more than they say, and hold"
    return f"{counted(held, rest)} {verbs}." if held else ""


def place_of(statement: JudgedStatement) -> str:
    """Where a claim was made."""
    return statement.cite or f"{statement.document}:{statement.line}"


def name_of(statement: JudgedStatement) -> str:
    """A claim in a word where it has a name, and else its own words, shortened."""
    if _is_named(statement):
        return f"`{statement.id}`"
    return f"“{quotable(shortened(statement.text))}”"


def _is_named(statement: JudgedStatement) -> bool:
    """Whether a claims file gives the claim a name; those of a document are numbered by their lines."""
    return not re.fullmatch(r"(?:.+:)?L\d+(?:\.\d+)?", statement.id)


def quotable(text: str) -> str:
    """A text fit to stand between quotation marks: its own become single ones."""
    return text.replace("“", "‘").replace("”", "’").replace('"', "'")


def shortened(text: str, length: int = 110) -> str:
    """The beginning of a text, ending at a word and never within inline code."""
    text = " ".join(text.split())
    if len(text) <= length:
        return text
    cut = text[:length].rpartition(" ")[0] or text[:length]
    if cut.count("`") % 2:
        cut = cut[: cut.rindex("`")].rstrip()
    return f"{cut} …"


def headline(verification: Verification) -> str:
    """How the core claims came out, in one sentence."""
    deciding = core(judged(verification))
    if not deciding:
        return "No claim could be judged."
    counts = {verdict: sum(each.verdict == verdict for each in deciding) for verdict in VERDICTS}
    rest = ", ".join(f"{counts[verdict]} {NAMES[verdict]}" for verdict in VERDICTS[:-1] if counts[verdict])
    kind = "core claims" if any(each.weight == "core" for each in deciding) else "claims"
    return f"{counts['verified']} of {len(deciding)} {kind} verified{f' ({rest})' if rest else ''}."


def main_cause(verification: Verification) -> str:
    """The deadliest root cause and what all of them kill, in a sentence or two; empty where there is none."""
    if not verification.roots:
        return ""
    examined, root = verification.examined, verification.roots[0]
    dead = examined.dead_modules or root.kills_modules
    missing = counted(len(verification.roots), "missing name")
    verb = "kills" if len(verification.roots) == 1 else "kill"
    removed = f"removed in `{root.retired_in['commit'][:10]}`" if root.retired_in is not None else ""
    text = f"{missing} {verb} {dead} of {counted(examined.modules, 'module')}"
    if len(verification.roots) == 1:
        return f"{text}: {codes([root.target])}{f', {removed}' if removed else ''}."
    name = codes([root.target]) + (f", {removed}," if removed else "")
    return f"{text}; {name} alone touches {root.kills_modules} of them."


def coverage(verification: Verification) -> str:
    """How many statements were judged, and how much of the tree was read."""
    summary, examined = verification.summary, verification.examined
    found = examined.modules_found if examined.modules_found is not None else examined.modules
    modules = (
        counted(examined.modules, "module")
        if found == examined.modules
        else f"{examined.modules:,} of {counted(found, 'module')}"
    )
    return (
        f"{summary.judged} of {counted(summary.statements, 'statement')} judged; {modules} and "
        f"{counted(examined.other_files, 'other file')} read."
    )


def subject(verification: Verification) -> tuple[tuple[str, str], ...]:
    """What was audited, as pairs of a label and prose."""
    state = ", with changes that are not committed" if verification.dirty else ""
    at = verification.at
    examined = verification.examined
    read = f"{counted(examined.python_files, 'Python file')}, {counted(examined.other_files, 'other file')}"
    pairs = (
        ("Commit", f"`{at}`" if at and not at.startswith("tree:") else ""),
        ("Tree", f"`{verification.tree or 'unknown'}` (without `reports/`{state})"),
        ("Chosen because", verification.at_reason),
        ("Compared with", f"`{verification.since}`" if verification.since else ""),
        ("Claims from", codes(verification.documents)),
        ("Read", f"{read}; {counted(examined.findings, 'finding')} of the static check"),
    )
    return tuple((label, text) for label, text in pairs if text)


def removal(root: RootCause) -> str:
    """When and by which commit a missing name went."""
    if root.retired_in is None:
        return "No commit is known to have removed it."
    gone = root.retired_in
    return f"Removed in `{gone['commit'][:10]}` on {gone['date'][:10]}: “{quotable(gone['subject'])}”."


def kills(root: RootCause) -> str:
    """What a root cause kills, and what mending it alone would bring back."""
    parts = [counted(root.kills_modules, "module")]
    if root.kills_tests:
        parts.append(counted(root.kills_tests, "test"))
    if root.kills_entry_points:
        noun = "command" if len(root.kills_entry_points) == 1 else "commands"
        parts.append(f"the {noun} {codes(root.kills_entry_points)}")
    listed = parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
    return f"Kills {listed}; mending it alone revives {root.revives}."


def mends(roots: Sequence[RootCause]) -> tuple[Action, ...]:
    """The smallest set of mends: every root's sites, in the order in which mending them brings most back."""
    return tuple(
        Action(
            before="",
            places=root.sites,
            after=(
                f"use {codes([root.replacement])}" if root.replacement else f"drop or replace {codes([root.target])}"
            )
            + f" ({counted(root.revives, 'module')} revived)",
        )
        for root in sorted(roots, key=lambda root: -root.revives)
    )


def actions(verification: Verification) -> tuple[Action, ...]:
    """What to do, in order: roots, then claims that do not hold, core before supporting, then what is unproven."""
    claims = judged(verification)
    explained = {root.target for root in verification.roots}
    unmet = {each.id for each in claims if each.verdict != "verified"}
    found = [Action("Mend", mend.places, f"{mend.after}.") for mend in mends(verification.roots)]
    found += [
        Action(f"Make {name_of(each)} true, or withdraw it:", (), ended(each.reason))
        for each in claims
        if each.verdict in ("refuted", "partly") and not explained.intersection(each.roots)
    ]
    found += [
        Action(f"Make {name_of(each)} provable:", (), ended(each.reason))
        for each in claims
        if each.verdict in ("unverified", "error") and not unmet.intersection(each.needs)
    ]
    found += [
        Action("Correct", (f"{each.path}:{each.line}",), f"{fault(each)} ({each.code}).")
        for each in verification.document_findings
    ]
    return tuple(found)


def fault(finding: DocumentFinding) -> str:
    """What is wrong in a document, in quotation marks: what it cites or shows is not cited by the report."""
    return f"it “{quotable(' '.join(finding.message.split()))}”"


def ended(text: str) -> str:
    """A text as a sentence, with a stop at its end."""
    text = " ".join(text.split())
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


def course(verification: Verification) -> tuple[TrendPoint, ...]:
    """All phases up to this one; empty where it is the first."""
    now = point_of(verification)
    if now is None:
        return ()
    earlier = tuple(point for point in verification.trend if point.phase < now.phase)
    return (*earlier, now) if earlier else ()


def unexamined(verification: Verification) -> tuple[str, ...]:
    """What no verdict speaks of, in general; sentences and files are listed beside it."""
    summary, examined = verification.summary, verification.examined
    lines = []
    others = [
        counted(number, noun)
        for number, noun in (
            (summary.plans, "plan"),
            (summary.admissions, "admission"),
            (summary.quotations, "quotation"),
        )
        if number
    ]
    if others:
        lines.append(f"No claims, and so not judged: {', '.join(others)}.")
    if examined.modules_found is not None and examined.modules_found > examined.modules:
        missing = examined.modules_found - examined.modules
        lines.append(f"{counted(missing, 'module')} could not be analysed: see `audit roots`.")
    lines += [ended(note) for note in verification.notes]
    lines += [
        f"The import contract “{quotable(contract.name)}” is {contract.outcome}: {ended(contract.message)}"
        for contract in verification.contracts
        if contract.outcome == "invalid"
    ]
    lines.append("Whatever no claim speaks of: a claim that nobody made is not judged.")
    return tuple(lines)


def vague(verification: Verification) -> tuple[JudgedStatement, ...]:
    """The claims that could not be turned into a predicate."""
    return tuple(each for each in verification.statements if each.verdict is not None and not each.predicate)


def seconds_of(statement: JudgedStatement) -> float | None:
    """Wall time of a claim's probes in seconds; None where nothing was timed."""
    seconds = [piece.seconds for piece in statement.evidence if piece.seconds is not None]
    return sum(seconds) if seconds else None

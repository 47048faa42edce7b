"""Reads the ``waivers:`` of a claims file; each says what it waives, why, and until when."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final

from audit.config.fields import Fields
from audit.config.positioned import Listing, Mistake, Mistakes, Node, describe
from audit.model.codes import CODES
from audit.model.regex import regex
from audit.model.suggest import did_you_mean
from audit.model.waivers import Waiver

_FINGERPRINT: Final = regex(r"[0-9a-f]{16}")


def read_waivers(node: Node | None, path: str, mistakes: Mistakes) -> tuple[Waiver, ...]:
    """All waivers of one file; an empty list waives nothing and is allowed."""
    if node is None:
        return ()
    if not isinstance(node, Listing):
        mistakes.add(node.line, f"'waivers' must be a list, not {describe(node)}")
        return ()
    return tuple(_waiver(item, path, mistakes) for item in node.items)


def _waiver(node: Node, path: str, mistakes: Mistakes) -> Waiver:
    fields = Fields(node, "a waiver", mistakes)
    waiver = Waiver(
        path=path,
        line=node.line,
        claim=fields.text("claim"),
        finding=fields.text("finding"),
        code=fields.text("code"),
        target=fields.text("target"),
        reason=" ".join(fields.text("reason", required=True).split()),
        expires=_day(fields),
    )
    fields.close()
    if bool(waiver.claim) + bool(waiver.finding) + bool(waiver.code or waiver.target) != 1:
        mistakes.add(node.line, "a waiver needs exactly one of 'claim', 'finding', or 'code' with 'target'")
    if bool(waiver.code) != bool(waiver.target):
        mistakes.add(node.line, "'code' and 'target' go together in a waiver")
    if waiver.finding and not _FINGERPRINT.fullmatch(waiver.finding):
        mistakes.add(
            node.line, f"'{waiver.finding}' is no fingerprint: 16 digits and letters a-f, as --format json has"
        )
    if waiver.code and waiver.code not in CODES:
        mistakes.add(
            node.line, f"unknown code '{waiver.code}'{did_you_mean(waiver.code, CODES)}; audit explain lists them"
        )
    return waiver


def _day(fields: Fields) -> str:
    text = fields.text("expires", required=True)
    if not text.strip():
        return ""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        fields.mistakes.add(fields.line, f"'expires' must be a day such as 2026-12-31, not '{text}'")
        return ""


def waiver_mistakes(waivers: Iterable[Waiver], claims: Iterable[str]) -> list[Mistake]:
    """A waiver of a claim that is not there, and a second one of the same thing."""
    known = set(claims)
    first: dict[tuple[str, str, str, str], Waiver] = {}
    found: list[Mistake] = []
    for waiver in waivers:
        if waiver.claim and waiver.claim not in known:
            message = (
                f"a waiver names the claim '{waiver.claim}', which is not there{did_you_mean(waiver.claim, known)}"
            )
            found.append(Mistake(waiver.path, waiver.line, message))
        other = first.setdefault((waiver.claim, waiver.finding, waiver.code, waiver.target), waiver)
        if other is not waiver:
            message = f"{waiver} is waived twice (also by {other.path}:{other.line}); keep one"
            found.append(Mistake(waiver.path, waiver.line, message))
    return found

"""Sentences about all of something: all imports succeed, no reference to a class is left."""

from __future__ import annotations

import re
from typing import Final

from audit.claims.blocks import Block
from audit.claims.names import NAMES, classes_in, is_quoted
from audit.claims.parts import part_of
from audit.claims.tables import now_of
from audit.model.predicates import AnyPredicate, Imports, Unreferenced
from audit.model.regex import regex

_IMPORTS: Final = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        (
            r"\ball\s+(?:remaining\s+|the\s+|known\s+|existing\s+)?import\s+(?:errors?|failures?|problems?|issues?)\s+"
            r"(?:(?:have|has|been|are|were|now)\s+)*(?:resolved|fixed|eliminated|gone|cleared|solved)\b"
        ),
        r"(?<![\d/.])\b(?:zero|no|0)\s+(?:remaining\s+)?import\s+(?:errors?|failures?)\b",
        (
            r"\b(?:all|every)\s+(?:the\s+)?modules?\s+(?:now\s+)?imports?\s+"
            r"(?:successfully|cleanly|correctly|fine|without\s+(?:errors?|problems?|failures?))\b"
        ),
    )
)
_WELL: Final = (
    r"(?:work(?:s|ing)?|resolv(?:e|es|ed|ing)|succeed(?:s|ed|ing)?|load(?:s|ed)?|pass(?:es|ed|ing)?|valid|verified|functional|"
    r"ok|fine|clean|successful)"
)
_ALL_WORK: Final = regex(
    r"(?:^|[:;,—–-]\s+(?:and\s+)?)(?:all|every)\s+(?:(?:the|of|new|module|package|code|python|internal|existing|remaining)\s+)*"
    rf"imports?\s+(?:(?:are|is|have|has|been|now|still|all)\s+)*{_WELL}(?:\s+(?:and\s+)?(?:\w+ly|fine|perfectly|{_WELL}))?"
    r"(?:\s+(?:now|again|without\s+(?:any\s+)?(?:errors?|problems?|issues?)))?(?P<rest>\W.*|)$",
    re.IGNORECASE,
)
"""A whole sentence, or its last part: "All imports work correctly"."""
_NONE_BROKEN: Final = (
    regex(
        r"(?<![\d/.])\b(?:zero|no|0)\s+(?:more\s+|remaining\s+)?"
        r"(?:(?:broken|failing|failed|dangling|unresolved|missing|invalid|dead)\s+(?:\w+\s+)?imports?|import\s+(?:problems?|issues?))\b",
        re.IGNORECASE,
    ),
    regex(
        r"(?:^|[:|]\s)(?:remaining\s+|total\s+)?(?:(?:broken|failed|failing)\s+imports?|import\s+(?:errors?|failures?|problems?|issues?))"
        r"\s*:\s*(?:0|none|zero)\b(?!\s*(?:→|->|/|\d|%))",
        re.IGNORECASE,
    ),
)
_ONE: Final = regex(
    r"^(?:module\s+|package\s+|the\s+)*`(?P<name>[A-Za-z_][\w./-]*)`\s*(?:[:—–-]\s*)?(?:(?:now|can\s+be|is)\s+)*"
    r"(?:imports?|imported)\s+(?:successfully|cleanly|correctly|fine|without\s+(?:any\s+)?(?:errors?|problems?))\W*$",
    re.IGNORECASE,
)
_ONE_BARE: Final = regex(
    r"^(?P<name>[A-Za-z_][\w/]*\.py)\s*(?:[:—–-]\s*)?(?:now\s+)?imports?\s+(?:successfully|cleanly|correctly)\W*$",
    re.IGNORECASE,
)
_USES: Final = r"(?:references?|imports?|usages?|uses|dependencies)"
_NAMED: Final = r"`(?P<code>[A-Za-z_][\w./-]*)`(?:\s+(?:module|package|folder|directory|class|function|file)s?)?"
_OLD: Final = r"(?:(?:the|any|old|legacy|deleted|removed|former|deprecated|obsolete)\s+)*"
_LEFT: Final = (
    r"(?:\s+(?:(?:are|is|were|was|have|has|been|now)\s+)*(?:remain(?:s|ing)?|left|found|exist(?:s|ing)?|anywhere|any\s*more|"
    r"in\s+(?:the\s+)?(?:code\s?base|code|repo(?:sitory)?|tree)))*\W*$"
)
_UNUSED: Final = (
    regex(
        rf"^(?:there\s+are\s+)?(?:zero|no|0)\s+(?:more\s+|remaining\s+|active\s+|dangling\s+|stale\s+)*{_USES}\s+(?:to|of|from|on)\s+{_OLD}"
        rf"{_NAMED}{_LEFT}",
        re.IGNORECASE,
    ),
    regex(
        rf"^(?:removed|eliminated|replaced|updated|migrated)\s+(?:all|every)\s+(?:remaining\s+)?{_USES}\s+(?:to|of|from|on)\s+{_OLD}{_NAMED}\W*$",
        re.IGNORECASE,
    ),
    regex(
        rf"^all\s+(?:\d+\s+)?(?:remaining\s+)?{_USES}\s+(?:to|of|from|on)\s+{_OLD}{_NAMED}\s+(?:(?:have|has|been|are|were|now)\s+)*"
        r"(?:removed|eliminated|gone|deleted|updated|migrated|replaced)(?:\s+(?:to|with|by)\s+`[^`]+`)?\W*$",
        re.IGNORECASE,
    ),
    regex(
        rf"^(?:we|nothing|code|the\s+code)\s+(?:no\s+longer|any\s*more)\s+(?:uses?|imports?|references?|names?)\s+{_OLD}{_NAMED}{_LEFT}",
        re.IGNORECASE,
    ),
    regex(
        rf"^(?:no|zero)\s+more\s+{_OLD}{_NAMED}\s+in\s+(?:the\s+)?(?:code\s?base|code|repo(?:sitory)?|tree)\W*$",
        re.IGNORECASE,
    ),
    regex(
        rf"^{_OLD}{_NAMED}\s+(?:is|are)\s+no\s+longer\s+(?:used|referenced|imported|named|mentioned)(?:\s+anywhere)?\W*$",
        re.IGNORECASE,
    ),
)
_REFERENCES: Final = tuple(
    re.compile(pattern)
    for pattern in (
        rf"\b(?:[Nn]o|[Zz]ero|NO|ZERO)\s+(?:remaining\s+)?(?P<names>{NAMES})\s+{_USES}\b",
        rf"\b(?:[Rr]emoved|[Ee]liminated|[Dd]eleted)\s+all\s+(?:remaining\s+)?(?P<names>{NAMES})\s+{_USES}\b",
        (
            rf"\b[Aa]ll\s+(?:remaining\s+)?(?P<names>{NAMES})\s+{_USES}\s+"
            r"(?:(?:have|has|been|are|were|now)\s+)*(?:removed|eliminated|gone|deleted)\b"
        ),
    )
)
_SCOPED: Final = regex(r"^\s*(?:in|from|for|within|under|of|outside|except|but|and|or|with|by|to)\b", re.IGNORECASE)
_WHOLE: Final = regex(r"^\s*(?:in|from)\s+(?:the\s+)?(?:active\s+|entire\s+|whole\s+)?code\s?base\b", re.IGNORECASE)
_HEDGED: Final = regex(r"\b(?:not|almost|nearly|most|virtually|practically)\s*$", re.IGNORECASE)


def all_imports(block: Block) -> tuple[AnyPredicate, ...]:
    """A claim about all imports of the whole tree: "zero import errors", "all modules import successfully"."""
    position = _all_imports_at(block)
    if position is not None:
        return () if part_of(block, position) else (Imports(),)
    return _one_import(block)


def _all_imports_at(block: Block) -> int | None:
    """Where a sentence says of all imports that they work; None where it does not."""
    for pattern in _IMPORTS:
        match = pattern.search(block.text)
        if (
            match is not None
            and _is_meant(block.text, match)
            and not re.match(r"\s*(?:in|from|for|within|under|of)\b", block.text[match.end() :], re.IGNORECASE)
        ):
            return match.start()
    whole = _ALL_WORK.search(block.text)
    if whole is not None and _is_meant(block.text, whole) and not _SCOPED.match(whole["rest"]):
        return whole.start()
    for text in (block.text, now_of(block)):
        for pattern in _NONE_BROKEN:
            match = pattern.search(text)
            if match is not None and _is_meant(text, match) and not _SCOPED.match(text[match.end() :]):
                return match.start() if text is block.text else 0
    return None


def _one_import(block: Block) -> tuple[AnyPredicate, ...]:
    """One module that is said to import: ``app.py`` or ``pkg.app``."""
    match = _ONE.match(block.text) or _ONE_BARE.match(block.text)
    return (Imports(packages=(match["name"],)),) if match is not None else ()


def no_references(block: Block) -> tuple[AnyPredicate, ...]:
    """A claim that nothing names a class any more: "no remaining Store references"."""
    for pattern in _REFERENCES:
        match = pattern.search(block.text)
        if match is None or not _is_meant(block.text, match):
            continue
        rest = block.text[match.end() :]
        if _WHOLE.match(rest) or not _SCOPED.match(rest):
            return (Unreferenced(names=classes_in(match["names"])),)
    for pattern in _UNUSED:
        match = pattern.match(block.text)
        if match is not None:
            return (Unreferenced(names=(match["code"].strip("/") if "/" not in match["code"] else match["code"],)),)
    return ()


def _is_meant(text: str, match: re.Match[str]) -> bool:
    return _HEDGED.search(text[: match.start()]) is None and not is_quoted(text, match.start())

"""Sentences about all of something: all imports succeed, no reference to a class is left."""

from __future__ import annotations

import re
from typing import Final

from audit.claims.blocks import Block
from audit.claims.names import NAMES, classes_in, is_quoted
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
            r"\ball\s+(?:the\s+)?imports\s+(?:(?:are|were|have|been|now|verified|tested|confirmed|and|as|to\s+be)\s+)*"
            r"(?:working|work|resolve|resolved|succeed|succeeded|functional)\b(?!\s+\w+ly\s+(?:in|for|from)\b)"
        ),
        (
            r"\b(?:all|every)\s+(?:the\s+)?modules?\s+(?:now\s+)?imports?\s+"
            r"(?:successfully|cleanly|correctly|fine|without\s+(?:errors?|problems?|failures?))\b"
        ),
    )
)
_USES: Final = r"(?:references?|imports?|usages?|uses|dependencies)"
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
    """A claim about all imports: "zero import errors", "all modules import successfully"."""
    for pattern in _IMPORTS:
        match = pattern.search(block.text)
        if (
            match is not None
            and _is_meant(block.text, match)
            and not re.match(r"\s*(?:in|from|for|within|under|of)\b", block.text[match.end() :], re.IGNORECASE)
        ):
            return (Imports(),)
    return ()


def no_references(block: Block) -> tuple[AnyPredicate, ...]:
    """A claim that nothing names a class any more: "no remaining Store references"."""
    for pattern in _REFERENCES:
        match = pattern.search(block.text)
        if match is None or not _is_meant(block.text, match):
            continue
        rest = block.text[match.end() :]
        if _WHOLE.match(rest) or not _SCOPED.match(rest):
            return (Unreferenced(names=classes_in(match["names"])),)
    return ()


def _is_meant(text: str, match: re.Match[str]) -> bool:
    return _HEDGED.search(text[: match.start()]) is None and not is_quoted(text, match.start())

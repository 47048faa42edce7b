"""Tells whether a sentence about all of something is said of one part of a system only.

"All imports work" below "LLM Service" need not be said of the whole tree, so that a module elsewhere says nothing.
"""

from __future__ import annotations

import re
from typing import Final

from audit.claims.blocks import Block
from audit.claims.names import PATH
from audit.model.regex import regex

_NOUN: Final = (
    r"(?:(?:sub-?)?systems?|services?|modules?|packages?|pipelines?|layers?|components?|clients?|servers?|backend|frontend|"
    r"api|cli|database|scripts?|folders?|director(?:y|ies)|plugins?|apps?|librar(?:y|ies)|engine|tests?|suites?|tools?|"
    r"managers?|generators?|handlers?|routers?|models?|agents?)"
)
_GENERAL: Final = (
    r"(?:all|the|our|every|each|whole|entire|full|overall|complete|current|new|old|existing|other|affected|remaining|python|"
    r"code|project|status|of|in|and|for|fixed|missing|import|imports|multiple|several|\d+)"
)
_OF_PART: Final = regex(rf"(?<![\w-])(?P<of>[A-Za-z][\w-]*)\s+{_NOUN}(?![\w-])|`[^`]+`|{PATH.pattern}", re.IGNORECASE)
"""A part by what it is called: "LLM service", or by a name in backticks."""
_GENERAL_WORD: Final = regex(rf"{_GENERAL}(?:-\w+)?", re.IGNORECASE)
_LABEL: Final = regex(r"^(?P<label>[^:|]{1,60})\s*[:|]")
_PLAIN_LABEL: Final = regex(
    r"(?:\W*\b(?:after|now|before|results?|status|outcomes?|reality|current(?:ly)?|state|achieve\w*|imports?|errors?|issues?|zero|no|all|"
    r"import-errors|resolution|resolved|fixed|fixes|clean|cleanup|health|quality|code|verified|verification|validation|"
    r"checks?|success|final|impact|benefits?|summary|done|phase|step|the|of|and|action|change[sd]?|update|complete[d]?|"
    r"integrity|compatibility|system|project|overall|whole|codebase|dependenc(?:y|ies)|management|criteri(?:a|on)|goal|metric|"
    r"notes?|info\w*|important|conclusions?)\b|\W|\d)*",
    re.IGNORECASE,
)
"""Words of a label that name no part: "After", "Import resolution"."""


def part_of(block: Block, position: int) -> str:
    """What limits a sentence to a part: its label before a place, or a title that it stands under; else nothing."""
    label = _LABEL.match(block.text[:position])
    if label is not None and not _PLAIN_LABEL.fullmatch(label["label"]):
        return label["label"].strip()
    titles = (*block.parents, block.lead, *block.headings[block.titled :])
    return next((title for title in reversed(titles) if _names_part(title)), "")


def _names_part(title: str) -> bool:
    return any(match["of"] is None or not _GENERAL_WORD.fullmatch(match["of"]) for match in _OF_PART.finditer(title))

"""Sentences about what a package declares: its version, the Python and the distributions that it requires."""

from __future__ import annotations

import re
from typing import Final

from audit.claims.blocks import Block
from audit.claims.names import CODE, is_quoted
from audit.claims.place import place_of
from audit.model.predicates import AnyPredicate, Cited
from audit.model.regex import regex
from audit.model.shapes import Package

_FILES: Final = r"(?:[\w.-]+/)*(?:pyproject\.toml|setup\.cfg|setup\.py|[\w-]*requirements[\w-]*\.(?:txt|in))"
_FILE: Final = rf"`?(?P<path>{_FILES})`?"
_NUMBER: Final = r"`?v?(?P<version>\d+\.\d+(?:\.\d+)?(?:[.-]?(?:a|b|rc|alpha|beta|dev|post)\.?\d*)?)`?"
_RAISED: Final = r"(?:bumped|updated|raised|set|incremented|changed)"
_NAMED: Final = r"(?:the\s+)?(?:package\s+|project\s+)?version"
_VERSION: Final = regex(
    rf"^(?:`?(?P<before>{_FILES})`?\s*[:—–-]\s*)?"
    rf"(?:{_RAISED}\s+{_NAMED}|{_NAMED}\s+(?:(?:was|is|has|been|now)\s+)*{_RAISED})\s+(?:from\s+`?v?[\d.]+\w*`?\s+)?to\s+"
    rf"{_NUMBER}(?:\s+in\s+{_FILE})?\W*$",
    re.IGNORECASE,
)
_PYTHON: Final = regex(
    r"^(?:the\s+(?:package|project)\s+)?(?:now\s+)?(?:requires|minimum(?:\s+supported)?|supports\s+only)\s+Python"
    r"(?:\s+version)?(?:\s+is(?:\s+now)?)?\s*[:=]?\s*(?P<sign>>=|≥)?\s*`?(?P<python>3\.\d{1,2})`?"
    r"(?P<plus>\+|\s+or\s+(?:newer|later|higher|above))?\W*$"
    r"|^`requires-python\s*=\s*[\"'](?P<spec>[^\"'`]+)[\"']`\W*$",
    re.IGNORECASE,
)
_DIST: Final = r"`(?P<{0}>[A-Za-z0-9][\w.-]*)(?:\[[\w,-]+\])?(?:\s*[<>=!~^]=?[^`]*)?`"
_NOUN: Final = r"(?:(?:runtime|package|new|third-party|external|python|unused|core|old|the|required|obsolete)\s+)*"
_INTO: Final = rf"(?:to|from|in)\s+{_NOUN}(?:project\s+)?(?:dependencies|requirements|{_FILE})"
_ACT: Final = r"(?P<verb>added|removed|dropped|deleted)"
_CHANGED: Final = regex(
    rf"^{_ACT}\s+(?:{_NOUN}dependenc(?:y|ies)\s*(?:on\s+|:\s*)?{_DIST.format('name')}|"
    rf"{_NOUN}{_DIST.format('other')}\s+(?:as\s+(?:an?\s+)?{_NOUN}dependency|dependency|{_INTO}))(?P<rest>.*)$",
    re.IGNORECASE,
)
_COMPLETE: Final = regex(r"\W*$|\s*(?:\([^()]*\)|for\b.*)\W*$", re.IGNORECASE)
_OF_FILE: Final = regex(rf"^{_ACT}\s+{_DIST.format('name')}(?:\s+(?:dependency|package|library))?\W*$", re.IGNORECASE)
_SCRIPT: Final = regex(
    r"^(?:added|created|registered|new)\s+(?:(?:the|a|an|new)\s+)*(?:`(?P<script>[a-z][\w-]*)`\s+(?:as\s+(?:a\s+)?)?(?:console[\s_]script|entry[\s-]?point)s?|"
    r"(?:console[\s_]script|entry[\s-]?point)s?\s*:?\s*`(?P<script2>[a-z][\w-]*)`)(?:\s+(?:in|to)\s+`?pyproject\.toml`?)?\W*$",
    re.IGNORECASE,
)
_VERSIONED: Final = regex(r"[<>=!~^]")
_OTHER: Final = regex(
    r"\b(?:dev|development|test|optional|extras?|frontend|npm|docker|node|peer|circular|import)\b", re.IGNORECASE
)
"""Words by which requirements are of another kind, or no requirements at all."""


def packaging(block: Block) -> tuple[AnyPredicate, ...]:
    """What a package is said to declare now."""
    text = block.text
    match = _VERSION.match(text)
    if match is not None:
        path = match["before"] or match["path"] or _file_of(block)
        return (Package(path=path, version=match["version"]),)
    match = _PYTHON.match(text)
    if match is not None:
        least = match["spec"] or (f">={match['python']}" if match["sign"] or match["plus"] or "inimum" in text else "")
        return (Package(python=re.sub(r"\s+", "", least)),) if least else ()
    match = _SCRIPT.match(text)
    if match is not None:
        return (Package(scripts=(match["script"] or match["script2"],)),)
    return _requirement(block)


def _requirement(block: Block) -> tuple[AnyPredicate, ...]:
    bare = re.sub(r"`[^`]*`", "", block.text)
    if _OTHER.search(bare) or any(map(_OTHER.search, (block.lead, *block.headings[-1:]))):
        return ()
    match = _CHANGED.match(block.text)
    if match is not None and _COMPLETE.match(match["rest"]) and not is_quoted(block.text, match.start("verb")):
        name, path = match["name"] or match["other"], match["path"] or ""
    else:
        path, text = place_of(block)
        match = _OF_FILE.match(text.strip()) if _file_of(block) else None
        if match is None:
            return ()
        name = match["name"]
    if match["verb"].lower() == "added":
        written = next(code for code in CODE.findall(block.text) if code.startswith(name))
        version = _VERSIONED.search(written)
        if version is None:
            return (Package(path=path, depends=(name,)),)
        return (Package(path=path, depends=(name,)), Cited(path=path, says=written)) if path else ()
    return (Package(path=path, drops=(name,)),)


def _file_of(block: Block) -> str:
    """The packaging file that a sentence is about, where its place is one."""
    path, _ = place_of(block)
    return path if re.fullmatch(_FILES, path) else ""

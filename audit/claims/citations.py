"""Finds citations, ``path:16`` and ``path:12-40``, with the code that they quote, and files that are spoken of."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from audit.claims.blocks import Block
from audit.claims.names import CODE, ENDINGS, PATH, is_quoted
from audit.claims.place import place_of
from audit.claims.titles import lists_deleted
from audit.model.predicates import Cited
from audit.model.regex import regex

_CITED: Final = regex(
    rf"(?<![\w/.:-])(?P<path>/?(?:[\w.@+-]+/)*[\w@+-][\w.@+-]*\.(?:{ENDINGS})):(?P<lines>\d+(?:-\d+)?(?:,\d+(?:-\d+)?)*)(?![\w-]|,\d|\s+(?:lines|loc)\b)"
)
_LINES_OF: Final = regex(
    rf"`(?P<path>{PATH.pattern})`[\s,]*\(?\s*(?:at\s+)?(?:lines?\s+|L)(?P<lines>\d+(?:\s*[-–]\s*L?\d+)?)\)?(?![\w,])"
    rf"|^(?P<bare>(?:[\w.@+-]+/)+[\w@+-][\w.@+-]*\.(?:{ENDINGS}))\s*\((?:at\s+)?lines?\s+(?P<those>\d+(?:\s*[-–]\s*\d+)?)\)"
    rf"|【(?:F:)?(?P<file>{PATH.pattern})†L(?P<span>\d+(?:-L\d+)?)】",
    re.IGNORECASE,
)
"""Citations in words: ``path`` (lines 3-9), and as assistants write them: 【F:path†L3-L9】."""
_HERE: Final = regex(
    r"^lines?\s+(?P<lines>\d+(?:\s*[-–]\s*\d+)?)(?:\s+in\s+`(?P<path>[^`]+)`)?\s*:\s*(?P<rest>.*)$", re.IGNORECASE
)
"""Lines of the file that the section is about: "Lines 3-9: `load()` reads the file"."""
_LINE_COLUMN: Final = regex(r"^\W*line(?:\(s\)|\s*(?:#|no\.?|numbers?))?\W*$", re.IGNORECASE)
_LINES_COLUMN: Final = regex(r"^\W*lines\W*$", re.IGNORECASE)
_LINE_CELL: Final = regex(r"L?\d+(?:\s*[-–]\s*L?\d+)?")
_RANGE_CELL: Final = regex(r"L?\d+\s*[-–]\s*L?\d+")
_CALL: Final = regex(r"`(?:[A-Z]\w*\.)?(?P<name>[A-Za-z_]\w*)\(\)`")
_CHANGED: Final = regex(
    r"\b(?:removed?|deleted?|eliminated?|replaced?|updated?|changed?|migrated?|renamed?|moved?|simplified|added|add|"
    r"fixed?|converted|refactored|before|previously|formerly|was|were|old|original\w*|used to|instead|"
    r"no longer|not in the tree)\b|→|->|=>",
    re.IGNORECASE,
)
"""Words that tell of a change: line numbers beside them may be those of the tree before it."""
_DELETED: Final = regex(r"\b(?:deleted?|removed?|eliminated?|gone)\b", re.IGNORECASE)
_PLACE_FIRST: Final = regex(rf"^`?{_CITED.pattern}`?\s*[:–—-]\s+(?!\W*(?i:deleted|removed)\W*$)")
"""A sentence that opens with the place and tells what was done there: the file itself is not what went."""
_QUOTE_BELOW: Final = regex(
    r"^(?:problem|code|line|import|statement|issue|says)\s*:\s*`(?P<code>[^`]+)`\W*$", re.IGNORECASE
)
_QUOTE_BESIDE: Final = regex(r"^`?\s*[:–—-]?\s*`(?P<code>[^`]+)`\W*$")
_STATEMENT: Final = regex(r"^(?:from\s+\S+\s+import\s|import\s|def\s|class\s|return\s|raise\s|assert\s|@)|\w\s*=\s*\S")
_SHORTENED: Final = regex(r"\.\.\.|…")
"""What stands for code that was left out."""
_MISSING: Final = regex(r"\b(?:missing|(?:not|n't)\s+(?:yet\s+)?(?:exist|there|been))\b", re.IGNORECASE)


class CitedPlaces(msgspec.Struct, frozen=True):
    """One citation as it is written, and what must be so for it to be right."""

    text: str
    block: Block
    predicates: tuple[Cited, ...]


def find_citations(blocks: Sequence[Block]) -> Iterator[CitedPlaces]:
    """Every citation of lines, outside quotations.

    Where a sentence tells of a change, the lines may be those before the change: then only the file is looked for.
    """
    for position, block in enumerate(blocks):
        if block.quoted:
            continue
        yield from _in_words(block)
        yield from _in_row(block)
        below = blocks[position + 1] if position + 1 < len(blocks) else None
        found = [match for match in _CITED.finditer(block.text) if not is_quoted(block.text, match.start())]
        for match in found:
            if _DELETED.search(block.text) and not _PLACE_FIRST.match(block.text):
                continue
            says = _quotation(block, match, below) if len(found) == 1 else ""
            changed = _CHANGED.search(f"{block.text[: match.start()]} {block.text[match.end() :]} {block.lead}")
            spans = [part.partition("-") for part in match["lines"].split(",")]
            predicates = tuple(
                Cited(
                    path=match["path"],
                    first=None if changed else int(first),
                    last=int(last) if last and not changed else None,
                    says="" if changed else says,
                )
                for first, _, last in spans
            )
            if all(each.first != 0 for each in predicates):
                yield CitedPlaces(match[0], block, tuple(dict.fromkeys(predicates)))


def _in_words(block: Block) -> Iterator[CitedPlaces]:
    """Citations that are written as words; the lines are compared only where they are said to be of now."""
    changed = _CHANGED.search(re.sub(r"`[^`]*`", "", f"{block.text} {block.lead}"))
    for match in _LINES_OF.finditer(block.text):
        if not is_quoted(block.text, match.start()) and not changed:
            first, last = _span(match["lines"] or match["those"] or match["span"])
            if match["span"]:
                last = None  # an assistant cites the window that it looked at, which may end later
            path = match["path"] or match["bare"] or match["file"]
            yield CitedPlaces(match[0], block, (Cited(path=path, first=first, last=last),))
    here = _HERE.match(block.text)
    path = "" if here is None else here["path"] or place_of(block)[0]
    if here is not None and PATH.fullmatch(path) and not changed:
        first, last = _span(here["lines"])
        called = _CALL.match(here["rest"])
        says = called["name"] if called is not None else ""
        end = here.start("rest") + (called.end() if called is not None else 0)
        text = block.text[:end].rstrip(" :")
        yield CitedPlaces(text, block, (Cited(path=path, first=first, last=last, says=says),))


def _in_row(block: Block) -> Iterator[CitedPlaces]:
    """A row with a file, its line and perhaps the code that stands there; a column of lines may count them."""
    paths = [cell.strip("`* ") for _, cell in block.cells if PATH.fullmatch(cell.strip("`* "))]
    lines = [
        cell.strip("`* ")
        for head, cell in block.cells
        if (_LINE_COLUMN.match(head) and _LINE_CELL.fullmatch(cell.strip("`* ")))
        or (_LINES_COLUMN.match(head) and _RANGE_CELL.fullmatch(cell.strip("`* ")))
    ]
    told = " ".join((block.lead, *block.headings[-1:], *(f"{head} {cell}" for head, cell in block.cells)))
    if len(paths) != 1 or len(lines) != 1 or _CHANGED.search(re.sub(r"`[^`]*`", "", told)):
        return
    first, last = _span(lines[0])
    codes = [code[1].strip() for _, cell in block.cells if (code := CODE.fullmatch(cell.strip()))]
    codes = [code for code in codes if _STATEMENT.search(code) and not _SHORTENED.search(code)]
    says = codes[0] if len(codes) == 1 else ""
    yield CitedPlaces(f"{paths[0]}:{lines[0]}", block, (Cited(path=paths[0], first=first, last=last, says=says),))


def _span(lines: str) -> tuple[int, int | None]:
    first, _, last = re.sub(r"[\sL]", "", lines).replace("–", "-").partition("-")
    return max(1, int(first)), int(last) if last else None


def _quotation(block: Block, match: re.Match[str], below: Block | None) -> str:
    """The code that stands beside a citation, or alone in the line below it."""
    beside = _QUOTE_BESIDE.match(block.text[match.end() :])
    under = None
    if beside is None and below is not None and below.line == block.end_line + 1 and below.headings == block.headings:
        under = _QUOTE_BELOW.match(below.text) if block.text.rstrip("`").endswith(match[0]) else None
    found = beside or under
    code = found["code"].strip() if found is not None else ""
    return code if _STATEMENT.search(code) and not _SHORTENED.search(code) else ""


def mentioned_paths(block: Block) -> tuple[str, ...]:
    """The files that a sentence speaks of as being there; none where it tells of a change, or quotes."""
    if (
        block.quoted
        or block.kind == "html"
        or _MISSING.search(block.text)
        or lists_deleted(block)
        or _CHANGED.search(f"{block.text} {block.lead} {' '.join(block.headings[-1:])}")
    ):
        return ()
    return tuple(
        match[1]
        for match in CODE.finditer(block.text)
        if PATH.fullmatch(match[1]) and "/" in match[1] and not is_quoted(block.text, match.start())
    )

"""Checks the numbers of a document against each other: lists that it counts, percentages, sums, totals."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from audit.claims.blocks import Block, Outline
from audit.model.documents import DocumentFinding
from audit.model.regex import regex

_VAGUE: Final = regex(
    r"\b(?:including|such as|e\.g|some|over|at least|up to|about|around|more than|top|first|last|main|key|most|"
    r"among|phases?|steps?|options?|per|each)\b|[~+≈<>≥≤%]|\d\s*[-–/.:]\s*\d",
    re.IGNORECASE,
)
_COUNTED: Final = (
    re.compile(
        r"^(?:the\s+following\s+|these\s+)?(?P<number>\d+)\s+(?:\w+\s+){0,3}(?P<noun>[a-z]+s)(?:\s+\w+)?\s*:$",
        re.IGNORECASE,
    ),
    re.compile(r"^(?:\w+\s+){0,3}(?P<noun>[A-Za-z]+s)(?:\s+\w+)?\s*\((?P<number>\d+)\)\s*:$"),
)
_OWN_COUNT: Final = regex(r"\(\d+(?:\s+[a-z]+){0,3}\)\W*$|^\W*\d+\s+[a-z]|[:×x]\s*\d+\W*$", re.IGNORECASE)
"""An item that stands for several: "Retries (4)", "3 for the parser"."""
_FRACTION: Final = regex(
    r"(?<![\d./~-])(?P<part>\d+)\s*(?:/|\s+of\s+|\s+out of\s+)\s*(?P<whole>\d+)\b(?![./\d])[^()\d]{0,30}"
    r"\(\s*(?P<approx>[~≈]?)\s*(?P<percent>\d+(?:\.\d+)?)\s*%\s*\)"
)
_SHARE: Final = regex(
    r"(?P<approx>[~≈]|about\s+|around\s+)?\b(?P<percent>\d+(?:\.\d+)?)\s*%\s+[^()%]{0,60}"
    r"\(\s*(?P<part>\d+)\s*(?:/|of|out of)\s*(?P<whole>\d+)\b(?![./\d])[^()]{0,20}\)",
    re.IGNORECASE,
)
_AMOUNT: Final = r"[~≈]?\d{1,3}(?:,\d{3})+\+?|[~≈]?\d+\+?"
_LESS: Final = r"(?:reduction|reduced|less|fewer|smaller|shorter|decrease|drop|saved|removed)"
_MORE: Final = r"(?:increase|increased|more|growth|larger|longer|faster)"
_CHANGED: Final = (
    re.compile(
        rf"(?<![\w.,/-])(?P<old>{_AMOUNT})(?:\s+[a-z]+){{0,3}}\s*(?:\bto\b|→|->|=>)\s*(?P<new>{_AMOUNT})(?![.\w])(?:\s+[a-z]+){{0,3}}"
        rf"\s*[(,:;—–-]\s*(?:an?\s+)?(?P<approx>[~≈]|about\s+|around\s+)?(?P<percent>\d+(?:\.\d+)?)\s*%\s+(?:(?P<less>{_LESS})|{_MORE})\b",
        re.IGNORECASE,
    ),
    re.compile(
        rf"\b(?:(?P<less>reduced|cut|decreased|shrank|shrunk|dropped|fell)|increased|grew|grown|rose)\b[^().%]{{0,60}}\bby\s+"
        rf"(?P<approx>[~≈]|about\s+|around\s+)?(?P<percent>\d+(?:\.\d+)?)\s*%\s*\(\s*(?:from\s+)?(?P<old>{_AMOUNT})(?:\s+[a-z]+)?"
        rf"\s*(?:\bto\b|→|->|=>)\s*(?P<new>{_AMOUNT})(?:\s+[a-z]+){{0,2}}\s*\)",
        re.IGNORECASE,
    ),
)
"""A change in numbers with its share: "from 500 to 300 lines (40% reduction)", "cut by 40% (500 -> 300)"."""
_ROUNDED_BY: Final = 5
"""How many points of a hundred a share of rounded numbers may be off."""
_SUM: Final = regex(r"(?<![\w.,+*/=-])(?P<terms>\d+(?:\s\+\s\d+)+)\s=\s(?P<total>\d+)(?![\d.,]|\s*[*/+])")
_TOTAL: Final = regex(r"^\W*(?:grand\s+)?total\W*$", re.IGNORECASE)
_NUMBER: Final = regex(r"^\W*(\d{1,3}(?:,\d{3})+|\d+)\W*$")


def miscounts(outline: Outline, path: str) -> Iterator[DocumentFinding]:
    """Every number that contradicts the document's own list, fraction, sum or table (DOC005)."""
    found = [
        *_lists(outline.blocks),
        *_fractions(outline.blocks),
        *_changes(outline.blocks),
        *_sums(outline.blocks),
        *_totals(outline),
    ]
    for line, message in sorted(found):
        yield DocumentFinding(code="DOC005", message=message, path=path, line=line)


def _lists(blocks: tuple[Block, ...]) -> Iterator[tuple[int, str]]:
    for position, lead in enumerate(blocks):
        if lead.kind != "lead" or lead.quoted or _VAGUE.search(lead.text):
            continue
        match = next((found for pattern in _COUNTED if (found := pattern.match(lead.text))), None)
        rest = blocks[position + 1 :]
        if (
            match is None
            or not rest
            or rest[0].kind != "item"
            or rest[0].lead != lead.text
            or rest[0].list == lead.list
        ):
            continue
        items = [each.text for each in rest if each.list == rest[0].list and each.lead == lead.text]
        if len(items) != int(match["number"]) and not any(map(_OWN_COUNT.search, items)):
            yield lead.line, f"says {match['number']} {match['noun']} and lists {len(items)}"


def _fractions(blocks: tuple[Block, ...]) -> Iterator[tuple[int, str]]:
    for block in blocks:
        for match in (*_FRACTION.finditer(block.text), *_SHARE.finditer(block.text)):
            part, whole, percent = int(match["part"]), int(match["whole"]), float(match["percent"])
            if match["approx"] or not whole or part > whole:
                continue
            exact = 100 * part / whole
            if abs(exact - percent) > 1:
                yield block.line, f"says {match['percent']}% for {part} of {whole}, which is {exact:.0f}%"


def _changes(blocks: tuple[Block, ...]) -> Iterator[tuple[int, str]]:
    """Shares that do not follow from the two numbers beside them; rounded numbers allow for more."""
    for block in blocks:
        for match in (found for pattern in _CHANGED for found in pattern.finditer(block.text)):
            old, new = (int(re.sub(r"\D", "", match[name])) for name in ("old", "new"))
            if not old or (old > new) is not bool(match["less"]):
                continue
            is_rounded = match["approx"] or not (match["old"] + match["new"]).replace(",", "").isdigit()
            exact, said = 100 * abs(old - new) / old, float(match["percent"])
            if abs(exact - said) > (_ROUNDED_BY if is_rounded else 1):
                yield (
                    block.line,
                    f"says {match['percent']}% for {match['old']} to {match['new']}, which is {exact:.0f}%",
                )


def _sums(blocks: tuple[Block, ...]) -> Iterator[tuple[int, str]]:
    for block in blocks:
        for match in _SUM.finditer(block.text):
            terms = [int(term) for term in match["terms"].split("+")]
            if sum(terms) != int(match["total"]):
                yield block.line, f"says {match['terms']} = {match['total']}, which is {sum(terms)}"


def _totals(outline: Outline) -> Iterator[tuple[int, str]]:
    """Totals that are not the sums of their rows. Where all of several are more, the rows may be some of many."""
    for table in outline.tables:
        if len(table.rows) < 3 or not table.rows[-1] or not _TOTAL.match(table.rows[-1][0]):
            continue
        found = []
        for column, head in enumerate(table.head[1:], start=1):
            numbers = _numbers([row[column] if column < len(row) else "" for row in table.rows])
            if numbers:
                found.append((head.strip() or f"column {column + 1}", sum(numbers[:-1]), numbers[-1]))
        if len(found) > 1 and all(total > added for _, added, total in found):
            continue
        for head, added, total in found:
            if added != total:
                yield table.lines[-1], f"says a total of {total} for {head}, whose rows add up to {added}"


def _numbers(cells: Sequence[str]) -> list[int]:
    """The numbers of a column; none where one cell has none, or where they are shares of something."""
    found = [match[1] for cell in cells if "%" not in cell and (match := _NUMBER.match(cell.strip("*` ")))]
    return [int(number.replace(",", "")) for number in found] if len(found) == len(cells) else []

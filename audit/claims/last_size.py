"""Reads how many lines a file is said to have had that was deleted: "Deleted `a.py` (282 lines)"."""

from __future__ import annotations

import re
from typing import Final

from audit.claims.blocks import Block
from audit.claims.names import PATH
from audit.claims.sizes import TOLERANCE
from audit.model.predicates import Bound
from audit.model.regex import regex

_NUMBER: Final = r"(?P<about>~|≈|about\s+)?[-−–]?(?P<number>\d{1,3}(?:,\d{3})+|\d+)(?P<more>\+?)"
_BRACKETS: Final = regex(
    rf"\((?:(?:was|had)\s+|(?:deleted|removed)\s*[,;:]\s*)?{_NUMBER}\s+(?:lines|loc)(?:\s+of\s+code)?\)", re.IGNORECASE
)
_HEAD: Final = regex(r"\b(?:lines|loc)\b", re.IGNORECASE)
_CELL: Final = regex(rf"{_NUMBER}(?:\s+lines)?")


def lines_at_last(block: Block, names: tuple[str, ...]) -> Bound | None:
    """The lines of the one file that went, in brackets or in a column; None where they are not told."""
    if len(names) != 1 or not PATH.fullmatch(names[0]):
        return None
    cells = (_CELL.fullmatch(cell.strip("`* ")) for head, cell in block.cells if _HEAD.search(head))
    found = [match for match in (*_BRACKETS.finditer(block.text), *cells) if match is not None]
    if len(found) != 1:
        return None
    number = int(found[0]["number"].replace(",", ""))
    if found[0]["more"]:
        return Bound(least=number)
    slack = TOLERANCE if found[0]["about"] else 0
    return Bound(int(number * (1 - slack)), round(number * (1 + slack)))

"""Reads a row of a table as a sentence: what something is now, and what became of it."""

from __future__ import annotations

import re
from typing import Final

from audit.claims.blocks import Block
from audit.claims.inline import unmarked
from audit.claims.names import PATH
from audit.model.regex import regex

_BEFORE: Final = regex(r"^\W*(?:before|old|previous(?:ly)?|was|baseline|from|original)\b", re.IGNORECASE)
_NOW: Final = regex(r"^\W*(?:after|now|new|current(?:ly)?|actual|result)\b", re.IGNORECASE)
_STATUS: Final = regex(r"^\W*(?:status|state|result|action|change|outcome)\b", re.IGNORECASE)


def now_of(block: Block) -> str:
    """``label: value`` of a row with a column for before and one for now; empty for any other sentence."""
    if len(block.cells) < 3 or not any(_BEFORE.match(head) for head, _ in block.cells):
        return ""
    now = [cell.strip() for head, cell in block.cells if _NOW.match(head)]
    label = block.cells[0][1].strip()
    return f"{label}: {now[0]}" if len(now) == 1 and label else ""


def status_of(block: Block) -> str:
    """A row as a sentence: the one name that it holds, and its status; empty where there is not one of each."""
    names = [cell for _, cell in block.cells if re.fullmatch(r"\W*`[^`]+`\W*", cell)]
    names = names or [f"`{path}`" for _, cell in block.cells[:1] if PATH.fullmatch(path := cell.strip("* "))]
    states = [unmarked(cell)[1] for head, cell in block.cells if _STATUS.match(head)]
    return f"{names[0].strip()}: {states[0]}" if len(names) == len(states) == 1 else ""

"""Texts that tell how things were on the day of which they are: dated reports, finished work, what programs wrote."""

from __future__ import annotations

import re
from typing import Final

from audit.kinds.deletion import is_looked_up
from audit.model.regex import regex

_HEAD: Final = 25
"""Lines at the beginning of a document in which it says of what day it is."""
_FRONT_MATTER: Final = regex(r"\A---\n.*?\n---\n", re.DOTALL)
"""What a generator of sites reads: any page may bear a date there."""
_LABEL: Final = r"^(?:[^\w\n]|\d\.){0,9}"
_DAY: Final = r"""[^\w\n]*:[^\w\n]*(?:\w+,\s)?(?:
    20\d\d[-/.]\d\d | \d{1,2}[-/.]\d{1,2}[-/.]20\d\d
  | (?:\d{1,2}\s)?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?\s(?:\d{1,2}(?:st|nd|rd|th)?,?\s)?20\d\d
)"""
_DATED: Final = regex(
    rf"""{_LABEL}(?:
        (?:\w+\s){{0,2}}(?:date|datum|data|fecha|timestamp)(?:\s(?:completed|of\s\w+|and\stime))?
      | (?:generated|completed|executed|resolved|finished|analyzed)(?:\s(?:on|at|by))?
    ){_DAY}""",
    re.VERBOSE | re.IGNORECASE | re.MULTILINE,
)
_NO_ACCOUNT: Final = regex(
    rf"{_LABEL}[^:\n]{{0,40}}\b(?:version|updated?|modified|revised|maintained|effective|release|due|target|start)\b[^:\n]*:",
    re.IGNORECASE | re.MULTILINE,
)
"""What texts say of themselves that are kept up, and dates of what is to come."""
_FINISHED: Final = regex(
    rf"{_LABEL}status[^\w\n]*:\W*(?:completed?|done|resolved|fixed|finished|closed)\b",
    re.IGNORECASE | re.MULTILINE,
)
_ACHIEVED: Final = regex(r"\A#\s[^\n]*(?:[✅✔🎉]|\b(?:COMPLETED?|RESOLVED|DONE|FIXED))\W*$", re.MULTILINE)
"""Titles of work that is done."""
_STAMPED: Final = regex(
    r"""["'](?:20\d\d-[01]\d-[0-3]\d[T ][0-2]\d:[0-5]\d[^"'\n]{0,20}
      | [0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})["']
      | ["'](?:\w*_)?(?:timestamp|date|generated|created|updated|completed)(?:_(?:at|on|date))?["']\s*:\s*
        ["']20\d\d-
      | ["'](?:head|base|merge|commit|merge_commit)_(?:sha|hash|id)["']\s*:\s*["'][0-9a-f]{40}["']""",
    re.VERBOSE | re.IGNORECASE,
)
_KEPT_UP: Final = regex(
    r"claude|agents?|gemini|contributing|index|usage|install(?:ation)?|security|.*(?:architecture|structure|overview|spec|specification|manual)",
    re.IGNORECASE,
)
"""Titles of texts that say how things are, whatever day they bear."""


def is_account(name: str, text: str) -> bool:
    """Whether a document says by its head that it is an account of some day or of finished work, and not what people
    look things up in: its title tells that, and a date on which it was brought up to date."""
    if is_looked_up(name) or _KEPT_UP.fullmatch(name.partition(".")[0]):
        return False
    head = "\n".join(_FRONT_MATTER.sub("", text).lstrip().split("\n", _HEAD)[:_HEAD])
    if _NO_ACCOUNT.search(head) is not None:
        return False
    return any(pattern.search(head) is not None for pattern in (_DATED, _FINISHED, _ACHIEVED))


def is_written_down(text: str) -> bool:
    """Whether data hold the moment or the number under which a program wrote them down: a result, a session, a plan
    with its tasks. What they name was there at that time."""
    return _STAMPED.search(text) is not None

"""Sentences about what was moved, renamed or merged: both the old name and the new one are judged."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import Final

from audit.claims.blocks import Block
from audit.claims.names import FOLDER, PATH, SYMBOL, folder_name, is_quoted
from audit.claims.titles import lists_moved
from audit.model.predicates import Absent, AnyPredicate, Exists
from audit.model.regex import regex

_KIND: Final = r"(?:the\s+)?(?:file\s+|module\s+|script\s+|class\s+|function\s+|folder\s+)?"
_OLD: Final = rf"{_KIND}`(?P<old>[^`]+)`(?:\s+(?:class|function|file|module))?"
_TO: Final = r"(?:to|into|→|->|=>)"
_MOVED: Final = (
    re.compile(rf"\b(?:renamed|moved|relocated|archived)\s+{_OLD}\s*{_TO}\s*{_KIND}`(?P<new>[^`]+)`", re.IGNORECASE),
    re.compile(
        rf"^{_OLD}\s+(?:(?:was|were|is|has|been|now)\s+)*(?:renamed|moved|relocated|archived)\s*{_TO}\s*{_KIND}`(?P<new>[^`]+)`",
        re.IGNORECASE,
    ),
)
_MOVED_BEHIND: Final = regex(
    rf"^{_OLD}\s*(?:→|->|=>|:|[–—-])\s*(?:renamed|moved|relocated|archived|merged|consolidated)\s*{_TO}\s*{_KIND}`(?P<new>[^`]+)`",
    re.IGNORECASE,
)
"""A name, and behind it what became of it: "`a.py` → Moved to `docs/`"."""
_OUT_OF: Final = regex(
    rf"\b(?:moved|extracted)\s+{_KIND}`(?P<name>[\w.]+)(?:\(\))?`(?:\s+(?:class|function|method))?\s+"
    r"(?:from|out\s+of)\s+`(?P<old>[^`]+)`\s+(?:in)?to\s+`(?P<new>[^`]+)`",
    re.IGNORECASE,
)
_FUNCTION_TO: Final = regex(
    rf"^(?:[A-Z][\w &/-]{{0,30}}:\s+)?(?:moved|relocated|extracted)\s+{_KIND}`(?P<name>[A-Za-z_]\w*)(?P<call>\(\))?`"
    r"(?:\s+(?P<kind>class|function|method))?\s+(?:in)?to\s+`(?P<new>[^`]+\.py)`(?:\s+as\s+`(?P<alias>[A-Za-z_]\w*)(?:\(\))?`)?\W*(?:$|\()",
    re.IGNORECASE,
)
"""A function or a class that was put into a file: "Moved `load()` to `pkg/a.py` as `read()`"."""
_FUNCTION_AT: Final = regex(
    r"^`(?P<name>[A-Za-z_]\w*)\(\)`\s*(?:→|->|=>)\s*`(?P<new>(?:[\w.-]+/)*[\w.-]+\.py)`\s*(?:$|[(–—-])"
)
_CALLABLES: Final = regex(
    r"\brenamed\s+(?:the\s+)?(?:(?:function|method)\s+)?`(?P<old>[A-Za-z_][\w.]*)\(\)`\s*(?:to|→|->|=>)\s*"
    r"`(?P<new>[A-Za-z_][\w.]*)(?:\(\))?`\W*(?:$|\()",
    re.IGNORECASE,
)
_TAKEN_UP: Final = regex(
    r"^(?:[A-Z][\w &/-]{0,30}:\s+)?(?:replaced|merged|consolidated|combined)\s+"
    r"(?P<old>`[^`]+`(?:(?:\s*,\s*|\s*,?\s+and\s+)`[^`]+`)*)\s+(?:with|by|into)\s+`(?P<new>[^`]+)`\W*(?:$|\()",
    re.IGNORECASE,
)
"""Files that another one took the place of: "Merged `a.py` and `b.py` into `c.py`"."""
_ARROW: Final = regex(r"^`(?P<old>[^`]+)`\s*(?:→|->|=>)\s*`(?P<new>[^`]+)`\s*(?:$|[(–—-])")
_LIST_OF_MOVES: Final = regex(r"\b(?:renamed|moved|renames|moves|relocated|consolidated|merged)\b", re.IGNORECASE)
_OLD_COLUMN: Final = regex(r"^\W*(?:old|before|from|previous|original)\b", re.IGNORECASE)
_NEW_COLUMN: Final = regex(r"^\W*(?:new|after|to|now|current)\b", re.IGNORECASE)
_CODE_CELL: Final = regex(r"^`([^`]+)`$")


def renaming(block: Block) -> tuple[AnyPredicate, ...]:
    """A file, class or function said to be renamed or moved: the old name is gone, the new one is there."""
    for old, new in _pairs(block):
        found = _both(old, new)
        if found:
            return found
    match = _OUT_OF.search(block.text)
    if match is None or is_quoted(block.text, match.start()):
        return _put_into(block.text) or _renamed_callable(block.text) or _taken_up(block.text)
    old, new, name = match["old"], match["new"], match["name"]
    if not (PATH.fullmatch(old) and PATH.fullmatch(new)):
        return ()
    return (Absent(names=(f"{old}::{name}",)), Exists(names=(f"{new}::{name}",)))


def _put_into(text: str) -> tuple[AnyPredicate, ...]:
    """A function or class that a file holds now; where it was before is not said."""
    match = _FUNCTION_TO.match(text)
    if match is not None and (match["call"] or match["kind"] or SYMBOL.fullmatch(match["name"])):
        return (Exists(names=(f"{match['new']}::{match['alias'] or match['name']}",)),)
    match = _FUNCTION_AT.match(text)
    return (Exists(names=(f"{match['new']}::{match['name']}",)),) if match is not None else ()


def _renamed_callable(text: str) -> tuple[AnyPredicate, ...]:
    match = _CALLABLES.search(text)
    if match is None or is_quoted(text, match.start()) or match["old"] == match["new"]:
        return ()
    return (Absent(names=(match["old"],)), Exists(names=(match["new"],)))


def _taken_up(text: str) -> tuple[AnyPredicate, ...]:
    """Files that are gone because another one, which is there, took their place."""
    match = _TAKEN_UP.match(text)
    old = tuple(re.findall(r"`([^`]+)`", match["old"])) if match is not None else ()
    if match is None or not all(map(PATH.fullmatch, (*old, match["new"]))) or match["new"] in old:
        return ()
    return (Absent(names=old), Exists(names=(match["new"],)))


def _pairs(block: Block) -> Iterator[tuple[str, str]]:
    for pattern in (*_MOVED, _MOVED_BEHIND):
        match = pattern.search(block.text)
        if match is not None and not is_quoted(block.text, match.start()):
            yield match["old"], match["new"]
    if any(map(_LIST_OF_MOVES.search, (*block.parents, block.lead, *block.headings[-1:]))) or lists_moved(block):
        match = _ARROW.match(block.text)
        if match is not None:
            yield match["old"], match["new"]
        old = [cell for head, cell in block.cells if _OLD_COLUMN.match(head)]
        new = [cell for head, cell in block.cells if _NEW_COLUMN.match(head)]
        if len(old) == len(new) == 1:
            was, now = _CODE_CELL.match(old[0].strip()), _CODE_CELL.match(new[0].strip())
            if was is not None and now is not None:
                yield was[1], now[1]


def _both(old: str, new: str) -> tuple[AnyPredicate, ...]:
    if FOLDER.fullmatch(old) and FOLDER.fullmatch(new) and not new.startswith(old):
        return (Absent(names=(folder_name(old),)), Exists(names=(folder_name(new),)))
    if PATH.fullmatch(old):
        if FOLDER.fullmatch(new):
            new = posixpath.join(new, posixpath.basename(old))
        if not PATH.fullmatch(new) or old == new:
            return ()
        if "/" in old and "/" not in new:
            new = posixpath.join(posixpath.dirname(old), new)
        return (Absent(names=(old,)), Exists(names=(new,)))
    old, new = old.removesuffix("()"), new.removesuffix("()")
    if old != new and all(SYMBOL.fullmatch(name) for name in (old, new)):
        return (Absent(names=(old,)), Exists(names=(new,)))
    return ()

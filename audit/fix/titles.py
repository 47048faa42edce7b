"""Titles of reStructuredText that a fix makes longer or shorter -> the lines drawn below and above them, drawn anew."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from audit.fix.text import Edit, Lines
from audit.model.regex import regex

_DRAWN: Final = regex(r"([!-/:-@\[-`{-~])\1+")


def redrawn(lines: Lines, edits: Iterable[Edit]) -> list[Edit]:
    """The edits of the lines drawn along the titles that ``edits`` change: one that is shorter than its title is an
    error to Sphinx. One that was longer than its title already stays where it is long enough."""
    growth: dict[int, int] = {}
    for edit in set(edits):
        start = lines.line_start(edit.start)
        if lines.line_end(edit.end) == lines.line_end(edit.start) and "\n" not in edit.new:
            growth[start] = growth.get(start, 0) + len(edit.new) - (edit.end - edit.start)
    found = []
    for start, more in growth.items():
        end = lines.line_end(start)
        before = len(lines.text[start:end].rstrip())
        below = lines.next_line(end)
        above = lines.line_start(start - 1) if start else start
        for place in (below, above) if more and below > end else ():
            drawn = lines.text[place : lines.line_end(place)].rstrip()
            if place == start or not _DRAWN.fullmatch(drawn) or len(drawn) < before:
                continue
            length = before + more if len(drawn) == before else max(len(drawn), before + more)
            found += [Edit(place, place + len(drawn), drawn[0] * length)] if length != len(drawn) else []
    return found

"""Bytes -> text within limits, and positions in it."""

from __future__ import annotations

import codecs
import re
from bisect import bisect_left, bisect_right
from itertools import accumulate
from typing import Final

from audit.model.facts import Span
from audit.model.regex import regex

MAX_TEXT: Final = 1_000_000
"""Bytes of a text file that a person wrote; a larger one is data."""
MAX_MENTIONS: Final = 20_000
"""Names and paths in one file; one with more is generated."""
MAX_LINE: Final = 20_000
"""Characters of one line; a longer one is minified or encoded."""
_NOT_BREAK: Final = regex(r"[^\r\n]")
_CODING: Final = regex(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_OF_CHARACTERS: Final = regex(r"iso8859|cp\d|koi8|mac|shift|euc|gb|big5|hz|johab|ptcp|tis")
"""Encodings that write a character as bytes; what else has such a name changes the text."""
_LFS_POINTER: Final = b"version https://git-lfs.github.com/spec/"


class UnreadableError(ValueError):
    """A file that is not what its name says, or too large to be: the message is the reason it is skipped."""


def in_utf8(content: bytes) -> bytes:
    """A text of two bytes a character, marked as such, in UTF-8: its lines and columns stay. Any other as it is."""
    if not content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content
    try:
        return content.decode("utf-16").encode()
    except UnicodeError:
        return content


def text_of(content: bytes, *, max_bytes: int = MAX_TEXT, max_line: int | None = MAX_LINE) -> str:
    """The text of a file, line endings kept.

    Raises:
        UnreadableError: a Git LFS pointer, too large, binary, not UTF-8 nor what it declares, or minified.
    """
    if content.startswith(_LFS_POINTER):
        raise UnreadableError("a Git LFS pointer, the file itself is not here")
    if len(content) > max_bytes:
        raise UnreadableError(f"larger than {max_bytes:,} bytes: data, not read for references")
    if b"\0" in content:
        raise UnreadableError("binary, not text")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        declared = _in_its_own_encoding(content)
        if declared is None:
            raise UnreadableError(f"not UTF-8 text: {error.reason} at byte {error.start}") from None
        text = declared
    if max_line is not None and len(text) > max_line and max(map(len, text.split("\n"))) > max_line:
        raise UnreadableError(f"a line is longer than {max_line:,} characters: minified or encoded, not read")
    return text


def _in_its_own_encoding(content: bytes) -> str | None:
    """The text in the encoding that its first two lines declare, as Python and editors read it (PEP 263)."""
    declared = next(filter(None, map(_CODING.match, content.split(b"\n", 2)[:2])), None)
    try:
        codec = codecs.lookup(declared[1].decode()) if declared is not None else None
        return codec.decode(content)[0] if codec is not None and _OF_CHARACTERS.match(codec.name) else None
    except (LookupError, UnicodeError):
        return None


def blanked(found: re.Match[str]) -> str:
    """Blanks in place of a match, line breaks kept: what stands behind it keeps its line and column."""
    return _NOT_BREAK.sub(" ", found[0])


class Positions:
    """Offsets of a text -> lines and columns, both from 1."""

    def __init__(self, text: str) -> None:
        # by the length of each line and the break behind it: nothing that Python does once a line is as fast
        self._starts = [0, *accumulate(map((1).__add__, map(len, text.split("\n"))))]
        self._starts.pop()

    def line(self, offset: int) -> int:
        """The line that holds an offset."""
        return bisect_right(self._starts, offset)

    def span(self, start: int, end: int) -> Span:
        """The place of ``text[start:end]``."""
        line, end_line = self.line(start), self.line(end)
        return line, start - self._starts[line - 1] + 1, end_line, end - self._starts[end_line - 1] + 1

    def offset(self, line: int, column: int = 0) -> int:
        """The offset of a line (from 1) and a column (from 0); beyond the text, that of its last line."""
        return self._starts[min(line, len(self._starts)) - 1] + column


class Unescaped(Positions):
    """The same for one unit of a text, which begins at ``offset``, once its escapes are left out of it."""

    def __init__(self, positions: Positions, offset: int, unit: str, escape: str) -> None:
        self._positions = positions
        self._offset = offset
        parts = unit.split(escape)[:-1]
        self._places = [*accumulate(len(part) + (number > 0) for number, part in enumerate(parts))]

    def line(self, offset: int) -> int:
        return self._positions.line(self._escaped(offset))

    def span(self, start: int, end: int) -> Span:
        return self._positions.span(self._escaped(start), self._escaped(end))

    def _escaped(self, offset: int) -> int:
        return offset + bisect_left(self._places, offset - self._offset)

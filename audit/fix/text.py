"""A file as text that can be edited and written back with its encoding, byte order mark and newlines."""

from __future__ import annotations

import codecs
import io
import tokenize
from bisect import bisect_right
from collections.abc import Iterable
from typing import Final

import msgspec

from audit.model.findings import Site
from audit.model.regex import regex

_NEWLINE: Final = regex(r"\r\n|\r|\n")
_WIDE: Final = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}


class CannotFixError(Exception):
    """A finding that must be left as it is; the message is the reason, in words for the user."""


class Edit(msgspec.Struct, frozen=True, order=True):
    """Replace ``text[start:end]`` by ``new``; offsets in characters."""

    start: int
    end: int
    new: str

    def clashes(self, other: Edit) -> bool:
        """Whether both change the same characters in different ways; insertions at one place do not."""
        if self == other:
            return False
        if self.start == self.end or other.start == other.end:
            return self.start < other.end and other.start < self.end
        return max(self.start, other.start) < min(self.end, other.end)


class SourceText(msgspec.Struct, frozen=True):
    """The text of a file, without its byte order mark, and what is needed to write it back as it was."""

    text: str
    encoding: str
    mark: bytes

    def encode(self, text: str) -> bytes:
        """A changed text as the bytes of this file.

        Raises:
            CannotFixError: the file's encoding has no such character.
        """
        try:
            return self.mark + text.encode(self.encoding)
        except UnicodeEncodeError as error:
            raise CannotFixError(f"its encoding {self.encoding} cannot hold {error.object[error.start]!r}") from None


def decode_python(content: bytes) -> SourceText:
    """The text of Python source, decoded as Python itself would.

    Raises:
        CannotFixError: an unknown or wrong encoding.
    """
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(content).readline)
    except SyntaxError as error:
        raise CannotFixError(f"it does not decode: {error.msg}") from None
    return _decode(content, "utf-8" if encoding == "utf-8-sig" else encoding)


def decode_text(content: bytes) -> SourceText:
    """The text of any other file, which must be UTF-8, or UTF-16 with its mark.

    Raises:
        CannotFixError: it is binary or in another encoding.
    """
    for mark, encoding in _WIDE.items():
        if content.startswith(mark):
            return _decode(content, encoding, mark)
    if b"\0" in content:
        raise CannotFixError("it is a binary file")
    return _decode(content, "utf-8")


def _decode(content: bytes, encoding: str, mark: bytes = b"") -> SourceText:
    mark = codecs.BOM_UTF8 if content.startswith(codecs.BOM_UTF8) else mark
    try:
        source = SourceText(content[len(mark) :].decode(encoding), encoding, mark)
    except UnicodeDecodeError as error:
        raise CannotFixError(f"it does not decode as {encoding}: {error.reason}") from None
    except (UnicodeError, LookupError) as error:
        raise CannotFixError(f"it does not decode as {encoding}: {error}") from None
    if source.encode(source.text) != content:
        raise CannotFixError(f"its encoding {encoding} would not write every line back as it is")
    return source


class Lines:
    """Lines and columns of a text <-> offsets; a line ends with ``\\n``, ``\\r\\n`` or ``\\r``."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._starts = [0, *(match.end() for match in _NEWLINE.finditer(text))]

    def offset(self, line: int, column: int) -> int:
        """The offset of a line and a column, both from 1.

        Raises:
            CannotFixError: the text has no such place.
        """
        if not 1 <= line <= len(self._starts):
            raise CannotFixError("the file has changed since it was checked")
        return min(self._starts[line - 1] + column - 1, len(self.text))

    def span(self, site: Site) -> tuple[int, int]:
        """The offsets of a site.

        Raises:
            CannotFixError: the site names no place in a text.
        """
        if site.line is None or site.column is None or site.end_line is None or site.end_column is None:
            raise CannotFixError("its exact place in the file is not known")
        return self.offset(site.line, site.column), self.offset(site.end_line, site.end_column)

    def indentation(self, offset: int) -> str | None:
        """The white space before an offset on its line; None when something else stands there."""
        start = self._starts[bisect_right(self._starts, offset) - 1]
        before = self.text[start:offset]
        return before if not before.strip(" \t\f") else None

    def line_start(self, offset: int) -> int:
        """Where the line of an offset begins."""
        return self._starts[bisect_right(self._starts, offset) - 1]

    def line_end(self, offset: int) -> int:
        """Where the line of an offset ends, before its newline."""
        match = _NEWLINE.search(self.text, offset)
        return match.start() if match else len(self.text)

    def next_line(self, offset: int) -> int:
        """Where the line after that of an offset begins; the end of the text when there is none."""
        match = _NEWLINE.search(self.text, offset)
        return match.end() if match else len(self.text)

    def newline(self, offset: int) -> str:
        """How the line of an offset ends; where it is the last, how the first line does."""
        match = _NEWLINE.search(self.text, offset) or _NEWLINE.search(self.text)
        return match.group() if match else "\n"


def apply_edits(text: str, edits: Iterable[Edit]) -> str:
    """The text with all edits made; equal edits count once, and none may clash with another."""
    parts: list[str] = []
    position = 0
    for edit in sorted(set(edits)):
        parts += (text[position : edit.start], edit.new)
        position = edit.end
    return "".join((*parts, text[position:]))

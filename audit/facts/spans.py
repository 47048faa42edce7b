"""Positions of syntax nodes in characters, where the parser counts UTF-8 bytes."""

from __future__ import annotations

import ast
import io
import tokenize
from functools import cached_property

from audit.model.facts import Span


class Spans:
    """Spans of nodes in one file; columns count characters from 1 and ends are exclusive."""

    def __init__(self, content: bytes) -> None:
        self._ascii = content.isascii()
        self.lines: list[bytes] = (content if self._ascii else _as_parsed(content)).splitlines()

    @cached_property
    def stripped(self) -> list[bytes]:
        """The lines without the blanks around them."""
        return list(map(bytes.strip, self.lines))

    def of(self, node: ast.stmt | ast.expr | ast.alias | ast.arg | ast.keyword) -> Span:
        """The span of a node."""
        line, column = node.lineno, node.col_offset
        end_line, end_column = node.end_lineno or line, node.end_col_offset or column
        if not self._ascii:
            column, end_column = self._characters(line, column), self._characters(end_line, end_column)
        return (line, column + 1, end_line, end_column + 1)

    def _characters(self, line: int, offset: int) -> int:
        if line > len(self.lines):
            return offset
        before = self.lines[line - 1][:offset]
        return offset if before.isascii() else len(before.decode("utf-8", errors="replace"))


def _as_parsed(content: bytes) -> bytes:
    """The file as the parser counts it: in UTF-8 whatever its own encoding, and without a byte order mark."""
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(content).readline)
    except SyntaxError:
        encoding = "utf-8"  # stray bytes in a comment, which the parser lets pass
    try:
        return content.decode(encoding, errors="replace").encode(errors="replace")
    except UnicodeError:
        return content  # some codecs, such as idna, replace nothing

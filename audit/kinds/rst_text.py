"""reStructuredText -> mentions: the walk through a text that documents and docstrings share."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from audit.kinds.cross_references import DIRECTIVE, ROLE, CurrentModule, directive_mentions, role_mentions
from audit.kinds.deletion import heads_deletion, speaks_of_deletion, without_statements
from audit.kinds.fences import Fence, fence_mentions, shows_python
from audit.kinds.forms import form_of
from audit.kinds.prose import CodeLine, doctest_lines, doctest_mentions, prose_mentions
from audit.kinds.sphinx import doc_mentions, without_doc_roles
from audit.kinds.texts import Positions
from audit.model.mentions import Mention
from audit.model.regex import regex

_CODE: Final = regex(r"^([ \t]*)\.\.[ \t]+(?:(?:code-block|code|sourcecode|prompt)::[ \t]*|(?=toctree::))([\w+-]*)")
_OLD: Final = regex(r"^([ \t]*)\.\.[ \t]+(?:deprecated|versionremoved|versionchanged)::")
_COMMENT: Final = regex(r"^([ \t]*)\.\.(?:[ \t]+(?!\S*::|_|\[|\|)\S|[ \t]*$)")
_LINK: Final = regex(r"`[^`<]*<([^>`]+)>`__?")
_CALLED: Final = regex(r"`[^`<]*(?=<[a-z]+://[^>`]+>`__?)")
"""What a link to the web is called, which is no path of the tree."""
_UNDERLINE: Final = regex(r"^([=\-~^\"'`#*+.:_])\1{2,}\s*$")
_ITEM: Final = regex(r"\s*(?:[-*+]|\d+\.)\s")
_OPTION: Final = regex(r"\s*:[\w-]+:")


def rst_mentions(text: str, positions: Positions, offset: int = 0, module: str = "") -> Iterator[Mention]:
    """The mentions of a document, or of a docstring that begins at ``offset`` of its file; ``module`` is the one that
    names are relative to from the beginning."""
    current = CurrentModule(text, offset, module)
    yield from _Walk(positions, current).mentions(text, offset)
    yield from directive_mentions(text, offset, positions, current)


class _Walk:
    """Goes through a text line by line; knows the paragraph so far and whether it stands below an old heading."""

    def __init__(self, positions: Positions, current: CurrentModule) -> None:
        self._positions = positions
        self._current = current
        self._unit: list[str] = []
        self._unit_offset = 0
        self._is_old = False
        self._doctests: list[list[CodeLine]] = []
        self._table: tuple[int, bool] | None = None
        """How far in a ``list-table`` begins, then its rows, once these are known to begin with what was."""

    def mentions(self, text: str, offset: int) -> Iterator[Mention]:
        """The mentions of a text that begins at an offset of its file."""
        lines = text.splitlines(keepends=True)
        index = 0
        while index < len(lines):
            line = lines[index]
            if _UNDERLINE.match(line) and (title := self._title()):
                self._is_old = heads_deletion(title)
                yield from self._end_unit()
            elif block := _CODE.match(line) or _OLD.match(line) or _COMMENT.match(line):
                yield from self._end_unit()
                end = _block_end(lines, index, len(block[1]))
                if (code := _CODE.match(line)) and not self._is_old:
                    start, content = _content(lines[index:end], offset)
                    yield from fence_mentions(Fence(code[2].lower(), start, content), self._positions, "the document")
                elif _OLD.match(line) and not self._is_old:
                    note = without_statements("".join(lines[index:end]))
                    yield from role_mentions(note, offset, self._positions, self._current.at(offset))
                offset += sum(map(len, lines[index:end]))
                index = end
                continue
            elif not line.strip():
                literal = self._literal_block(lines, index)
                yield from self._end_unit()
                if literal:
                    yield from fence_mentions(Fence("", offset, "".join(literal)), self._positions, "the document")
                    offset += sum(map(len, literal))
                    index += len(literal)
                    continue
            else:
                if not self._unit or _ITEM.match(line):
                    yield from self._end_unit()
                    self._unit_offset = offset
                self._unit.append(line)
            offset += len(line)
            index += 1
        yield from self._end_unit()
        yield from doctest_mentions(self._doctests, self._positions, "the example")

    def _literal_block(self, lines: list[str], index: int) -> list[str]:
        """The lines of the Python that the paragraph so far leads to by ``::``; none where it says how it was."""
        intro = "".join(self._unit)
        if self._is_old or not intro.rstrip().endswith("::") or speaks_of_deletion(intro):
            return []
        first = self._unit[0]
        block = lines[index : _block_end(lines, index, len(first) - len(first.lstrip()))]
        return block if shows_python("".join(block)) else []

    def _title(self) -> str:
        """The one line above an underline, or between it and an overline; empty where there is none."""
        if len(self._unit) == 2 and _UNDERLINE.match(self._unit[0]):
            return self._unit[1]
        return self._unit[0] if len(self._unit) == 1 else ""

    def _is_old_cell(self, unit: str) -> bool:
        """Whether a unit is the first cell of a row in a ``list-table`` whose first column holds what was."""
        indent = len(unit) - len(unit.lstrip())
        is_first = unit.lstrip().startswith("* - ")
        if self._table is None or indent < self._table[0]:
            self._table = (indent, False) if unit.lstrip().startswith(".. list-table::") else None
        elif is_first and self._table[0] < indent and not self._table[1]:
            self._table = (indent, True) if heads_deletion(unit) else None  # the row of titles
        return is_first and self._table == (indent, True)

    def _end_unit(self) -> Iterator[Mention]:
        whole, offset, positions = "".join(self._unit), self._unit_offset, self._positions
        self._unit.clear()
        if self._is_old or not whole.strip() or self._is_old_cell(whole):
            return
        if ">>> " in whole:
            self._doctests.append(doctest_lines(whole, offset))
            return
        yield from role_mentions(whole, offset, positions, self._current.at(offset))
        yield from _link_mentions(whole, offset, positions)
        yield from doc_mentions(whole, offset, positions)
        rest = without_doc_roles(DIRECTIVE.sub(_blank, ROLE.sub(_blank, _CALLED.sub(_blank, whole))))
        yield from prose_mentions(rest, offset, positions, "the document")


def _link_mentions(text: str, offset: int, positions: Positions) -> Iterator[Mention]:
    for found in _LINK.finditer(text):
        if form_of(found[1]) == "path":
            span = positions.span(offset + found.start(1), offset + found.end(1))
            yield Mention("REF008", "link", found[1], "path", "the document", "warning", span)


def _blank(found: re.Match[str]) -> str:
    return " " * len(found[0])


def _block_end(lines: list[str], index: int, indent: int) -> int:
    """The first line after a directive that is indented no deeper than it."""
    end = index + 1
    while end < len(lines) and (not lines[end].strip() or len(lines[end]) - len(lines[end].lstrip()) > indent):
        end += 1
    return end


def _content(block: list[str], offset: int) -> tuple[int, str]:
    """Where a directive's content begins, and the content: after its options and a blank line."""
    skipped = 1
    while skipped < len(block) and (not block[skipped].strip() or _OPTION.match(block[skipped])):
        skipped += 1
    return offset + sum(map(len, block[:skipped])), "".join(block[skipped:])

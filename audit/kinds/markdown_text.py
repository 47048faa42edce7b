"""Markdown -> mentions: headings, paragraphs, links, and the fences below them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from audit.kinds.deletion import heads_deletion
from audit.kinds.fences import Fence, fence_mentions
from audit.kinds.folder_trees import tree_mentions
from audit.kinds.prose import prose_mentions
from audit.kinds.rst_text import rst_mentions
from audit.kinds.sphinx import doc_mentions, without_doc_roles
from audit.kinds.texts import Positions
from audit.model.mentions import Mention
from audit.model.regex import regex

_FENCE: Final = regex(
    r"^[ \t>]*(?P<fence>`{3,}|~{3,})[ \t]*(?:\{(?P<directive>[\w:-]+)\}|\{?\.?(?P<language>[\w+-]*))(?P<rest>[^`\n]*)$"
)
_CODE: Final = frozenset({"code", "code-block", "code-cell", "sourcecode"})
"""Directives of MyST whose argument is a language."""
_INDENT: Final = ("    ", "\t")
_HEADING: Final = regex(r"^ {0,3}(#{1,6})[ \t]+(.*)$")
_NEW_UNIT: Final = regex(r"^\s*(?:[-*+][ \t]|\d+[.)][ \t]|\||>|\S+:$|:::)")
_BOLD_HEADING: Final = regex(r"^\s*(?:\*\*[^*]+\*\*:?|__[^_]+__:?)\s*$")


def markdown_mentions(text: str, positions: Positions, role: str, offset: int = 0) -> Iterator[Mention]:
    """The mentions of a whole Markdown text, which begins at ``offset`` of its file."""
    walk = _Walk(positions, role)
    for line in text.splitlines(keepends=True):
        yield from walk.step(line, offset)
        offset += len(line)
    yield from walk.end()


class _Walk:
    """Goes through a text line by line; knows the headings above, the paragraph so far and the open fence."""

    def __init__(self, positions: Positions, role: str) -> None:
        self._positions = positions
        self._role = role
        self._headings: list[tuple[int, bool]] = []  # the level of each, and whether it is about what was
        self._unit: list[str] = []
        self._unit_offset = 0
        self._intro_is_deletion = False
        self._fence: tuple[str, str, int] | None = None
        self._indented: list[tuple[str, int]] = []
        self._content: list[str] = []

    def step(self, line: str, offset: int) -> Iterator[Mention]:
        """Take one more line, and give the mentions of whatever it ends."""
        bare = line.rstrip("\r\n")
        opening = _FENCE.match(bare)
        is_indented = line.startswith(_INDENT) and bool(bare.strip()) and not self._unit
        if self._fence is None and not opening and (is_indented or (self._indented and not bare.strip())):
            self._indented.append((line, offset))
            return
        yield from self._end_indented()
        if self._fence is not None:
            closes = opening is not None and not opening["directive"] and not opening["language"]
            if opening is not None and closes and opening["fence"].startswith(self._fence[0]):
                yield from self._end_fence()
            else:
                self._content.append(line)
        elif opening:
            yield from self._end_unit()
            argument, language = opening["rest"], opening["directive"] or opening["language"]
            if opening["directive"] in _CODE:
                language = argument.strip()
            elif opening["directive"] and not self._in_deletion():
                yield from prose_mentions(argument, offset + opening.start("rest"), self._positions, self._role)
            self._fence = (opening["fence"], language.lower(), offset + len(line))
        else:
            yield from self._text(line, offset)

    def _text(self, line: str, offset: int) -> Iterator[Mention]:
        """Take one more line outside of any fence."""
        bare = line.rstrip("\r\n")
        if (heading := _HEADING.match(bare)) or (_BOLD_HEADING.match(bare) and not self._unit):
            yield from self._end_unit()
            yield from self._heading(line, offset, len(heading[1]) if heading else 7)
        elif not bare.strip():
            yield from self._end_unit()
        else:
            if _NEW_UNIT.match(bare) or not self._unit:
                yield from self._end_unit()
                self._unit_offset = offset
            self._unit.append(line)

    def end(self) -> Iterator[Mention]:
        """The mentions of what the end of the text ends."""
        yield from self._end_indented()
        yield from self._end_unit()
        if self._fence is not None:
            yield from self._end_fence()

    def _end_indented(self) -> Iterator[Mention]:
        """The mentions of lines that are set in: a drawn tree, or text like any other."""
        lines, self._indented = self._indented, []
        if not lines:
            return
        tree = tree_mentions("".join(line for line, _ in lines), lines[0][1], self._positions, self._role)
        if tree is not None:
            yield from () if self._in_deletion() else tree
            return
        for line, offset in lines:
            yield from self._text(line, offset)

    def _in_deletion(self) -> bool:
        return self._intro_is_deletion or any(is_past for _, is_past in self._headings)

    def _heading(self, line: str, offset: int, level: int) -> Iterator[Mention]:
        self._intro_is_deletion = False
        self._headings = [each for each in self._headings if each[0] < level]
        if not self._in_deletion():
            yield from prose_mentions(line, offset, self._positions, self._role)
        self._headings.append((level, heads_deletion(line)))

    def _end_unit(self) -> Iterator[Mention]:
        whole = "".join(self._unit)
        self._unit.clear()
        if not whole.strip():
            return
        if not _NEW_UNIT.match(whole):
            self._intro_is_deletion = False
        if not self._in_deletion():
            yield from prose_mentions(without_doc_roles(whole), self._unit_offset, self._positions, self._role)
            yield from doc_mentions(whole, self._unit_offset, self._positions)
        if whole.rstrip().endswith((":", ":**")) and heads_deletion(whole):
            self._intro_is_deletion = True

    def _end_fence(self) -> Iterator[Mention]:
        if self._fence is not None and not self._in_deletion():
            fence = Fence(self._fence[1], self._fence[2], "".join(self._content))
            if fence.language == "eval-rst":
                yield from rst_mentions(fence.content, self._positions, fence.offset)
            else:
                yield from fence_mentions(fence, self._positions, self._role)
        self._fence = None
        self._content.clear()

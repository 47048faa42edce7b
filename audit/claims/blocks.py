"""The sentences of a Markdown document: list items, table rows and the sentences of paragraphs, with context."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final, Literal

import msgspec

if TYPE_CHECKING:
    from markdown_it.token import Token

Kind = Literal["item", "row", "sentence", "lead"]
Mark = Literal["check", "cross", "open", "none"]
"""A tick, a cross or warning sign, an empty box, or nothing at the start of a sentence."""

_MARKS: Final[tuple[tuple[Mark, re.Pattern[str]], ...]] = (
    ("check", re.compile(r"\[[xX]\]|[✅☑✔✓]\ufe0f?")),
    ("cross", re.compile(r"[❌✗✘🚨⚠🛑]\ufe0f?")),
    ("open", re.compile(r"\[ ?\]|[☐⬜🔲⏳🔄🚧]\ufe0f?")),
)
_SENTENCE_END: Final = re.compile(r"(?<=[.!?])\s+(?=[A-Z`\"“✅❌])")


class Block(msgspec.Struct, frozen=True, kw_only=True):
    """One sentence with its place and its context.

    ``text`` is plain, with inline code in backticks; ``headings`` are those that it stands under, outermost
    first; ``lead`` is the sentence ending in a colon that introduces its list; ``quoted`` is whether it
    stands in a block quotation. A sentence that itself ends in a colon is of the kind ``lead``.
    """

    kind: Kind
    text: str
    line: int
    end_line: int
    headings: tuple[str, ...]
    lead: str
    mark: Mark
    quoted: bool


def read_blocks(source: str) -> tuple[Block, ...]:
    """All sentences of a Markdown document, in order. Code blocks and headings are context, not sentences."""
    from markdown_it import MarkdownIt  # a third of the start-up time of the command line

    return tuple(_Reader(MarkdownIt("commonmark").enable("table").parse(source)).blocks())


class _Reader:
    """Walks the tokens of a document and keeps what a sentence stands under."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self._tokens = tokens
        self._headings: list[tuple[int, str]] = []
        self._inside: list[str] = []
        self._lead = ""
        self._cells: list[str] = []
        self._row = (1, 1)

    def blocks(self) -> Iterator[Block]:
        for position, token in enumerate(self._tokens):
            name = token.type.removesuffix("_open").removesuffix("_close")
            if token.nesting == 1:
                self._inside.append(name)
                if name == "tr":
                    self._cells, self._row = [], _lines(token)
                elif name in ("paragraph", "heading") and "list_item" not in self._inside:
                    self._lead = ""
            elif token.nesting == -1:
                self._inside.pop()
                if name == "tr" and "tbody" in self._inside:
                    yield from self._block("row", " | ".join(self._cells), self._row)
            elif token.type == "inline":
                yield from self._inline(token, self._tokens[position - 1])

    def _inline(self, token: Token, parent: Token) -> Iterator[Block]:
        text = _plain(token)
        if self._inside[-1] == "heading":
            level = int(parent.tag[1:])
            self._headings = [each for each in self._headings if each[0] < level]
            self._headings.append((level, _unmarked(text)[1]))
        elif self._inside[-1] in ("td", "th"):
            self._cells.append(text.replace("\n", " "))
        elif "list_item" in self._inside:
            yield from self._block("item", text, _lines(token))
        else:
            yield from self._sentences(text, _lines(token)[0])

    def _sentences(self, text: str, line: int) -> Iterator[Block]:
        start = 0
        for end in [*(match.start() for match in _SENTENCE_END.finditer(text)), len(text)]:
            piece = text[start:end]
            first = line + text.count("\n", 0, start + len(piece) - len(piece.lstrip()))
            is_lead = end == len(text) and piece.rstrip(" *_").endswith(":")
            yield from self._block("lead" if is_lead else "sentence", piece, (first, first + piece.strip().count("\n")))
            start = end

    def _block(self, kind: Kind, text: str, lines: tuple[int, int]) -> Iterator[Block]:
        mark, words = _unmarked(" ".join(text.split()))
        if re.search(r"\w", words):
            yield Block(
                kind=kind,
                text=words,
                line=lines[0],
                end_line=lines[1],
                headings=tuple(title for _, title in self._headings),
                lead=self._lead,
                mark=mark,
                quoted="blockquote" in self._inside,
            )
        if kind == "lead":
            self._lead = words


def _lines(token: Token) -> tuple[int, int]:
    first, after = token.map or (0, 1)
    return first + 1, max(first + 1, after)


def _plain(token: Token) -> str:
    parts = []
    for child in token.children or ():
        if child.type == "code_inline":
            parts.append(f"`{child.content}`")
        elif child.type in ("softbreak", "hardbreak"):
            parts.append("\n")
        elif child.type in ("text", "image"):
            parts.append(child.content)
    return "".join(parts)


def _unmarked(text: str) -> tuple[Mark, str]:
    """The first mark of a text (a row or a label may have it anywhere), and the text without any."""
    found: list[tuple[int, Mark]] = []
    bare = text
    for mark, pattern in _MARKS:
        match = pattern.search(text)
        # A box counts only at the start: elsewhere it is an index or a link.
        if match is None or (match[0].startswith("[") and match.start() != 0):
            continue
        found.append((match.start(), mark))
        bare = pattern.sub("", bare, count=0 if not match[0].startswith("[") else 1)
    mark = min(found)[1] if found else "none"
    return mark, " ".join(bare.split())

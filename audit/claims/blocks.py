"""The sentences of a Markdown document: list items, table rows and the sentences of paragraphs, with context."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final, Literal

import msgspec

from audit.claims.fences import unnested
from audit.claims.inline import Mark, is_strong, is_struck, plain_text, unmarked
from audit.model.regex import regex

if TYPE_CHECKING:
    from markdown_it.token import Token

Kind = Literal["item", "row", "sentence", "lead", "title", "html"]

_SENTENCE_END: Final = regex(
    r"(?<=[.!?])(?<!e\.g\.)(?<!i\.e\.)(?<!vs\.)(?<!cf\.)(?<!etc\.)(?<!No\.)\s+(?=[A-Z`\"“✅❌])"
    # A line that opens with a label is a sentence of its own: "Claim: ...", below it "Reality: ...".
    r"|\n(?=[A-Z][\w/&'-]*(?: [\w/&'-]+){0,3}:(?:\s|$))"
    # So is a line that opens with a picture.
    r"|\n(?=[\u2300-\u2bff\U0001f000-\U0001faff])"
)
_NUMBERED: Final = regex(
    r"^(?:\W*(?:(?:step|iteration|part|phase|fix|change|task|item)\s+)?\d+(?:\.\d+)*[.):]\s+)+", re.IGNORECASE
)
"""The number of a heading, which is no part of what it says."""
_LISTS: Final = ("bullet_list_open", "ordered_list_open", "table_open")
_LOCATED: Final = regex(r"(?:file|location|path|module|source|script)s?\s*:", re.IGNORECASE)
_TAGS: Final = regex(r"<!--.*?-->|<[^>]*>", re.DOTALL)


class Block(msgspec.Struct, frozen=True, kw_only=True):
    """One sentence with its place and its context.

    ``text`` is plain, with inline code in backticks. ``headings`` are those that it stands under, outermost first (a
    block of the kind ``title`` is a heading itself, the last of them); ``titled`` is whether the outermost is the
    title of the document, ``heading_mark`` the mark of the innermost that has one. ``lead`` introduces its list: a
    sentence ending in a colon, or a bold line, which are of the kind ``lead`` themselves. ``quoted`` is whether it
    stands in a block quotation, ``list`` numbers the list that an item belongs to (0 outside one), and ``parents``
    are the items that a nested list stands under, outermost first. Of a row, ``cells`` holds each heading with its
    cell. ``located`` is the sentence ``File: ...`` that was said last under the same headings, ``struck`` whether a
    part is struck through, ``tested`` what the last test command above it, under the same heading, runs.
    """

    kind: Kind
    text: str
    line: int
    end_line: int
    headings: tuple[str, ...] = ()
    heading_mark: Mark = "none"
    titled: bool = False
    lead: str = ""
    mark: Mark = "none"
    quoted: bool = False
    list: int = 0
    parents: tuple[str, ...] = ()
    cells: tuple[tuple[str, str], ...] = ()
    located: str = ""
    struck: bool = False
    tested: tuple[str, ...] = ()


class Fence(msgspec.Struct, frozen=True, kw_only=True):
    """A code block: ``line`` is that of its first line of code; ``intro`` is the sentence right before it."""

    language: str
    code: str
    line: int
    headings: tuple[str, ...] = ()
    titled: bool = False
    intro: str = ""
    quoted: bool = False
    parents: tuple[str, ...] = ()


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """A table: the cells of its head and of each row, and the line of each row."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]


class Outline(msgspec.Struct, frozen=True, kw_only=True):
    """Everything in a document that may claim something; ``unclosed`` are the lines of code blocks without an end."""

    blocks: tuple[Block, ...]
    fences: tuple[Fence, ...]
    tables: tuple[Table, ...]
    unclosed: tuple[int, ...]


def read_blocks(source: str) -> Outline:
    """All sentences of a Markdown document, its code blocks and its tables, in order."""
    from markdown_it import MarkdownIt  # a third of the start-up time of the command line

    source = unnested(source)
    reader = _Reader(MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(source), source.splitlines())
    blocks = tuple(reader.blocks())
    return Outline(
        blocks=blocks, fences=tuple(reader.fences), tables=tuple(reader.tables), unclosed=tuple(reader.unclosed)
    )


class _Reader:
    """Walks the tokens of a document and keeps what a sentence stands under."""

    def __init__(self, tokens: Sequence[Token], lines: Sequence[str]) -> None:
        self.fences: list[Fence] = []
        self.tables: list[Table] = []
        self.unclosed: list[int] = []
        self._tokens = tokens
        self._source = lines
        self._headings: list[tuple[int, str, Mark]] = []
        self._inside: list[str] = []
        self._leads: list[str] = [""]
        self._items: list[str] = []
        self._struck = False
        self._located = ""
        self._lists: list[int] = []
        self._list_count = 0
        self._before = ""
        self._rows: list[tuple[tuple[str, ...], int]] = []
        self._cells: list[str] = []
        self._row = (1, 1)

    def blocks(self) -> Iterator[Block]:
        for position, token in enumerate(self._tokens):
            name = token.type.removesuffix("_open").removesuffix("_close")
            if token.nesting == 1:
                self._open(name, token)
            elif token.nesting == -1:
                self._inside.pop()
                yield from self._close(name)
            elif token.type == "inline":
                after = self._tokens[position + 2].type if position + 2 < len(self._tokens) else ""
                yield from self._inline(token, self._tokens[position - 1], after)
            elif token.type in ("fence", "code_block"):
                self._fence(token)
            elif token.type == "html_block":
                yield from self._html(token)

    def _open(self, name: str, token: Token) -> None:
        self._inside.append(name)
        if name == "tr":
            self._cells, self._row, self._struck = [], _lines(token), False
        elif name == "table":
            self._rows = []
        elif name == "list_item":
            self._leads.append(self._leads[-1])
            self._items.append("")
        elif name in ("bullet_list", "ordered_list"):
            self._list_count += 1
            self._lists.append(self._list_count)
        elif name in ("paragraph", "heading") and "list_item" not in self._inside:
            self._leads = [""]

    def _close(self, name: str) -> Iterator[Block]:
        if name == "list_item":
            self._leads.pop()
            self._items.pop()
        elif name in ("bullet_list", "ordered_list"):
            self._lists.pop()
        elif name == "tr":
            self._rows.append((tuple(self._cells), self._row[0]))
            if "tbody" in self._inside:
                head = self._rows[0][0]
                cells = tuple(zip(head, self._cells, strict=False))
                yield from self._block("row", " | ".join(self._cells), self._row, cells)
        elif name == "table" and self._rows:
            (head, _), *rows = self._rows
            self.tables.append(
                Table(head=head, rows=tuple(cells for cells, _ in rows), lines=tuple(line for _, line in rows))
            )

    def _inline(self, token: Token, parent: Token, after: str) -> Iterator[Block]:
        text = plain_text(token)
        self._struck = is_struck(token) or (self._struck and self._inside[-1] in ("td", "th"))
        if self._inside[-1] == "heading":
            level = int(parent.tag[1:])
            self._headings = [each for each in self._headings if each[0] < level]
            mark, words = unmarked(text)
            self._headings.append((level, words, mark))
            self._located = ""
            yield from self._block("title", _NUMBERED.sub("", text), _lines(token))
            self._before = ""
        elif self._inside[-1] in ("td", "th"):
            self._cells.append(text.replace("\n", " "))
        elif text.startswith(("|", "+-", "+=")):
            # A table whose rows do not fit its head, or that is drawn, is none to Markdown; its rows are still rows.
            for offset, row in enumerate(text.split("\n")):
                line = _lines(token)[0] + offset
                yield from self._block("row", row.strip("| "), (line, line))
        elif "list_item" in self._inside:
            yield from self._item(text, token)
        elif after in _LISTS and is_strong(token):
            yield from self._block("lead", text, _lines(token))
        else:
            yield from self._sentences(text, _lines(token)[0])

    def _item(self, text: str, token: Token) -> Iterator[Block]:
        """A list item: its first sentence is the item, and the title of what is nested under it."""
        first, *more = _SENTENCE_END.split(text)
        if more and _introduces(text):
            first, more = text, []
        start, end = _lines(token)
        kind: Kind = "lead" if _introduces(first) else "item"
        yield from self._block(kind, first, (start, start + first.count("\n") if more else end))
        if self._items and not self._items[-1]:
            self._items[-1] = unmarked(" ".join(first.split()))[1]
        for piece, at in _after(first, more, text, start):
            yield from self._block("sentence", piece, (at, at + piece.count("\n")))

    def _sentences(self, text: str, line: int) -> Iterator[Block]:
        start = 0
        for end in [*(match.start() for match in _SENTENCE_END.finditer(text)), len(text)]:
            piece = text[start:end]
            first = line + text.count("\n", 0, start + len(piece) - len(piece.lstrip()))
            is_lead = end == len(text) and _introduces(piece)
            yield from self._block("lead" if is_lead else "sentence", piece, (first, first + piece.strip().count("\n")))
            start = end

    def _html(self, token: Token) -> Iterator[Block]:
        bare = _TAGS.sub(lambda match: "\n" * match[0].count("\n"), token.content)
        for offset, text in enumerate(bare.split("\n")):
            line = _lines(token)[0] + offset
            yield from self._block("html", text, (line, line))
            if text.strip():
                self._leads[-1] = " ".join(text.split())  # what a ``<summary>`` says is the title of its list

    def _fence(self, token: Token) -> None:
        first, last = _lines(token)
        fenced = token.type == "fence"
        if fenced and (last == first or not self._source[last - 1].lstrip(" >").startswith(token.markup)):
            self.unclosed.append(first)
        self.fences.append(
            Fence(
                language=token.info.split()[0].lower() if token.info.split() else "",
                code=token.content,
                line=first + 1 if fenced else first,
                headings=tuple(title for _, title, _ in self._headings),
                titled=bool(self._headings) and self._headings[0][0] == 1,
                intro=self._before,
                quoted="blockquote" in self._inside,
                parents=tuple(filter(None, self._items)),
            )
        )
        self._before = ""

    def _block(
        self, kind: Kind, text: str, lines: tuple[int, int], cells: tuple[tuple[str, str], ...] = ()
    ) -> Iterator[Block]:
        mark, words = unmarked(" ".join(text.split()))
        if re.search(r"\w", words):
            self._before = words
            if _LOCATED.match(words):
                self._located = words
            yield Block(
                kind=kind,
                text=words,
                line=lines[0],
                end_line=lines[1],
                headings=tuple(title for _, title, _ in self._headings),
                titled=bool(self._headings) and self._headings[0][0] == 1,
                heading_mark=next((mark for _, _, mark in reversed(self._headings) if mark != "none"), "none"),
                lead=self._leads[-1],
                mark=mark,
                quoted="blockquote" in self._inside,
                list=self._lists[-1] if self._lists and kind != "sentence" else 0,
                parents=tuple(filter(None, self._items)),
                cells=cells,
                located=self._located,
                struck=self._struck,
            )
        if kind == "lead":
            self._leads[-1] = words


def _after(first: str, more: Sequence[str], text: str, line: int) -> Iterator[tuple[str, int]]:
    """The sentences of an item after its first, each with its line."""
    position = len(first)
    for piece in more:
        position = text.index(piece, position)
        yield piece, line + text.count("\n", 0, position)
        position += len(piece)


def _introduces(text: str) -> bool:
    return text.rstrip(" *_").endswith(":")


def _lines(token: Token) -> tuple[int, int]:
    first, after = token.map or (0, 1)
    return first + 1, max(first + 1, after)

"""Reads Markdown documents whose sections are cases: a small tree, what a migration does to it, what is found.

A section with files is one case. Its files are fences, each named by the line before it:

    `pkg/a.py`:

A line `Migration:` ends one commit and starts the next, in which files are added or replaced by naming them
again. Other lines that change the tree: `Empty:`, `Deleted:`, `Renamed:` (old -> new) and `Link:` (link ->
its text). `Skipped:` names the files that the audit must report as not analysed. Words after the language of
a fence choose how the file is stored: `crlf`, `bom`, or the name of an encoding.

What is expected stands on the line it speaks of, or in lines of its own right above it:

    from pkg import store  # finding: REF001 pkg.store -> pkg.archive (warning) (old)

or, where a line of text would name what it expects, in a comment: `<!-- # finding: REF008 pkg.store -->`.

The reader is strict: what it does not understand completely is an error, for a case that is silently not
what it looks like proves nothing.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass, field

from markdown_it import MarkdownIt
from markdown_it.token import Token

from audit.model.codes import CODES

_MARK = "# finding:"
_UNFORMATTED = "<!-- fmt: off -->"
_FLAGS = frozenset({"(warning)", "(old)"})


class DocumentError(ValueError):
    """A document that is no proper set of cases; the message starts with the line at fault."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(f"line {line}: {message}")


@dataclass(frozen=True)
class File:
    """A file as one commit holds it; ``link`` marks a symbolic link, whose text is the content."""

    content: bytes
    text: str
    line: int
    link: bool = False


@dataclass(frozen=True, order=True)
class Expectation:
    """One finding that must be there. Without a migration ``new`` is None."""

    path: str
    line: int
    code: str
    target: str
    severity: str
    new: bool | None
    replacement: str

    def __str__(self) -> str:
        age = {None: "", True: " (new)", False: " (old)"}[self.new]
        instead = f" -> {self.replacement}" if self.replacement else ""
        return f"{self.path}:{self.line} {self.code} {self.target}{instead} ({self.severity}){age}"


@dataclass(frozen=True)
class Case:
    """One section: the whole tree at each commit, oldest first, and what the audit must say of the last."""

    name: str
    line: int
    commits: tuple[dict[str, File], ...]
    expected: tuple[Expectation, ...]
    skipped: tuple[str, ...]


@dataclass
class _Section:
    """What has been read of the section at hand."""

    name: str
    line: int
    commits: list[dict[str, File]] = field(default_factory=lambda: [{}])
    written: set[str] = field(default_factory=set)
    superseded: list[File] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    pending: tuple[str, int] | None = None
    is_case: bool = False

    @property
    def tree(self) -> dict[str, File]:
        return self.commits[-1]

    def claim(self, path: str, line: int) -> None:
        """Each path is spoken of once in a commit."""
        if path in self.written:
            raise DocumentError(line, f"{path} is named twice in one commit")
        self.written.add(path)
        self.is_case = True

    def put(self, path: str, file: File) -> None:
        self.claim(path, file.line)
        before = self.tree.get(path)
        if before is not None:
            if before.content == file.content and before.link == file.link:
                raise DocumentError(file.line, f"{path} is replaced by the same content")
            self.superseded.append(before)
        self.tree[path] = file

    def take(self, path: str, line: int) -> File:
        self.claim(path, line)
        if path not in self.tree:
            raise DocumentError(line, f"{path} does not exist here")
        return self.tree.pop(path)


def read_cases(document: str) -> tuple[Case, ...]:
    """The cases of one document, in order.

    Raises:
        DocumentError: anything that is not understood, or would prove nothing.
    """
    found: list[Case] = []
    headings: list[tuple[int, str]] = []
    section = _Section("", 1)
    tokens = MarkdownIt("commonmark").parse(document)
    lines = document.split("\n")
    for index, token in enumerate(tokens):
        line = token.map[0] + 1 if token.map else 0
        if token.type == "heading_open":
            found += _finished(section)
            level = int(token.tag[1])
            headings = [each for each in headings if each[0] < level] + [(level, tokens[index + 1].content)]
            section = _Section(" - ".join(title for _, title in headings), line)
        elif token.type == "paragraph_open":
            _read_paragraph(section, tokens[index + 1], line)
        elif token.type == "fence":
            _read_fence(section, token, lines, line)
        elif token.type == "code_block":
            raise DocumentError(line, "an indented code block; write a fence")
        elif token.type == "html_block" and token.content.strip() == _UNFORMATTED:
            continue  # a formatter of fences would move the code away from what is expected of it
        elif token.type in ("html_block", "bullet_list_open", "ordered_list_open", "blockquote_open", "hr"):
            raise DocumentError(line, f"{token.type.removesuffix('_open').replace('_', ' ')}s mean nothing here")
    found += _finished(section)
    if not found:
        raise DocumentError(1, "no case in this document")
    if all(not case.expected for case in found):
        raise DocumentError(1, "no case of this document breaks anything, so none shows that its kind is found")
    names: set[str] = set()
    for case in found:
        if case.name in names:
            raise DocumentError(case.line, f"two cases are called {case.name!r}")
        names.add(case.name)
    return tuple(found)


def _read_paragraph(section: _Section, inline: Token, line: int) -> None:
    for offset, words in enumerate(_lines_of(inline)):
        _read_line(section, words, line + offset)


def _lines_of(inline: Token) -> Iterator[list[tuple[bool, str]]]:
    """The lines of a paragraph, each as runs of text; true marks a run in backquotes."""
    words: list[tuple[bool, str]] = []
    for child in inline.children or ():
        if child.type in ("softbreak", "hardbreak"):
            yield words
            words = []
        else:
            words.append((child.type == "code_inline", child.content))
    yield words


def _read_line(section: _Section, words: list[tuple[bool, str]], line: int) -> None:
    if section.pending is not None:
        raise DocumentError(line, f"a fence with the content of {section.pending[0]} was expected here")
    texts = [text.strip() for is_code, text in words if not is_code]
    codes = [text for is_code, text in words if is_code]
    if words and words[0][0] and texts == [":"]:
        section.pending = (codes[0], line)
    elif words == [(False, "Migration:")]:
        if not section.tree:
            raise DocumentError(line, "a migration of no files")
        section.commits.append(dict(section.tree))
        section.written.clear()
    elif texts and codes and texts[0].endswith(":") and " " not in texts[0]:
        _read_directive(section, texts[0], texts[1:], codes, line)


def _read_directive(section: _Section, directive: str, between: list[str], codes: list[str], line: int) -> None:
    if directive in ("Renamed:", "Link:"):
        if between != ["->"]:
            raise DocumentError(line, f"{directive} takes `one` -> `other`")
    elif between != [","] * (len(codes) - 1):
        raise DocumentError(line, f"{directive} takes names in backquotes, separated by commas")
    match directive:
        case "Empty:":
            for path in codes:
                section.put(path, File(b"", "", line))
        case "Deleted:":
            _need_migration(section, line)
            section.superseded += [section.take(path, line) for path in codes]
        case "Renamed:":
            _need_migration(section, line)
            old, new = codes
            section.put(new, section.take(old, line))
        case "Link:":
            section.put(codes[0], File(codes[1].encode(), "", line, link=True))
        case "Skipped:":
            section.skipped += codes
        case _:
            raise DocumentError(line, f"unknown directive {directive}")


def _need_migration(section: _Section, line: int) -> None:
    if len(section.commits) == 1:
        raise DocumentError(line, "nothing can be deleted or renamed before `Migration:`")


def _read_fence(section: _Section, token: Token, lines: list[str], line: int) -> None:
    last = lines[token.map[1] - 1].strip() if token.map and token.map[1] - token.map[0] > 1 else ""
    if not last.startswith(token.markup) or last.strip(token.markup[0]):
        raise DocumentError(line, "this fence is not closed")
    if section.pending is None:
        raise DocumentError(line, "a fence without a file name on the line before it")
    path, _ = section.pending
    section.pending = None
    section.put(path, File(_encoded(token, line), token.content, line + 1))


def _encoded(token: Token, line: int) -> bytes:
    text, encoding = token.content, "utf-8"
    for word in token.info.split()[1:]:
        if word == "crlf":
            text = text.replace("\n", "\r\n")
        elif word == "bom":
            text = f"\ufeff{text}"
        else:
            try:
                encoding = codecs.lookup(word).name
            except LookupError:
                raise DocumentError(line, f"{word} is neither crlf, bom nor an encoding") from None
    return text.encode(encoding)


def _finished(section: _Section) -> Iterator[Case]:
    if section.pending is not None:
        raise DocumentError(section.pending[1], f"no fence with the content of {section.pending[0]} follows")
    if not section.is_case:
        if section.skipped or len(section.commits) > 1:
            raise DocumentError(section.line, "a case without files")
        return
    if not section.tree:
        raise DocumentError(section.line, "a case that leaves no file")
    for file in section.superseded:
        if _MARK in file.text:
            raise DocumentError(file.line, "a finding is expected in a file that is not there in the end")
    migrated = len(section.commits) > 1
    if migrated and section.commits[-1] == section.commits[0]:
        raise DocumentError(section.line, "the migration changes nothing")
    expected = [each for path, file in section.tree.items() for each in _expectations(path, file, migrated)]
    yield Case(
        section.name, section.line, tuple(section.commits), tuple(sorted(expected)), tuple(sorted(section.skipped))
    )


def _expectations(path: str, file: File, migrated: bool) -> Iterator[Expectation]:
    waiting: list[tuple[str, int]] = []
    for number, text in enumerate(file.text.split("\n"), 1):
        code, *marks = text.split(_MARK)
        where = file.line + number - 1
        said = [(mark.removesuffix("-->").strip(), where) for mark in marks]
        if not code.removesuffix("<!-- ").strip():
            waiting += said
            continue
        for mark, line in waiting + said:
            yield _expectation(path, number, mark, migrated, line)
        waiting = []
    if waiting:
        raise DocumentError(waiting[0][1], "no line of code follows this expectation")


def _expectation(path: str, number: int, mark: str, migrated: bool, line: int) -> Expectation:
    words = mark.split()
    flags = [word for word in words if word in _FLAGS]
    names = [word for word in words if word not in _FLAGS]
    if len(names) not in (2, 4) or names[2:3] not in ([], ["->"]) or len(set(flags)) != len(flags):
        raise DocumentError(line, f"{mark!r} is not: CODE target [-> replacement] [(warning)] [(old)]")
    if names[0] not in CODES:
        raise DocumentError(line, f"there is no code {names[0]}")
    if "(old)" in flags and not migrated:
        raise DocumentError(line, "without a migration no finding is old")
    return Expectation(
        path,
        number,
        names[0],
        names[1],
        "warning" if "(warning)" in flags else "error",
        "(old)" not in flags if migrated else None,
        names[3] if len(names) == 4 else "",
    )

"""Kind of reference: Markdown documents, their prose, links, and the code and commands in their fences."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from typing import Final

import msgspec

from audit.kinds.commands import command_mentions
from audit.kinds.deletion import heads_deletion
from audit.kinds.kind import Example, Source, TextKind
from audit.kinds.prose import DOCUMENT, CodeLine, code_mentions, doctest_mentions, prose_mentions
from audit.kinds.sphinx import doc_mentions, toctree_mentions
from audit.kinds.texts import Positions
from audit.model.mentions import Mention
from audit.model.regex import regex

_FENCE: Final = regex(r"^([ \t>]*)(`{3,}|~{3,})[ \t]*\{?\.?([\w+-]*)[^`\n]*$")
_HEADING: Final = regex(r"^ {0,3}(#{1,6})[ \t]+(.*)$")
_NEW_UNIT: Final = regex(r"^\s*(?:[-*+][ \t]|\d+[.)][ \t]|\||>|\S+:$|:::)")
_BOLD_HEADING: Final = regex(r"^\s*(?:\*\*[^*]+\*\*:?|__[^_]+__:?)\s*$")
_PYTHON: Final = frozenset({"python", "py", "python3", "pycon", "ipython", "python-repl", "py3"})
_SHELL: Final = frozenset({"bash", "sh", "shell", "console", "zsh", "shell-session", "terminal", "powershell", "make"})
_SESSIONS: Final = frozenset({"console", "shell-session", "terminal"})
_PROMPT: Final = regex(r"^(\s*)(?:\$|%|>|❯|#)[ ](?=\w)", re.MULTILINE)
_NOT_TEXT: Final = frozenset({"diff", "patch", "mermaid", "output", "log", "traceback", "svg", "html"})
_REPORT: Final = regex(
    r"Traceback \(most recent call last\)|^\w*(?:Error|Exception)\b|^(?:FAILED|ERROR) ", re.MULTILINE
)


class Fence(msgspec.Struct, frozen=True):
    """One fenced block: its language, where its content begins, the content, and the line before it."""

    language: str
    offset: int
    content: str


def markdown_mentions(text: str, positions: Positions, role: str) -> Iterator[Mention]:
    """The mentions of a whole Markdown text."""
    walk = _Walk(positions, role)
    offset = 0
    for line in text.splitlines(keepends=True):
        yield from walk.step(line, offset)
        offset += len(line)
    yield from walk.end()


class _Walk:
    """Goes through a text line by line; knows the headings above, the paragraph so far and the open fence."""

    def __init__(self, positions: Positions, role: str) -> None:
        self._positions = positions
        self._role = role
        self._headings: list[tuple[int, str]] = []
        self._unit: list[str] = []
        self._unit_offset = 0
        self._intro_is_deletion = False
        self._fence: tuple[str, str, int] | None = None
        self._content: list[str] = []

    def step(self, line: str, offset: int) -> Iterator[Mention]:
        """Take one more line, and give the mentions of whatever it ends."""
        bare = line.rstrip("\r\n")
        opening = _FENCE.match(bare)
        if self._fence is not None:
            if opening and opening[2].startswith(self._fence[0]) and not opening[3]:
                yield from self._end_fence()
            else:
                self._content.append(line)
        elif opening:
            yield from self._end_unit()
            self._fence = (opening[2], opening[3].lower(), offset + len(line))
        elif (heading := _HEADING.match(bare)) or (_BOLD_HEADING.match(bare) and not self._unit):
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
        yield from self._end_unit()
        if self._fence is not None:
            yield from self._end_fence()

    def _in_deletion(self) -> bool:
        return self._intro_is_deletion or any(heads_deletion(heading) for _, heading in self._headings)

    def _heading(self, line: str, offset: int, level: int) -> Iterator[Mention]:
        self._intro_is_deletion = False
        self._headings = [each for each in self._headings if each[0] < level]
        if not self._in_deletion():
            yield from prose_mentions(line, offset, self._positions, self._role)
        self._headings.append((level, line))

    def _end_unit(self) -> Iterator[Mention]:
        whole = "".join(self._unit)
        self._unit.clear()
        if not whole.strip():
            return
        if not _NEW_UNIT.match(whole):
            self._intro_is_deletion = False
        if not self._in_deletion():
            yield from prose_mentions(whole, self._unit_offset, self._positions, self._role)
            yield from doc_mentions(whole, self._unit_offset, self._positions)
        if whole.rstrip().endswith((":", ":**")) and heads_deletion(whole):
            self._intro_is_deletion = True

    def _end_fence(self) -> Iterator[Mention]:
        if self._fence is not None and not self._in_deletion():
            fence = Fence(self._fence[1], self._fence[2], "".join(self._content))
            yield from fence_mentions(fence, self._positions, self._role)
        self._fence = None
        self._content.clear()


def fence_mentions(fence: Fence, positions: Positions, role: str) -> Iterator[Mention]:
    """What the content of one fence names, read as its language says."""
    content, offset = fence.content, fence.offset
    if fence.language in _NOT_TEXT or _REPORT.search(content):
        return
    if fence.language == "toctree":
        yield from toctree_mentions(content, offset, positions)
    elif fence.language in _PYTHON:
        if ">>> " in content:
            yield from doctest_mentions(content, offset, positions, "the example")
        else:
            yield from code_mentions(_code_lines(content, offset), positions, "the example")
    elif fence.language in _SHELL:
        source = _commands_only(content) if fence.language in _SESSIONS else content
        source = _PROMPT.sub(lambda found: " " * len(found[0]), source)
        yield from command_mentions(source, offset, positions, DOCUMENT)
    else:
        for line in content.splitlines(keepends=True):
            if "- " not in line[:2] and not line.lstrip().startswith(("#", "//")):
                yield from prose_mentions(line, offset, positions, role)
            offset += len(line)


def _commands_only(content: str) -> str:
    """A terminal session with what the commands print blanked; a block without any prompt is all commands."""
    if not _PROMPT.search(content):
        return content
    kept, goes_on = [], False
    for line in content.split("\n"):
        goes_on = _PROMPT.match(line) is not None or goes_on
        kept.append(line if goes_on else " " * len(line))
        goes_on = goes_on and line.rstrip().endswith("\\")
    return "\n".join(kept)


def _code_lines(content: str, offset: int) -> list[CodeLine]:
    """The lines of a block without its common indentation, so that a fence inside a list still parses."""
    lines: list[CodeLine] = []
    dedented = textwrap.dedent(content).split("\n")
    for line, bare in zip(content.split("\n"), dedented, strict=False):
        lines.append(CodeLine(offset + len(line) - len(bare), bare.rstrip("\r")))
        offset += len(line) + 1
    return lines


class Markdown(TextKind):
    """Names, paths, links, example code and commands in Markdown."""

    name = "markdown"
    codes = ("REF008",)
    title = "Markdown: inline names and paths, links to files, imports in Python fences, commands in shell fences"

    def wants(self, path: str) -> bool:
        return path.lower().endswith((".md", ".markdown", ".mdx", ".qmd", ".cursorrules", ".mdc"))

    def mentions(self, source: Source) -> Iterator[Mention]:
        return markdown_mentions(source.text, source.positions, "the document")

    HOLDS = (
        Example(
            title="statements of deletion, a heading about deletion, struck text, a URL, quoted output",
            before={
                "shop/__init__.py": "",
                "shop/old.py": "",
                "README.md": (
                    "# Shop\n\n`shop/old.py` was removed.\n\n~~See shop.old~~ https://x.org/shop/old.py\n\n"
                    "## Files deleted\n\n- `shop/old.py`\n\n## Errors\n\n"
                    '```\nTraceback (most recent call last):\n  File "shop/old.py", line 1\n```\n\n'
                    "We renamed these:\n\n- `shop.old`\n"
                ),
                "CHANGELOG.md": "- `shop/old.py` is new\n",
            },
            gone=("shop/old.py",),
        ),
        Example(
            title="code that a comment calls old",
            before={
                "shop/__init__.py": "",
                "shop/old.py": "",
                "a.md": "```python\n# old\nfrom shop.old import x\n# new\nimport shop\n```\n",
            },
            gone=("shop/old.py",),
        ),
        Example(
            title="a library of the same last name",
            before={"shop/__init__.py": "", "shop/old.py": "", "a.md": "Use `numpy.old` and `old.py` of yours.\n"},
            gone=("shop/old.py",),
        ),
    )
    BREAKS = (
        Example(
            title="documents that a MyST toctree lists and a role leads to, by their names",
            before={
                "docs/a.md": "Read {doc}`guide/old`.\n\n```{toctree}\n:maxdepth: 1\n\nguide/old\nguide/new\n```\n",
                "docs/guide/old.md": "Old\n",
                "docs/guide/new.md": "New\n",
            },
            gone=("docs/guide/old.md",),
            finds=(("docs/a.md", 1, "docs/guide/old.md"), ("docs/a.md", 6, "docs/guide/old.md")),
        ),
        Example(
            title="prose, a link relative to the document, an example and a command that name what is gone",
            before={
                "shop/__init__.py": "",
                "shop/old.py": "class Store: ...\n",
                "docs/a.md": (
                    "Stores are kept by `shop.old.Store`, see\n[the code](../shop/old.py#L3).\n\n"
                    "1. Import it:\n\n   ```python\n   import os\n   from shop.old import Store\n   ```\n\n"
                    "```bash\n$ python -m shop.old --help\n```\n\nOr run `python shop/old.py x`.\n"
                ),
            },
            gone=("shop/old.py",),
            finds=(
                ("docs/a.md", 1, "shop.old"),
                ("docs/a.md", 2, "shop/old.py"),
                ("docs/a.md", 8, "shop.old"),
                ("docs/a.md", 12, "shop.old"),
                ("docs/a.md", 15, "shop/old.py"),
            ),
        ),
        Example(
            title="a terminal session, where only what is typed counts, and a name that ends like a file",
            before={
                "shop/__init__.py": "",
                "shop/old.py": "def go(): ...\n",
                "a.md": "Call `shop.old.go` first.\n\n```console\n$ python -m shop.old\nno shop.old here\n```\n",
            },
            gone=("shop/old.py",),
            finds=(("a.md", 1, "shop.old"), ("a.md", 4, "shop.old")),
        ),
        Example(
            title="an absolute path of somebody's machine, and a doctest",
            before={
                "shop/__init__.py": "",
                "shop/old.py": "",
                "a.md": "Look at /home/u/shop/shop/old.py first.\n\n```pycon\n>>> import shop.old\n```\n",
            },
            gone=("shop/old.py",),
            finds=(("a.md", 1, "shop/old.py"), ("a.md", 4, "shop.old")),
        ),
    )

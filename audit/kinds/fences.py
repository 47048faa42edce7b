"""Code blocks of documents -> mentions: Python, commands, toctrees, drawn folder trees, or lines of text."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from typing import Final

import msgspec

from audit.kinds.commands import command_mentions
from audit.kinds.folder_trees import tree_mentions
from audit.kinds.prose import DOCUMENT, CodeLine, code_mentions, doctest_lines, doctest_mentions, prose_mentions
from audit.kinds.python_code import is_code
from audit.kinds.sphinx import toctree_mentions
from audit.kinds.texts import Positions
from audit.model.mentions import Mention
from audit.model.regex import regex

_PYTHON: Final = frozenset({"python", "py", "python3", "pycon", "ipython", "python-repl", "py3"})
_SHELL: Final = frozenset({"bash", "sh", "shell", "console", "zsh", "shell-session", "terminal", "powershell", "make"})
_SESSIONS: Final = frozenset({"console", "shell-session", "terminal"})
_PROMPT: Final = regex(r"^(\s*)(?:\$|%|>|❯|#)[ ](?=\w)", re.MULTILINE)
_NOT_TEXT: Final = frozenset({"diff", "patch", "mermaid", "output", "log", "traceback", "svg", "html"})
_IMPORT: Final = regex(r"^[ \t]*(?:from[ \t]+[\w.]+[ \t]+import|import)[ \t]+[\w(*]", re.MULTILINE)
_REPORT: Final = regex(
    r"Traceback \(most recent call last\)|^\w*(?:Error|Exception)\b|^(?:FAILED|ERROR) "
    r"|^[\w./-]+\.py[ \t]+\d+[ \t]+\d+\b[^\n]*\d%",
    re.MULTILINE,
)
"""What programs print: how they failed, and what share of each file they ran, at the time of writing."""
_ROUTE: Final = regex(r"/[\w-]+/?")
"""What code that is not Python, nor a command, may call anything by: ``<mount>/shop</mount>``."""


class Fence(msgspec.Struct, frozen=True):
    """One fenced block: its language, where its content begins, the content, and the line before it."""

    language: str
    offset: int
    content: str


def fence_mentions(fence: Fence, positions: Positions, role: str) -> Iterator[Mention]:
    """What the content of one fence names, read as its language says."""
    content, offset = fence.content, fence.offset
    if fence.language in _NOT_TEXT or _REPORT.search(content):
        return
    if fence.language == "toctree":
        yield from toctree_mentions(content, offset, positions)
    elif fence.language in _PYTHON or (not fence.language and shows_python(content)):
        if ">>> " in content:
            yield from doctest_mentions([doctest_lines(content, offset)], positions, "the example")
        else:
            yield from code_mentions(_code_lines(content, offset), positions, "the example")
    elif (tree := tree_mentions(content, offset, positions, role)) is not None:
        yield from tree
    elif fence.language in _SHELL:
        source = _commands_only(content) if fence.language in _SESSIONS else content
        source = _PROMPT.sub(lambda found: " " * len(found[0]), source)
        yield from command_mentions(source, offset, positions, DOCUMENT)
    else:
        for line in content.splitlines(keepends=True):
            if "- " not in line[:2] and not line.lstrip().startswith(("#", "//")):
                found = prose_mentions(line, offset, positions, role)
                yield from (each for each in found if not _ROUTE.fullmatch(each.text))
            offset += len(line)


def shows_python(content: str) -> bool:
    """Whether a block that does not say its language holds Python that imports something."""
    return _IMPORT.search(content) is not None and is_code(textwrap.dedent(content))


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

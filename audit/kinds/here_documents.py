"""Here documents of a shell: the lines that a command is fed, which are commands only where a shell is fed."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from typing import Final, Literal

import msgspec

from audit.model.regex import regex

_BEGIN: Final = regex(r"(?<!<)<<(?P<tabs>-?)[ \t]*(?P<quote>[\"']?)(?P<word>[A-Za-z_]\w*)(?P=quote)(?![\w<])")
_END: Final = regex(r"^[ \t]*(?P<word>[A-Za-z_]\w*)[ \t]*\r?$", re.MULTILINE)
"""Lines of a script that stands in YAML are indented as a whole."""
_SHELL: Final = regex(r"(?:^|[\s/;|&(])(?:(?:ba|z|da|k|a)?sh|ssh|su|sudo\s+-\S*s|RUN)(?=\s|$)")
_PYTHON: Final = regex(r"(?:^|[\s/;|&(])(?:python|pypy)[\d.]*(?=\s|$)")
_FILE: Final = regex(r"[^<]>")
"""What a command is fed and writes on is for whoever reads the file."""
_NOT_BREAK: Final = regex(r"[^\r\n]")


_RUBY: Final = regex(r"(?:^|\breturn|[=(,:])\s*$")
"""What stands before one that is a value in Ruby, which a Vagrantfile provisions machines by."""


class HereDocument(msgspec.Struct, frozen=True):
    """The stretch of a source that holds one, and who reads it."""

    start: int
    end: int
    reader: Literal["shell", "python", "other"]


def here_documents(source: str) -> Iterator[HereDocument]:
    """Every here document, in order; one that nothing ends is none."""
    if _BEGIN.search(source) is None:
        return
    ends: dict[str, list[re.Match[str]]] = defaultdict(list)
    for end in _END.finditer(source):
        ends[end["word"]].append(end)
    position = 0
    while begin := _BEGIN.search(source, position):
        position = begin.end()
        start = source.find("\n", begin.end()) + 1
        behind = ends[begin["word"]]
        first = bisect_left(behind, start, key=lambda end: end.start())
        if not start or first == len(behind):
            continue
        close = behind[first]
        line = source[source.rfind("\n", 0, begin.start()) + 1 : start]
        yield HereDocument(start, close.start(), _reader(line, begin.start() - (start - len(line))))
        position = close.end()


def _reader(line: str, position: int) -> Literal["shell", "python", "other"]:
    """Who is fed by the command of a line, whose here document begins at a position of it."""
    command = line[:position]
    if _RUBY.search(command):
        return "shell"
    if _FILE.search(line):
        return "other"
    return "python" if _PYTHON.search(command) else "shell" if _SHELL.search(command) else "other"


def without_lines(documents: list[HereDocument], source: str) -> str:
    """A source with the lines of some here documents blanked."""
    for each in documents:
        source = f"{source[: each.start]}{_NOT_BREAK.sub(' ', source[each.start : each.end])}{source[each.end :]}"
    return source

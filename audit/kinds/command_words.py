"""Shell -> the words of each command, and those of them that name what must be there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import msgspec

from audit.model.regex import regex

_TOKEN: Final = regex(
    r"""
      (?P<comment> (?<![^\s;&|(]) \# [^\n]* )
    | (?P<joined> \\ \r? \n )
    | (?P<end> [\n;&|()`] )
    | (?P<word> (?: "(?:\\.|[^"\\])*" | '[^']*' | \\[^\r\n] | [^\s;&|()`"'\\] )+ )
    """,
    re.VERBOSE | re.DOTALL,
)
OPTION: Final = regex(r"[-+~]{0,2}[A-Za-z_][\w./@-]*=")
_CREATING: Final = frozenset({"init", "new", "create", "clone", "startproject", "startapp"})
"""Subcommands whose operands they make."""
_SEARCHING: Final = frozenset(
    {"grep", "egrep", "fgrep", "rg", "sed", "awk", "pgrep", "pkill", "killall", "chown", "chgrp"}
)
"""Commands whose first operand is a pattern, a program or an owner, and no file."""
_WRITTEN: Final = regex(
    r"-o|[12&]?>{1,2}|--(?:[\w-]*-)?(?:out|output|report|log|dump|save|export|dest|destination|junitxml|junit-xml|html)"
    r"(?:-?(?:file|path|dir|folder|to))?"
)
"""What stands before a file that a command writes: it need not be there."""
_TEXT_OPTIONS: Final = regex(r"--(?:message|title|subject|body|description|notes|comment|reason|user|owner|chown)")
"""Options whose value is text, or an owner."""
_COMMITS: Final = regex(r"-[a-z]*m")
"""The same of git."""
_COPYING: Final = frozenset({"cp", "mv", "ln", "install", "COPY", "ADD"})
"""Commands whose last operand they write."""
TRANSPARENT: Final = frozenset(
    {"-", "+", "", "export", "env", "declare", "local", "readonly", "set", "!", "ENV", "ARG"}
    | {"if", "elif", "while", "until", "then", "else", "do", "{", "time", "sudo", "exec", "nohup"}
)
"""Words before a command or an assignment that change nothing about what it names."""


class Word(msgspec.Struct, frozen=True):
    """One word of a command, quotes removed, with the offsets of what stands for it."""

    text: str
    start: int
    end: int


def commands(source: str, offset: int) -> Iterator[list[Word]]:
    """The words of each command in a stretch of shell that begins at ``offset`` of its file."""
    words: list[Word] = []
    for token in _TOKEN.finditer(source):  # what it passes over is blank, or a quote that nothing closes
        if token.lastgroup == "word":
            words.append(_word(token[0], offset + token.start()))
        elif token.lastgroup == "end" and words:
            yield words
            words = []
    if words:
        yield words


def _word(raw: str, start: int) -> Word:
    end = start + len(raw)
    if len(raw) >= 2 and raw[0] == raw[-1] and raw[0] in "\"'" and raw[0] not in raw[1:-1]:
        return Word(raw[1:-1], start + 1, end - 1)
    return Word(raw.replace('"', "").replace("'", ""), start, end)


def needed(words: list[Word]) -> Iterator[Word]:
    """The words of a command without files that it writes or makes, the pattern of a search, and text."""
    searches, creates, before = False, False, ""
    while len(words) > 1 and words[0].text in TRANSPARENT:
        yield words[0]
        words = words[1:]
    if len(words) > 2 and words[0].text.lstrip("@") in _COPYING:
        words = words[:-1]
    for index, word in enumerate(words):
        option = OPTION.match(word.text) if "=" in word.text else None
        named = (option[0] if option else before).rstrip("=")
        is_text = _TEXT_OPTIONS.fullmatch(named) or (words[0].text == "git" and _COMMITS.fullmatch(named))
        is_written = _WRITTEN.fullmatch(named)
        if searches and not word.text.startswith("-"):
            searches = False
        elif not is_text and not is_written and not (creates and word.text[:1] != "-" and before[:1] != "-"):
            yield word
        creates = creates or (index == 1 and word.text in _CREATING)
        searches = searches or (before in ("", "git") and word.text.lstrip("@") in _SEARCHING)
        before = word.text

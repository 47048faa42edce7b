"""Finds the commands in code blocks, as words. They are read, and never run."""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from audit.claims.blocks import Fence
from audit.claims.former import former_lines
from audit.model.commandline import module_of, script_of
from audit.model.regex import regex

_SHELLS: Final = frozenset({"bash", "sh", "shell", "zsh"})
_CONSOLES: Final = frozenset({"console", "shell-session", "text", "", *_SHELLS})
"""Where a line that begins with a prompt is a command; in the language of a shell every line is one."""
_PROMPT: Final = regex(r"^\s*(?:\(\S+\)\s*)?[$%❯]\s+")
_ASSIGNMENT: Final = regex(r"[A-Za-z_]\w*=.*", re.DOTALL)
_PLACEHOLDER: Final = regex(r"[<>{}$*?\[\]]|\.\.\.|\byour|\bpath/to\b|\bmy[_-]|\bexample", re.IGNORECASE)
_OTHERS: Final = frozenset({"pytest", "pip"})
"""Modules that every environment has and no tree."""
_SEPARATORS: Final = frozenset({"&&", "||", ";", "|", "&"})


class QuotedCommand(msgspec.Struct, frozen=True, kw_only=True):
    """A command of a document that starts a script or a module: its words, its text, and its place."""

    run: tuple[str, ...]
    text: str
    line: int
    fence: Fence


def find_commands(fences: Sequence[Fence], source: str) -> Iterator[QuotedCommand]:
    """Every command that starts a script or module by a plain name.

    Left out is what was called before a change, and what cannot be told: after ``cd``, with a variable or a
    placeholder for a name, in a here-document, and a script that the document itself tells the reader to write.
    """
    for fence in fences:
        if fence.quoted or fence.language not in _CONSOLES:
            continue
        former = former_lines(fence)
        for line, text in command_lines(fence):
            if line in former:
                continue
            words = words_of(text)
            if words is None or (words and words[0] in ("cd", "pushd")):
                break
            for run in commands_of(words):
                started = script_of(run) or module_of(run)
                if started in _OTHERS or started.partition(".")[0] in sys.stdlib_module_names:
                    continue
                if started and not _PLACEHOLDER.search(started) and not _is_written(started, source):
                    yield QuotedCommand(run=run, text=shlex.join(run), line=line, fence=fence)


def command_lines(fence: Fence) -> Iterator[tuple[int, str]]:
    """The command lines of a block with their line numbers; a backslash at the end joins two lines."""
    prompted = any(_PROMPT.match(line) for line in fence.code.splitlines())
    pending, start = "", 0
    for number, line in enumerate(fence.code.splitlines(), start=fence.line):
        if not pending:
            if prompted and not _PROMPT.match(line):
                continue
            if not prompted and fence.language not in _SHELLS:
                continue
            line, start = _PROMPT.sub("", line), number
        pending += line.rstrip().removesuffix("\\")
        if not line.rstrip().endswith("\\"):
            yield start, pending
            pending = ""


def words_of(text: str) -> tuple[str, ...] | None:
    """The words of a line; None where the rest of the block cannot be read."""
    if "<<" in text:
        return None
    lexer = shlex.shlex(text, posix=True, punctuation_chars="&|;")
    lexer.whitespace_split = True
    try:
        return tuple(lexer)
    except ValueError:
        return None


def commands_of(words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The commands of a line, up to the first that changes the folder; settings before a command are left off."""
    current: list[str] = []
    for word in (*words, ";"):
        if word not in _SEPARATORS:
            if current or not _ASSIGNMENT.fullmatch(word):
                current.append(word)
            continue
        if current[:1] in (["cd"], ["pushd"]):
            return
        if current:
            yield tuple(current)
        current = []


def _is_written(started: str, source: str) -> bool:
    """Whether the document tells to write the file: then the tree need not have it."""
    name = re.escape(started.rpartition("/")[2])
    told = rf"\b(?:create|write|save|touch|cat\s*>|add|new file)\b[^\n]{{0,80}}{name}"
    shown = rf"\b{name}[`*]{{0,3}}:?[`*]{{0,3}}\s*\n+\s*```\w"
    return re.search(f"{told}|{shown}", source, re.IGNORECASE) is not None

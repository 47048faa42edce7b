"""What a terminal is given: text of others without control characters, in lines that fit."""

from __future__ import annotations

from collections.abc import Callable
from textwrap import wrap

Style = Callable[[str, str], str]
"""Gives a text a colour; `plain` gives it none."""


def plain(text: str, _colour: str) -> str:
    """No colour."""
    return text


def printable(text: str) -> str:
    """A text on one line, in which control characters are shown and not obeyed."""
    return "".join(
        character if character.isprintable() else f"\\x{ord(character):02x}" for character in " ".join(text.split())
    )


def fitted(line: str, width: int | None) -> list[str]:
    """A line in pieces of at most ``width`` columns, those after the first indented; whole without a width."""
    if width is None or len(line) <= width:
        return [line]
    indent = line[: len(line) - len(line.lstrip())]
    return wrap(
        line.lstrip(),
        width,
        initial_indent=indent,
        subsequent_indent=f"{indent}  ",
        break_long_words=False,
        break_on_hyphens=False,
    )

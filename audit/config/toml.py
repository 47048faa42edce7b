"""TOML that knows the line of each key, so that a mistake can be pointed at.

The standard library parses; it keeps no positions. A second pass over text that is known to be valid finds
where each key stands: it needs only statements, strings and brackets, never values.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from typing import Any, Final

from audit.model.errors import ConfigError
from audit.model.regex import regex

KeyPath = tuple[str | int, ...]
"""Keys from the top of the document; an integer is an index into an array of tables."""

_KEY_PART: Final = regex(r"""[ \t]*("(?:[^"\\]|\\.)*"|'[^']*'|[A-Za-z0-9_-]+)[ \t]*(\.?)""")
_STRING: Final = regex(
    r"""
      "{3} (?: [^\\] | \\. )*? "{3,5}
    | '{3} .*? '{3,5}
    | " (?: [^"\\\n] | \\. )* "
    | ' [^'\n]* '
    """,
    re.DOTALL | re.VERBOSE,
)
_AT_LINE: Final = regex(r" \(at line (\d+), column \d+\)$")
_AT_END: Final = " (at end of document)"


class TomlDocument:
    """The tables of one TOML file and the line of each key."""

    def __init__(self, data: dict[str, Any], lines: dict[KeyPath, int]) -> None:
        self.data = data
        self._lines = lines

    def line(self, *path: str | int) -> int:
        """The line, from 1, of a key, or of the nearest enclosing key that has one of its own."""
        for end in range(len(path), 0, -1):
            if path[:end] in self._lines:
                return self._lines[path[:end]]
        return 1


def read_toml(path: str, content: bytes) -> TomlDocument:
    """Parse the bytes of the file that ``path`` names in messages.

    Raises:
        ConfigError: not UTF-8, not TOML, or nested beyond what can be read; with the line.
    """
    try:
        text = content.decode("utf-8").replace("\r\n", "\n")
        return TomlDocument(tomllib.loads(text), dict(_key_lines(text)))
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise ConfigError([f"{path}:{line}: not UTF-8, which TOML must be; save the file as UTF-8"]) from None
    except ValueError as error:  # tomllib lets through that an integer has too many digits
        line, reason = _locate(str(error), text)
        raise ConfigError([f"{path}:{line}: not valid TOML: {reason}"]) from None
    except RecursionError:
        raise ConfigError([f"{path}:1: nested too deeply to be read"]) from None


def _locate(message: str, text: str) -> tuple[int, str]:
    if found := _AT_LINE.search(message):
        return int(found[1]), _lower_first(message[: found.start()])
    last = max(1, len(text.rstrip("\n").split("\n")))
    return last, _lower_first(message.removesuffix(_AT_END)) + " at the end of the file"


def _lower_first(message: str) -> str:
    return message[:1].lower() + message[1:]


def _key_lines(text: str) -> Iterator[tuple[KeyPath, int]]:
    """The path and line of every table header and key of a valid document, in reading order."""
    counts: dict[KeyPath, int] = {}
    table: KeyPath = ()
    position, line, counted = 0, 1, 0
    while position < len(text):
        if text[position] in " \t\n":
            position += 1
        elif text[position] == "#":
            position = _line_end(text, position)
        else:
            line += text.count("\n", counted, position)
            counted = position
            if text[position] == "[":
                is_array = text.startswith("[[", position)
                keys, position = _keys(text, position + (2 if is_array else 1))
                table = _enter(keys, counts, is_array=is_array)
                position = _line_end(text, position)
                yield table, line
            else:
                keys, position = _keys(text, position)
                yield from (((*table, *keys[:end]), line) for end in range(1, len(keys) + 1))
                position = _value_end(text, position + 1)


def _keys(text: str, position: int) -> tuple[list[str], int]:
    keys: list[str] = []
    while found := _KEY_PART.match(text, position):
        part = found[1]
        keys.append(tomllib.loads(f"key = {part}")["key"] if part[0] in "\"'" else part)
        position = found.end()
        if not found[2]:
            break
    return keys, position


def _enter(keys: list[str], counts: dict[KeyPath, int], *, is_array: bool) -> KeyPath:
    """The path a header opens: each array of tables on the way stands for its newest element."""
    path: KeyPath = ()
    for depth, key in enumerate(keys):
        path = (*path, key)
        if is_array and depth == len(keys) - 1:
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path = (*path, counts[path])
    return path


def _value_end(text: str, position: int) -> int:
    depth = 0
    while position < len(text):
        character = text[position]
        if character in "\"'" and (found := _STRING.match(text, position)):
            position = found.end()
            continue
        if character == "#":
            position = _line_end(text, position)
            continue
        if character == "\n" and depth == 0:
            return position
        depth += (character == "[") - (character == "]")  # only an array may go on over lines
        position += 1
    return position


def _line_end(text: str, position: int) -> int:
    end = text.find("\n", position)
    return len(text) if end < 0 else end

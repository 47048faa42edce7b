"""TOML and INI text -> values with their keys and places."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from audit.config.toml import TomlDocument, read_toml
from audit.kinds.texts import Positions, UnreadableError
from audit.model.errors import ConfigError
from audit.model.regex import regex

_SECTION: Final = regex(r"\[([^\]\n]*)\]")
_OPTION: Final = regex(r"([^=:\s][^=:\n]*?)\s*[=:]\s*")
_ITEM: Final = regex(r"[^\s,]+")


class Value(msgspec.Struct, frozen=True):
    """One string, the keys above it, and where it stands. For an INI section's own name, ``key`` is empty."""

    keys: tuple[str, ...]
    value: str
    start: int
    end: int

    @property
    def key(self) -> str:
        """The nearest key."""
        return self.keys[-1] if self.keys else ""


def toml_values(text: str) -> Iterator[Value]:
    """Every string value of a TOML document, arrays and nested tables included.

    Raises:
        UnreadableError: not TOML, or nested beyond what can be read.
    """
    try:
        document = read_toml("", text.encode())
        yield from _walk(document, document.data, (), Positions(text), text)
    except ConfigError as error:
        raise UnreadableError(f"not TOML: {error.mistakes[0].lstrip(':')}") from None
    except RecursionError:
        raise UnreadableError("TOML nested too deeply") from None


def _walk(
    document: TomlDocument, data: Any, path: tuple[str | int, ...], positions: Positions, text: str
) -> Iterator[Value]:
    keys = tuple(each for each in path if isinstance(each, str))
    if isinstance(data, dict):
        for key, value in data.items():
            if "/" in key or "." in key:
                start = _find(text, key, positions.offset(document.line(*path, key)))
                yield Value(keys, key, start, start + len(key))
            yield from _walk(document, value, (*path, key), positions, text)
    elif isinstance(data, list):
        cursor = positions.offset(document.line(*path))
        for index, item in enumerate(data):
            if isinstance(item, str):
                start = _find(text, item, cursor)
                cursor = start + len(item)
                yield Value(keys, item, start, start + len(item))
            else:
                yield from _walk(document, item, (*path, index), positions, text)
    elif isinstance(data, str):
        line_start = positions.offset(document.line(*path))
        equals = max(text.find("=", line_start), line_start)
        start = _find(text, data, equals)
        yield Value(keys, data, start, start + len(data))


def _find(text: str, value: str, start: int) -> int:
    """Where a value stands after ``start``; one that is written with escapes is placed at ``start``."""
    found = text.find(value, start)
    return found if found >= 0 else start


def ini_values(text: str) -> Iterator[Value]:
    """Every section name and every item of every value of an INI document, comments left out.

    Raises:
        UnreadableError: a line that is neither a section, an option nor the continuation of one.
    """
    section, option, offset = "", "", 0
    for number, line in enumerate(text.splitlines(keepends=True), 1):
        stripped = line.strip()
        if not stripped or stripped[0] in "#;":
            offset += len(line)
            continue
        found = _SECTION.match(line)
        if found:
            section, option = found[1], ""
            yield Value((), section, offset + found.start(1), offset + found.end(1))
        else:
            begin = len(line) - len(line.lstrip())
            setting = _OPTION.match(line, begin)
            if setting is not None and (begin == 0 or not option):
                option, begin = setting[1], setting.end()
            elif begin == 0 and not section and not option:
                raise UnreadableError(f"not INI: line {number} is neither a section nor an option")
            elif begin == 0:
                option = stripped
                begin = len(line)
            for item in _ITEM.finditer(line.partition(" #")[0].partition(" ;")[0], begin):
                yield Value((section, option), item[0], offset + item.start(), offset + item.end())
        offset += len(line)

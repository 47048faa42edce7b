"""JSON as a stream of strings with their keys and places; comments and trailing commas are tolerated."""

from __future__ import annotations

import bisect
import functools
import json
import re
from collections.abc import Iterator
from typing import Final

import msgspec

from audit.kinds.texts import UnreadableError
from audit.model.regex import regex

_LENIENT: Final = json.JSONDecoder(strict=False)
_MAX_DEPTH: Final = 200
_ESCAPE: Final = regex(r"\\u[dD][89abAB]..\\u[dD][c-fC-F]..|\\u....|\\.", re.DOTALL)
"""How JSON writes one character with an escape; one beyond the basic plane takes two."""
_TOKEN: Final = regex(
    r"""\s*(?:
      (?P<string> "[^"\\\n]*(?:\\.[^"\\\n]*)*" )
    | (?P<mark> [{}\[\]:] )
    | (?P<commas> , | (?:[-+\w.]++\s*,\s*)++ )
    | (?P<plain> [-+\w.]++ )
    | //[^\n]* | /\*.*?\*/ | \Z
    )""",
    re.VERBOSE | re.DOTALL,
)
"""``commas`` stand alone or behind plain values: arrays of them are most of what data consists of."""
_BLANK: Final = regex(r"\s*")


class JsonString(msgspec.Struct, frozen=True):
    """One string. ``path`` leads to it (keys and indices); ``start`` and ``end`` bound it, quotes included."""

    path: tuple[str | int, ...]
    raw: str
    start: int
    end: int
    is_key: bool = False

    @property
    def value(self) -> str:
        """The string that is meant; escapes that JSON does not know are left as they are."""
        if "\\" not in self.raw:
            return self.raw
        try:
            return str(_LENIENT.decode(f'"{self.raw}"'))
        except ValueError:
            return self.raw

    @property
    def key(self) -> str:
        """The nearest key on the way to it."""
        return next((each for each in reversed(self.path) if isinstance(each, str)), "")

    def advance(self, offset: int, count: int) -> int:
        """The offset in the file that lies ``count`` characters of the value after ``offset``."""
        if "\\" not in self.raw:
            return min(offset + count, self.end)
        ends, shorter = _escapes(self.raw)
        before = bisect.bisect_right(ends, offset - self.start - 1)
        position = offset - self.start - 1 - (shorter[before - 1] if before else 0) + count
        # an escape counts once the value goes on behind it
        passed = bisect.bisect_right(range(len(ends)), position, key=lambda index: ends[index] - shorter[index])
        return min(self.start + 1 + position + (shorter[passed - 1] if passed else 0), self.end)


@functools.lru_cache(maxsize=16)
def _escapes(raw: str) -> tuple[list[int], list[int]]:
    """Where each escape of a string ends, and how many characters those up to it take beyond the ones they mean."""
    ends: list[int] = []
    shorter: list[int] = []
    surplus = 0
    for escape in _ESCAPE.finditer(raw):
        surplus += escape.end() - escape.start() - 1
        ends.append(escape.end())
        shorter.append(surplus)
    return ends, shorter


def json_strings(text: str) -> Iterator[JsonString]:
    """Every string of a document, keys included, in reading order.

    Raises:
        UnreadableError: not JSON, or nested beyond any use.
    """
    path: list[str | int] = []
    kinds: list[str] = []
    expects_key = False
    position, seen = 0, False
    while position < len(text):
        token = _TOKEN.match(text, position)
        if token is None:
            raise UnreadableError(f"not JSON: line {_line_after_blanks(text, position)} cannot be read")
        position = token.end()
        if token.lastgroup is None:
            continue
        seen = True
        if token.lastgroup == "string":
            start = token.start("string")
            raw = text[start + 1 : position - 1]
            if expects_key:
                found = JsonString(tuple(path[:-1]), raw, start, position, is_key=True)
                path[-1] = found.value
                expects_key = False
                yield found
            else:
                yield JsonString(tuple(path), raw, start, position)
        elif token.lastgroup == "commas" and kinds:
            last = path[-1]
            path[-1] = last + token[0].count(",") if isinstance(last, int) else ""
            expects_key = kinds[-1] == "{"
        elif mark := token["mark"]:
            if mark in "{[":
                if len(kinds) >= _MAX_DEPTH:
                    raise UnreadableError(f"JSON nested deeper than {_MAX_DEPTH} levels")
                kinds.append(mark)
                path.append("" if mark == "{" else 0)
                expects_key = mark == "{"
            elif mark in "}]":
                if not kinds or kinds.pop() != {"}": "{", "]": "["}[mark]:
                    raise UnreadableError(f"not JSON: line {text.count(chr(10), 0, position) + 1}: stray {mark}")
                path.pop()
                expects_key = False
    if kinds or not seen:
        raise UnreadableError("not JSON: it ends too early")


def _line_after_blanks(text: str, position: int) -> int:
    blank = _BLANK.match(text, position)
    return text.count("\n", 0, blank.end() if blank else position) + 1

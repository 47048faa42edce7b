"""The parts of a file in which some names occur, parsed alone: most of a file is seldom worth parsing again."""

from __future__ import annotations

import ast
import bisect
import re
import warnings
from collections.abc import Collection, Iterable, Iterator
from typing import Final

from audit.model.facts import Definition

_NAMING: Final = rb"(?:hasattr|getattr|setattr|delattr|object|patch|multiple|dict)\s*\([^\"']{0,120}?[\"'](?:[\w.]*\.)?"
"""Callees that are told an attribute by its name: what they name is asked for, made up or put in place."""


_GETS: Final = re.compile(rb"getattr\s*\(")
_ENDS: Final = re.compile(rb"\s*,?\s*\)")
_MOST_LINES: Final = 12
"""How many lines a decorator may take."""


def named_in_strings(
    content: bytes, names: Collection[str], definitions: Iterable[Definition]
) -> dict[str, list[tuple[int, int]]]:
    """The names that code asks for, or puts in place, by a string, each with the lines, first and last, where it may do
    so: those of the function that does, or of the whole file where that is none, or one that prepares for others."""
    found: dict[str, list[tuple[int, int]]] = {}
    matches = list(re.finditer(_NAMING + rb"(" + _any(names) + rb")[\"']", content)) if names else []
    functions = [each for each in definitions if each.kind == "function"] if matches else []
    lines = content.split(b"\n") if matches else []
    for match in matches:
        if _GETS.match(match[0]) and _ENDS.match(content, match.end()):
            continue  # without a default it must be there
        line = content.count(b"\n", 0, match.start(1)) + 1
        found.setdefault(match[1].decode(), []).append(_reach(line, lines, functions))
    return found


def _reach(line: int, lines: list[bytes], functions: list[Definition]) -> tuple[int, int]:
    """The lines of the function that a line, or a decorator there, belongs to; all lines where that is none."""
    around = [each for each in functions if each.span[0] <= line <= each.span[2]]
    if not around and (first := _decorator_above(line, lines)) is not None:
        after = (each for each in functions if each.span[0] > line)
        nearest = min(after, key=lambda each: each.span[0], default=None)
        between = lines[line : nearest.span[0] - 1] if nearest is not None else []
        if nearest is not None and not any(each.lstrip().startswith(b"class ") for each in between):
            return first, nearest.span[2]
    if not around:
        return 1, len(lines)
    outer = min(around, key=lambda each: each.span[0])
    prepares = outer.name.rpartition(".")[2].lower().startswith(("setup", "asyncsetup")) or any(
        "fixture" in each for each in outer.decorators
    )
    return (1, len(lines)) if prepares else (outer.span[0], outer.span[2])


def _decorator_above(line: int, lines: list[bytes]) -> int | None:
    """The line at which the decorator begins that a line is part of."""
    for number in range(line, max(line - _MOST_LINES, 0), -1):
        text = lines[number - 1].lstrip()
        if text.startswith(b"@"):
            return number
        if text.startswith((b"def ", b"class ", b"async def ")) or not text:
            return None
    return None


def renamed_in(content: bytes, names: Collection[str]) -> set[str]:
    """What imports of these names call them instead."""
    pattern = re.compile(rb"\b(?:" + _any(names) + rb")\s+as\s+(\w+)")
    return {found.decode() for found in pattern.findall(content)}


def lines_with(content: bytes, names: Collection[str]) -> list[int]:
    """The numbers, from 1 and in order, of the lines in which a name occurs."""
    found: list[int] = []
    line, last = 1, 0
    for match in re.finditer(rb"\b(?:" + _any(names) + rb")\b", content):
        line += content.count(b"\n", last, match.start())
        last = match.start()
        found.append(line)
    return found


def parse_around(content: bytes, wanted: list[int], definitions: Iterable[Definition]) -> list[ast.Module]:
    """Syntax trees of the definitions around some lines, or of the whole file where one lies outside of any.

    Raises:
        SyntaxError, ValueError, RecursionError: the file does not parse.
    """
    definitions = list(definitions)
    blocks = _blocks(definitions) if is_plain(content) else []
    around: dict[tuple[int, int], None] = {}
    for line in wanted:
        position = bisect.bisect_right(blocks, (line, len(content))) - 1
        if position < 0 or blocks[position][1] < line:
            return [_parsed(content)]
        around[blocks[position]] = None
    lines = content.split(b"\n") if around else []
    for method in _methods_without(wanted, definitions) if around else ():
        first, last = method.span[0] - 1, method.span[2]
        stub = b"def %s(): ..." % method.name.rpartition(".")[2].encode()
        lines[first:last] = [b" " * (method.span[1] - 1) + stub, *[b""] * (last - first - 1)]
    ends = [last for _, last in blocks]
    try:
        return [_parsed_from(_decorated(lines, first, ends), last, lines) for first, last in around]
    except SyntaxError:
        return [_parsed(content)]  # what looked like a decorator was text


def _decorated(lines: list[bytes], first: int, ends: list[int]) -> int:
    """The line of the first decorator of what begins at a line, or that line: what pytest gives depends on them."""
    position = bisect.bisect_left(ends, first)
    above = range(ends[position - 1] if position else 0, first - 1)
    return next((index + 1 for index in above if lines[index].startswith(b"@")), first)


def _parsed_from(first: int, last: int, lines: list[bytes]) -> ast.Module:
    return _parsed(b"\n" * (first - 1) + b"\n".join(lines[first - 1 : last]))


def _methods_without(wanted: list[int], definitions: Iterable[Definition]) -> Iterator[Definition]:
    """The methods in which none of the lines lies: a stub in their place says as much."""
    for each in definitions:
        if each.kind == "function" and "." in each.name:
            position = bisect.bisect_left(wanted, each.span[0])
            if position == len(wanted) or wanted[position] > each.span[2]:
                yield each


def _any(names: Collection[str]) -> bytes:
    return b"|".join(re.escape(name.encode()) for name in sorted(names))


def is_plain(content: bytes) -> bool:
    """Whether lines and letters are what they seem, so that a part of the file means what it means in the whole."""
    return b"\r" not in content and b"\f" not in content and b"coding" not in content[:200]


def _blocks(definitions: Iterable[Definition]) -> list[tuple[int, int]]:
    """First and last lines of the functions and classes at the top of a file."""
    return sorted(
        (each.span[0], each.span[2])
        for each in definitions
        if each.kind in ("function", "class") and "." not in each.name and each.span[1] == 1
    )


def _parsed(content: bytes) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(content)
        except SyntaxError:
            from audit.facts.newer import parse_newer  # rarely needed
            from audit.facts.older import parse_older

            other = parse_newer(content) or parse_older(content)
            if other is None:
                raise
            return other

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


def named_in_strings(content: bytes, names: Collection[str]) -> set[str]:
    """The names that code asks for, or puts in place, by a string."""
    pattern = re.compile(_NAMING + rb"(" + _any(names) + rb")[\"']")
    return {found.decode() for found in pattern.findall(content)}


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
        return ast.parse(content)

"""Sentences with numbers that a tree can confirm: tests that pass in a file, lines of a file."""

from __future__ import annotations

import re
from typing import Final

from audit.claims.blocks import Block
from audit.claims.names import PATH, is_quoted
from audit.model.predicates import AnyPredicate, Bound, Pytest, Size

PASSING: Final = re.compile(
    r"(?<![\d.~/])\b(?P<passed>\d+)(?:\s*(?:/|of|out of)\s*(?P<all>\d+))?\s+(?:[a-z-]+\s+){0,2}tests?\s+"
    r"(?:(?:are|is|now|all|currently)\s+)*(?:passing|pass|passed)\b",
    re.IGNORECASE,
)
_TEST_PATH: Final = re.compile(r"(?<![\w/.-])(?:[\w.-]+/)+(?:test_[\w-]+|[\w-]+_test)\.py(?:::[\w\[\]-]+)*")
_FILE: Final = rf"`(?P<path>{PATH.pattern})`"
_SIZES: Final = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"{_FILE}\s*\((?:exactly\s+|now\s+)?(?P<lines>[\d,]+)\s+lines(?:\s+total)?\)",
        rf"{_FILE}(?:\s*:|\s+(?:is|has|now\s+has|is\s+now|contains))\s+(?:exactly\s+|now\s+|only\s+)*(?P<lines>[\d,]+)\s+lines\b(?!\s+of\b)\W*$",
        rf"\b(?:reduced|cut|shrunk|brought)\s+{_FILE}\s+(?:from\s+[~\d,]+\s+(?:lines\s+)?)?(?:down\s+)?to\s+(?:exactly\s+)?(?P<lines>[\d,]+)\s+lines\b",
    )
)
_OTHER_TREE: Final = re.compile(
    r"\b(?:deleted|removed|removes?|delete|added|was|were|before|original\w*|previous\w*|old|saved|eliminated)\b|\+|−",
    re.IGNORECASE,
)


def passing_tests(block: Block) -> tuple[AnyPredicate, ...]:
    """A number of passing tests, with exactly one test file beside it."""
    counts = [match for match in PASSING.finditer(block.text) if not is_quoted(block.text, match.start())]
    paths = set(_TEST_PATH.findall(block.text))
    if len(counts) != 1 or len(paths) != 1:
        return ()
    passed, whole = int(counts[0]["passed"]), counts[0]["all"]
    if whole is not None and int(whole) < passed:
        return ()
    collected = Bound(int(whole), int(whole)) if whole is not None else None
    return (Pytest(nodes=tuple(paths), passed=Bound(passed, passed), collected=collected),)


def size_of_file(block: Block) -> tuple[AnyPredicate, ...]:
    """The number of lines that a file is said to have now; numbers of lines that came or went are another matter."""
    context = (block.text, block.lead, *(block.headings[-1:]))
    if any(_OTHER_TREE.search(text) for text in context):
        return ()
    for pattern in _SIZES:
        match = pattern.search(block.text)
        if match is not None and not is_quoted(block.text, match.start()):
            lines = int(match["lines"].replace(",", ""))
            return (Size(path=match["path"], lines=Bound(lines, lines)),)
    return ()

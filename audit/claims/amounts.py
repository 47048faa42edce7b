"""Sentences that count the tests of a file that pass."""

from __future__ import annotations

import re
from typing import Final

from audit.claims.blocks import Block
from audit.claims.names import is_quoted
from audit.model.predicates import AnyPredicate, Bound, Pytest

PASSING: Final = re.compile(
    r"(?<![\d.~/])\b(?P<passed>\d+)(?:\s*(?:/|of|out of)\s*(?P<all>\d+))?\s+(?:[a-z-]+\s+){0,2}tests?\s+"
    r"(?:(?:are|is|now|all|currently)\s+)*(?:passing|pass|passed)\b",
    re.IGNORECASE,
)
_TEST_PATH: Final = re.compile(r"(?<![\w/.-])(?:[\w.-]+/)+(?:test_[\w-]+|[\w-]+_test)\.py(?:::[\w\[\]-]+)*")


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

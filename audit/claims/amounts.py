"""Sentences about tests that pass: a number of them, or all, in a file, in a folder, or of a part of the system."""

from __future__ import annotations

import re
from typing import Final

from audit.claims.blocks import Block
from audit.claims.names import is_quoted
from audit.model.predicates import AnyPredicate, Bound, Pytest
from audit.model.regex import regex

PASSING: Final = regex(
    r"(?<![\d.~/])\b(?P<passed>\d+)(?:\s*(?:/|of|out of)\s*(?P<all>\d+))?\s+(?:(?P<part>[a-z]+)\s+)?(?:[a-z-]+\s+)??"
    r"tests?\s+(?:(?:are|is|now|all|currently)\s+)*(?:passing|pass|passed)\b",
    re.IGNORECASE,
)
_ALL_PASS: Final = regex(
    r"(?:^|[:—–-]\s+|,\s+(?:and\s+)?)(?:now\s+)?(?:(?:all|every)\s+(?:(?:of\s+)?the\s+)?(?:(?P<part>[a-z]+)\s+)?tests?\s+"
    r"|(?:the\s+)?(?P<whole>[a-z]+)\s+tests\s+(?=(?:now\s+|do\s+)*(?:all\s+|do\s+)))"
    r"(?:(?:in|under|of|from)\s+`?(?P<path>(?:[\w.-]+/)+(?:[\w-]+\.py)?|[\w.-]+(?:/[\w.-]+)+)`?\s+)?"
    r"(?:(?:are|is|now|still|currently|do|all)\s+)*(?:passing|pass|passes|passed|green)\b(?P<rest>.*)$",
    re.IGNORECASE,
)
_AFTER: Final = regex(
    r"\s*(?:$|[.;!,(—–]|successfully\b|with(?:out)?\b(?!\s+the\s+exception)|again\b|now\b|using\b|directly\b)",
    re.IGNORECASE,
)
_HEDGED: Final = regex(
    r"\b(?:except|apart\s+from|but|other\s+than|most|almost|nearly|not|locally|on\s+(?:my|ci))\b", re.IGNORECASE
)
_TEST_PATH: Final = regex(r"(?<![\w/.-])(?:[\w.-]+/)+(?:test_[\w-]+|[\w-]+_test)\.py(?:::[\w\[\]-]+)*")
_SYSTEM: Final = regex(r"^(?:the\s+)?(?P<part>[a-z]+)\s+(?:sub-?system|system|module|package)\b", re.IGNORECASE)
_NO_PART: Final = regex(
    r"unit|integration|functional|regression|existing|new|old|the|all|our|core|relevant|affected|remaining|related|other|"
    r"smoke|more|additional|total|passing|whole|entire|main|own|updated|migrated|full|comprehensive|basic"
)
"""Words before "tests" that tell of what kind they are, and name no part of a system."""


def passing_tests(block: Block) -> tuple[AnyPredicate, ...]:
    """Tests that pass, where it is known which: beside one test file or folder, of a part with a test folder, or all.

    The folder of a part, ``tests/eval/`` for "eval tests", is one to look for: whether there is one is seen later.
    """
    return _counted(block) or _all(block)


def _counted(block: Block) -> tuple[AnyPredicate, ...]:
    counts = [match for match in PASSING.finditer(block.text) if not is_quoted(block.text, match.start())]
    if len(counts) != 1:
        return ()
    passed, whole = int(counts[0]["passed"]), counts[0]["all"]
    node = _node(block.text, counts[0]["part"])
    if not node or (whole is not None and int(whole) < passed):
        return ()
    # Of the tests of a part, a document may mean some only.
    collected = Bound(int(whole), int(whole)) if whole is not None and not node.endswith("/") else None
    return (Pytest(nodes=(node,), passed=Bound(passed, passed), collected=collected),)


def _all(block: Block) -> tuple[AnyPredicate, ...]:
    match = _ALL_PASS.search(block.text)
    if match is None or is_quoted(block.text, match.start()):
        return ()
    if not _AFTER.match(match["rest"]) or _HEDGED.search(block.text):
        return ()
    path = match["path"]
    if path is not None:
        return (Pytest(nodes=(path if path.endswith((".py", "/")) else f"{path}/",)),)
    part = match["part"] or match["whole"]
    node = _node(block.text, part) or ("" if part else ".")
    return (Pytest(nodes=(node,)),) if node else ()


def _node(text: str, part: str | None) -> str:
    """The one test file of a sentence, or else the folder of the part that it is about; empty where neither is told."""
    paths = set(_TEST_PATH.findall(text))
    if paths:
        return paths.pop() if len(paths) == 1 else ""
    system = _SYSTEM.match(text)
    names = [name.lower() for name in (part, system["part"] if system is not None else None) if name]
    return next((f"tests/{name}/" for name in names if not _NO_PART.fullmatch(name)), "")

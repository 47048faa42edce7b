"""Sentences about tests that pass: a number of them, or all, in a file, in a folder, or of a part of the system."""

from __future__ import annotations

import re
from typing import Final

from audit.claims.blocks import Block
from audit.claims.names import CODE, is_quoted
from audit.claims.place import place_of
from audit.claims.tables import now_of
from audit.model.predicates import AnyPredicate, Bound, Pytest
from audit.model.regex import regex

PASSING: Final = regex(
    r"(?<![\d.~/])\b(?P<passed>\d+)(?:\s*(?:/|of|out of)\s*(?P<all>\d+))?\s+(?:(?P<part>[a-z]+)\s+)?(?:[a-z-]+\s+)??"
    r"tests?\s+(?:(?:are|is|now|all|currently)\s+)*(?:passing|pass|passed)\b",
    re.IGNORECASE,
)
_FRACTION: Final = r"(?<![\d.~/+-])(?P<passed>\d+)(?:\s*(?:/|of|out of)\s*(?P<all>\d+))?(?![\d.%])"
_LABELLED: Final = (
    regex(
        rf"\b(?:tests?\s+(?:passing|passed)|passing\s+tests?)\s*:\s*{_FRACTION}(?!\s*(?:→|->))(?P<part>)", re.IGNORECASE
    ),
    regex(
        rf"\b(?:tests?|test\s+results?|results?|test\s+suite|test\s+coverage)\s*(?::|[—–-]\s)\s*{_FRACTION}(?:\s+tests?)?\s*[,(]?\s*"
        r"(?:all\s+)?(?:passing|passed|pass|green)\b(?P<part>)",
        re.IGNORECASE,
    ),
)
"""A number behind a label: "Tests passing: 12/12", "Tests: 12 tests (all passing)"."""
_NONE_FAIL: Final = regex(
    r"^(?:(?:zero|no|0)\s+(?:test\s+failures|failing\s+tests|failed\s+tests)|(?:100\s*%\s+(?:of\s+)?tests?\s+pass(?:ing|\s+rate)?)|"
    r"tests?\s+pass\s+rate\s*:\s*100\s*%|(?:test\s+failures|failing\s+tests|failed\s+tests)\s*:\s*(?:0|none|zero))\W*$",
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
_PARTIAL: Final = regex(
    r"\b(?:new|more|additional|added|of\s+which|previously|now\s+pass|before|phase|day|week|manual(?:ly)?|frontend|javascript|typescript|"
    r"jest|vitest|e2e|playwright|cypress|rust|cargo|go)\b|\+",
    re.IGNORECASE,
)
"""Words by which a number of tests is one of some of them, of another day, or of another language."""
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
    return _counted(block) or _all(block) or _none_fails(block)


def _counted(block: Block) -> tuple[AnyPredicate, ...]:
    text = now_of(block) or block.text
    counts = [match for match in PASSING.finditer(text) if not is_quoted(text, match.start())]
    counts = counts or [match for pattern in _LABELLED for match in pattern.finditer(text)]
    if len(counts) != 1:
        return ()
    passed, whole = int(counts[0]["passed"]), counts[0]["all"]
    node = _node(text, counts[0]["part"]) or _context(block)
    if whole is not None and int(whole) < passed:
        return ()
    if not node:
        return _somewhere(block, counts[0])
    # Of the tests of a part, a document may mean some only.
    collected = Bound(int(whole), int(whole)) if whole is not None and not node.endswith("/") else None
    return (Pytest(nodes=(node,), passed=Bound(passed, passed), collected=collected),)


def _somewhere(block: Block, count: re.Match[str]) -> tuple[AnyPredicate, ...]:
    """A number of tests that nobody says the place of: the whole tree must have so many that pass, and may have more.

    Where it is said of all, or as "12/12", no other may fail beside them.
    """
    if CODE.search(block.text) or _HEDGED.search(block.text) or _PARTIAL.search(block.text):
        return ()
    passed = int(count["passed"])
    every = count["all"] is not None or re.search(
        r"\ball\s+(?:of\s+)?(?:the\s+|our\s+)?$", block.text[: count.start()], re.IGNORECASE
    )
    if not passed or (count["all"] is not None and int(count["all"]) != passed):
        return ()
    other = None if every else Bound(least=0)
    return (Pytest(nodes=block.tested or (".",), passed=Bound(least=passed), failed=other, errors=other),)


def _none_fails(block: Block) -> tuple[AnyPredicate, ...]:
    return (Pytest(nodes=block.tested or (".",)),) if _NONE_FAIL.match(block.text) else ()


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
    node = _node(block.text, part) or _context(block)
    if node:
        return (Pytest(nodes=(node,)),)
    return (Pytest(nodes=block.tested or (".",)),) if not part else ()


def _context(block: Block) -> str:
    """The one test file that stands above a sentence, where the sentence itself names no file."""
    path, _ = place_of(block) if block.kind != "row" else ("", "")
    return path if path and _TEST_PATH.fullmatch(path) and path not in block.text else ""


def _node(text: str, part: str | None) -> str:
    """The one test file of a sentence, or else the folder of the part that it is about; empty where neither is told."""
    paths = set(_TEST_PATH.findall(text))
    if paths:
        return paths.pop() if len(paths) == 1 else ""
    system = _SYSTEM.match(text)
    names = [name.lower() for name in (part, system["part"] if system is not None else None) if name]
    return next((f"tests/{name}/" for name in names if not _NO_PART.fullmatch(name)), "")

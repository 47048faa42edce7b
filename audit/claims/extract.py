"""Finds the predicate of a sentence where one is meant beyond doubt; everything else is left unjudged."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from audit.claims.blocks import Block
from audit.claims.tense import quoted_parts
from audit.model.predicates import Absent, AnyPredicate, Bound, Exists, Imports, Pytest

UNKNOWN: Final = "no predicate is known for this sentence"

_IMPORTS: Final = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        (
            r"\ball\s+(?:\w+\s+)?import\s+(?:errors?|failures?|problems?|issues?)\s+"
            r"(?:(?:have|has|been|are|were|now)\s+)*(?:resolved|fixed|eliminated|gone|cleared|solved)\b"
        ),
        r"(?<![\d/.])\b(?:zero|no|0)\s+(?:remaining\s+)?import\s+(?:errors?|failures?)\b",
        (
            r"\b(?:all|every)\s+(?:the\s+)?modules?\s+(?:now\s+)?imports?\s+"
            r"(?:successfully|cleanly|correctly|fine|without\s+(?:errors?|problems?|failures?))\b"
        ),
    )
)
_SCOPED: Final = re.compile(r"^\s*(?:in|from|for|within|under|of)\b", re.IGNORECASE)
_HEDGED: Final = re.compile(r"\b(?:not|almost|nearly|most|virtually|practically)\s*$", re.IGNORECASE)
_CONDITION: Final = re.compile(r"\b(?:if|unless|until|once|whether|assuming|expected|currently only)\b", re.IGNORECASE)
_PASSING: Final = re.compile(
    r"(?<![\d.~/])\b(?P<passed>\d+)(?:\s*(?:/|of|out of)\s*(?P<all>\d+))?\s+(?:[a-z-]+\s+){0,2}tests?\s+"
    r"(?:(?:are|is|now|all|currently)\s+)*(?:passing|pass|passed)\b",
    re.IGNORECASE,
)
_TEST_PATH: Final = re.compile(r"(?<![\w/.-])(?:[\w.-]+/)+(?:test_[\w-]+|[\w-]+_test)\.py(?:::[\w\[\]-]+)*")
_DELETED: Final = re.compile(r"\b(?:deleted|removed|eliminated)\b", re.IGNORECASE)
_DELETED_HEADING: Final = re.compile(
    r"\bfiles?\b.*\b(?:deleted|removed)\b|\b(?:deleted|removed)\b.*\bfiles?\b", re.IGNORECASE
)
_ADDED: Final = re.compile(r"\b(?:created|added|introduced|exists)\b", re.IGNORECASE)
_CUT: Final = re.compile(
    r"\b(?:from|in|into|with|by|instead|because|since|replac\w+|favou?r|moved|uses?|using|now|but|to|for|except)\b"
    r"|→|->|=>",
    re.IGNORECASE,
)
_PART: Final = re.compile(
    r"^\W*(?:\w+\W+)?(?:imports?|references?|dependenc(?:y|ies)|usages?|uses?|parameters?|arguments?|fields?|calls?|"
    r"support|logic|code|tests?|entries|entry|lines?|checks?|handling|section|branch|methods?|functions?|attributes?)\b",
    re.IGNORECASE,
)
_CODE: Final = re.compile(r"`([^`]+)`")
_PATH: Final = re.compile(r"(?:[\w.@+-]+/)*[\w@+-][\w.@+-]*\.(?:py|pyi|md|rst|ya?ml|toml|json|cfg|ini|sh|ipynb|txt)")
_FOLDER: Final = re.compile(r"(?:[\w.@+-]+/)+")
_SYMBOL: Final = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+|[A-Z][a-z]\w*[A-Z]\w*")


def extract(block: Block) -> tuple[tuple[AnyPredicate, ...], str]:
    """The predicates of a sentence, or none and the reason why."""
    if _CONDITION.search(block.text):
        return (), "the sentence is conditional"
    for find in _FINDERS:
        predicate = find(block)
        if predicate is not None:
            return (predicate,), ""
    return (), UNKNOWN


def _imports(block: Block) -> AnyPredicate | None:
    """A claim about all imports: "zero import errors", "all modules import successfully"."""
    for pattern in _IMPORTS:
        match = pattern.search(block.text)
        if match is None or _HEDGED.search(block.text[: match.start()]) or _is_quoted(block.text, match.start()):
            continue
        if _SCOPED.match(block.text[match.end() :]):
            continue
        return Imports()
    return None


def _tests(block: Block) -> AnyPredicate | None:
    """A number of passing tests, with exactly one test file beside it."""
    counts = [match for match in _PASSING.finditer(block.text) if not _is_quoted(block.text, match.start())]
    paths = set(_TEST_PATH.findall(block.text))
    if len(counts) != 1 or len(paths) != 1:
        return None
    passed, whole = int(counts[0]["passed"]), counts[0]["all"]
    if whole is not None and int(whole) < passed:
        return None
    collected = Bound(int(whole), int(whole)) if whole is not None else None
    return Pytest(nodes=tuple(paths), passed=Bound(passed, passed), collected=collected)


def _deletion(block: Block) -> AnyPredicate | None:
    """Files, modules or classes said to be deleted as wholes, not something removed from them."""
    match = _DELETED.search(block.text)
    if match is None:
        context = block.lead or (block.headings[-1] if block.headings else "")
        listed = _DELETED_HEADING.search(context) is not None
        names = _names(block.text.partition("(")[0], _PATH)
        return Absent(names=names) if listed and block.kind == "item" and names else None
    if _is_quoted(block.text, match.start()):
        return None
    before, after = block.text[: match.start()], block.text[match.end() :]
    names = _whole_names(_CUT.split(after)[0], after)
    if not names and not _CODE.search(_CUT.split(after)[0]):
        names = _subjects(before)
    return Absent(names=names) if names else None


def _whole_names(clause: str, rest: str) -> tuple[str, ...]:
    """The names after "deleted"; none when what follows them tells that only a part went."""
    codes = list(_CODE.finditer(clause))
    if not codes or _PART.match(rest[codes[-1].end() :]) or re.search(r"^\s*(?:from|in)\b", rest[codes[-1].end() :]):
        return ()
    lead = re.sub(
        r"[\s,]|\b(?:the|files?|folders?|director(?:y|ies)|modules?|class(?:es)?|and|old|legacy|entire|whole|both|obsolete)\b",
        "",
        clause,
    )
    return _names(clause, _PATH, _FOLDER, _SYMBOL) if not _CODE.sub("", lead).strip(":.()-—–") else ()


def _subjects(clause: str) -> tuple[str, ...]:
    """The names before "was deleted": the sentence may say nothing else before the verb."""
    bare = re.sub(r"\b(?:the|file|files|module|class|and|was|were|has|have|been|is|are|successfully)\b", "", clause)
    return _names(clause, _PATH, _FOLDER, _SYMBOL) if not re.search(r"\w", _CODE.sub("", bare)) else ()


def _addition(block: Block) -> AnyPredicate | None:
    """A ticked file said to have been created."""
    match = _ADDED.search(block.text)
    if block.mark != "check" or match is None or _is_quoted(block.text, match.start()):
        return None
    rest = block.text[match.end() :] if _CODE.search(block.text[match.end() :]) else block.text[: match.start()]
    codes = list(_CODE.finditer(_CUT.split(rest)[0]))
    names = _names(_CUT.split(rest)[0], _PATH)
    return Exists(names=names) if names and len(names) == len(codes) else None


def _names(clause: str, *shapes: re.Pattern[str]) -> tuple[str, ...]:
    """The inline codes that are names of one of the shapes."""
    codes = (code.strip().removeprefix("./") for code in _CODE.findall(clause))
    return tuple(
        dict.fromkeys(code.rstrip("/") for code in codes if any(shape.fullmatch(code.lstrip("/")) for shape in shapes))
    )


def _is_quoted(text: str, position: int) -> bool:
    return any(start <= position < end for start, end in quoted_parts(text))


_FINDERS: Final[tuple[Callable[[Block], AnyPredicate | None], ...]] = (_imports, _tests, _deletion, _addition)

"""Reads code blocks that show imports as ones that work, or that no longer do."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from audit.claims.blocks import Block, Fence
from audit.model.parsing import parsed
from audit.model.predicates import Absent, AnyPredicate, Exists
from audit.model.regex import regex

_PYTHON: Final = frozenset({"python", "py", "python3"})
_WORKS: Final = regex(r"✅|✓|✔|\b(?:works|ok|success(?:ful)?|valid)\b", re.IGNORECASE)
_FAILS: Final = regex(
    r"❌|✗|✘|\b(?:fails|no\s+longer|not\s+found|broken|removed|deleted|ModuleNotFoundError|ImportError)\b",
    re.IGNORECASE,
)
_NOW: Final = regex(
    r"^\W*(?:(?:the|all|use|using)\s+)*(?:after|new|now|current(?:ly)?|correct|updated|modern|everywhere)\b[^:]{0,60}:?\W*$",
    re.IGNORECASE,
)
_BEFORE: Final = regex(
    r"^\W*(?:(?:the|all)\s+)*(?:before|old|previous(?:ly)?|was|wrong|incorrect|legacy|deprecated|broken)\b[^:]{0,60}:?\W*$",
    re.IGNORECASE,
)
_GONE_NOW: Final = regex(r"\b(?:no\s+longer\s+(?:available|work\w*|importable)|removed|deleted|gone)\b", re.IGNORECASE)
_IMPORT: Final = regex(
    r"^\s*(?P<code>(?:from\s+[A-Za-z_][\w.]*\s+import\s+[\w\s,*]+?|import\s+[A-Za-z_][\w.]*(?:\s+as\s+\w+)?))\s*(?:#+\s*)?(?P<note>[^\w\s,.(].*|#.*|(?:WORKS|OK|FAILS)\W*)?$"
)


class ShownImport(msgspec.Struct, frozen=True):
    """One import of a code block: its text, its line, and what must be so."""

    text: str
    line: int
    fence: Fence
    predicates: tuple[AnyPredicate, ...]


def shown_imports(fences: Sequence[Fence]) -> Iterator[ShownImport]:
    """Every import that a block, or a comment in it, shows as the one to use now or as one that is gone."""
    for fence in fences:
        if fence.quoted or fence.language not in _PYTHON:
            continue
        holds = True if _NOW.match(fence.intro) or _WORKS.search(fence.intro) else None
        holds = False if _GONE_NOW.search(fence.intro) else None if _BEFORE.match(fence.intro) else holds
        for number, line in enumerate(fence.code.splitlines(), start=fence.line):
            comment = line.strip().removeprefix("#") if line.strip().startswith("#") else ""
            if comment:
                holds = True if _NOW.match(comment) else None if _BEFORE.match(comment) else holds
                continue
            match = _IMPORT.match(line)
            if match is None:
                continue
            note = match["note"] or ""
            told = False if _FAILS.search(note) else True if _WORKS.search(note) else holds
            names = _imported(match["code"])
            if told is not None and names:
                predicate: AnyPredicate = Exists(names=names) if told else Absent(names=names)
                yield ShownImport(line.strip(), number, fence, (predicate,))


_SAID: Final = regex(
    r"^(?![^`]*\b(?:no|not|none|never|neither)\b)[^`]{0,40}\bimports?\b[^`]{0,20}\b(?:works?|working|succeeds?|verified|functional|resolves?|ok|successful(?:ly)?)\b[^`]{0,20}`(?P<a>[^`]+)`\W*$"
    r"|^`(?P<b>(?:from|import)\s[^`]+)`\s*(?:[:—–-]\s*)?(?:now\s+)?(?:works?|succeeds?|resolves?|imports?|runs?)\b(?:\s+(?:again|now|correctly|fine|"
    r"successfully|without\s+(?:any\s+)?(?:errors?|problems?)))?\W*$",
    re.IGNORECASE,
)


def said_imports(block: Block) -> tuple[AnyPredicate, ...]:
    """An import that a sentence says works: "Package imports work: `from pkg import load`"."""
    match = _SAID.match(block.text)
    code = re.sub(r"\s+import\s+\.\.\.$", " import *", match["a"] or match["b"]) if match is not None else ""
    names = _imported(code)
    return (Exists(names=names),) if names else ()


def _imported(code: str) -> tuple[str, ...]:
    """The dotted names that an import statement asks for; a star stands for its module."""
    try:
        (statement,) = parsed(code.strip()).body
    except (SyntaxError, ValueError):
        return ()
    if isinstance(statement, ast.Import):
        return tuple(each.name for each in statement.names)
    if not isinstance(statement, ast.ImportFrom) or statement.level or statement.module is None:
        return ()
    return tuple(
        statement.module if each.name == "*" else f"{statement.module}.{each.name}" for each in statement.names
    )

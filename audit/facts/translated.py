"""Tables and calls that translate old names to new ones: the old ones may be gone."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from typing import Final

from audit.model.regex import regex

_DOTTED: Final = regex(r"[^\W\d]\w*(?:\.[^\W\d]\w*)+(?::[^\W\d][\w.]*)?")
_TRANSLATING: Final = regex(
    r"redirect|alias|renam|deprecat|legacy|compat|moved|replace(?:ment|d)|superseded|successor", re.IGNORECASE
)
"""What tables and calls are called that say what came instead of what."""


def translated_in(table: ast.Dict) -> Iterator[ast.Constant]:
    """The old names of a table that gives each another of the same last part: ``{"a.old.Cls": "a.new.Cls"}``."""
    pairs = _pairs(zip(table.keys, table.values, strict=True))
    return (old for old, before, after in pairs if _last(before) == _last(after))


def translated_by(name: str, given: ast.expr | None) -> Iterator[ast.Constant]:
    """The old names of a table by the variable that holds it, or of a call by what it is called, as long as both names
    are of one package: ``MOVED = {"a.store": "a.db"}``, ``deprecated_redirect("a.store", "a.db")``."""
    pairs: Iterable[tuple[ast.expr | None, ast.expr]] = ()
    if isinstance(given, ast.Dict) and _TRANSLATING.search(name):
        pairs = zip(given.keys, given.values, strict=True)
    elif isinstance(given, ast.Call) and _TRANSLATING.search(name):
        pairs = zip(given.args[:1], given.args[1:2], strict=False)
    return (old for old, before, after in _pairs(pairs) if before.partition(".")[0] == after.partition(".")[0])


def _pairs(table: Iterable[tuple[ast.expr | None, ast.expr]]) -> Iterator[tuple[ast.Constant, str, str]]:
    for old, new in table:
        if isinstance(old, ast.Constant) and isinstance(new, ast.Constant):
            names = [each.value for each in (old, new) if isinstance(each.value, str) and _DOTTED.fullmatch(each.value)]
            if len(names) == 2 and names[0] != names[1]:
                yield old, names[0], names[1]


def _last(name: str) -> str:
    return name.replace(":", ".").rpartition(".")[2]

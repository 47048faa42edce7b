"""Paths that a regular expression spells out, as pre-commit, mypy and black take them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from audit.kinds.forms import form_of
from audit.model.regex import regex

_MARKS: Final = regex(r"[\^$|()]|\\[.\w]|\.[*+]")
_LITERAL: Final = regex(r"(?:[\w/-]|\\[./-])+")


def is_regex(text: str) -> bool:
    """Whether a text can only be a regular expression, not a path or a glob."""
    return _MARKS.search(text) is not None


def paths_in_regex(pattern: str) -> Iterator[tuple[int, int, str]]:
    """Where a pattern spells a path, ``(start, end)``, and the path without escapes."""
    for run in _LITERAL.finditer(pattern):
        text = re.sub(r"\\(.)", r"\1", run[0])
        if (text.endswith("/") and text != "/") or form_of(text) == "path":
            yield run.start(), run.end(), text

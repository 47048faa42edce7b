"""Source that was written before ``async`` became a keyword, and uses it as a name."""

from __future__ import annotations

import ast
import warnings
from typing import Final

from audit.facts.nodes import nodes_of
from audit.model.regex import regex

_NAME: Final = regex(rb"\basync\b(?![ \t]+(?:def|for|with)\b)")
_STAND_INS: Final = (b"as_nc", b"a_ync", b"asy_c")
"""Of the same length, so that every column stays true."""
_FIELDS: Final = ("id", "attr", "arg", "name", "asname", "module", "value", "names")


def parse_older(content: bytes) -> ast.Module | None:
    """The tree of a source that only an older grammar takes; None where that is not why it does not parse."""
    stand_in = next((each for each in _STAND_INS if each not in content), None)
    if stand_in is None or _NAME.search(content) is None:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(_NAME.sub(stand_in, content))
    except (SyntaxError, ValueError, LookupError, RecursionError, MemoryError):
        return None
    for node in nodes_of(tree):
        for field in _FIELDS:
            value = getattr(node, field, None)
            if isinstance(value, str):
                setattr(node, field, value.replace(stand_in.decode(), "async"))
            elif isinstance(value, bytes):
                setattr(node, field, value.replace(stand_in, b"async"))
            elif isinstance(node, ast.Global | ast.Nonlocal):
                node.names = [name.replace(stand_in.decode(), "async") for name in node.names]
    return tree

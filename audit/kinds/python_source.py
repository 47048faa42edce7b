"""Python text -> its syntax tree, for the kinds that look at calls and docstrings."""

from __future__ import annotations

import ast
import warnings
from functools import lru_cache

from audit.kinds.texts import UnreadableError


@lru_cache(maxsize=1)
def python_tree(text: str) -> ast.Module:
    """The syntax tree of one file; the last is kept, because several kinds look at a file one after the other.

    Raises:
        UnreadableError: the text does not parse.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what is odd about another project's strings is its own affair
            return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise UnreadableError(f"not Python: {type(error).__name__}") from None


def called_name(call: ast.Call) -> str:
    """The last part of what a call names: `open` of `open(...)` and of `path.open(...)`, or nothing."""
    called = call.func
    return called.attr if isinstance(called, ast.Attribute) else called.id if isinstance(called, ast.Name) else ""

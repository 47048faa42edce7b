"""Python source -> syntax tree, with one error for whatever the parser cannot read."""

from __future__ import annotations

import ast
import warnings


def parsed(source: str | bytes) -> ast.Module:
    """The syntax tree of a source; what is odd about its strings is its own affair.

    Raises:
        SyntaxError: it is no Python, holds null bytes, or is nested too deeply.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(source)
    except ValueError as error:
        raise SyntaxError(str(error)) from None
    except (RecursionError, MemoryError):
        raise SyntaxError("nested too deeply") from None

"""Python source -> syntax tree, and literals -> values, with one error for whatever cannot be read."""

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


def literal(written: str | ast.expr) -> object:
    """The value of a literal that somebody wrote: a number, a string, a container of such.

    Raises:
        ValueError: it is no literal, or no value that can be made.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.literal_eval(written)
    except (SyntaxError, TypeError, RecursionError, MemoryError) as error:
        raise ValueError(f"no literal: {error}") from None

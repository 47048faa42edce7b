"""Expressions as the facts of a file spell them, read again."""

from __future__ import annotations

import ast


def expression(text: str) -> ast.expr | None:
    """The tree of an expression; None for what is none by today's grammar, as where an older file has a module
    called ``async``, and for what is nested too deeply to read."""
    try:
        return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None

"""The names that a module's ``__all__`` lists, as far as they are literal."""

from __future__ import annotations

import ast

from audit.facts.spans import Spans
from audit.model.facts import Span


class Exports:
    """Collects what ``__all__`` gets. ``names`` are None until it gets anything; once it is ``dynamic``, it may hold
    any other name too."""

    def __init__(self, spans: Spans) -> None:
        self._spans = spans
        self.names: dict[str, Span] | None = None
        self.dynamic = False

    def assigned(self, statement: ast.stmt, value: ast.expr | None) -> None:
        """Note an assignment; one in a branch may as well not run, so that what was there before may stay."""
        self.add(value, more=isinstance(statement, ast.AugAssign) or statement.col_offset > 0)

    def add(self, value: ast.expr | None, *, more: bool) -> None:
        """Note names that ``__all__`` gets, or gets besides."""
        names = self._literal(value)
        self.dynamic = names is None or (more and self.dynamic)
        self.names = {**(self.names or {}), **(names or {})} if more else names

    def _literal(self, value: ast.expr | None) -> dict[str, Span] | None:
        match value:
            case ast.List(elts=elements) | ast.Tuple(elts=elements) | ast.Set(elts=elements):
                names = {
                    part.value: self._spans.of(part)
                    for part in elements
                    if isinstance(part, ast.Constant) and isinstance(part.value, str)
                }
                return names if all(isinstance(part, ast.Constant) for part in elements) else None
        return None

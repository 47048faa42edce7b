"""The names that a module's ``__all__`` lists, as far as they are literal."""

from __future__ import annotations

import ast
from typing import Final

from audit.facts.callables import leaf_of
from audit.facts.spans import Spans
from audit.model.facts import Span
from audit.model.regex import regex

_PUBLISHING: Final = regex(r"_*(?:make_?)?(?:public|export(?:ed|s)?|publish)")


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

    def decorated(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, *, at_top: bool) -> None:
        """Note a thing that a decorator adds to ``__all__`` where it stands at the top of the module: ``@public``."""
        if (
            at_top
            and self.names is not None
            and any(_PUBLISHING.fullmatch(leaf_of(each)) for each in node.decorator_list)
        ):
            self.names.setdefault(node.name, self._spans.of(node))

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

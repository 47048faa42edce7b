"""The names that a Python file uses, and those that each of its imports binds."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator
from typing import Final

from audit.facts.nodes import nodes_of
from audit.model.facts import UsedNames
from audit.model.regex import regex

_WORD: Final = regex(r"\w+")
_MAX_NAME: Final = 200
"""Characters of a string that may be a forward reference or an entry of ``__all__``."""


def read_used_names(text: str) -> UsedNames:
    """What a file uses and binds: nothing where it does not parse."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what is odd about another project's strings is its own affair
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return UsedNames()
    used: set[str] = set()
    bound: dict[tuple[int, int], frozenset[str]] = {}
    handled: set[int] = set()
    for node in nodes_of(tree):
        if isinstance(node, ast.Name):
            used.add(node.id)
        elif isinstance(node, (ast.Global, ast.Nonlocal)):
            used.update(node.names)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            used.update(_WORD.findall(node.value) if len(node.value) < _MAX_NAME else ())
        elif isinstance(node, ast.ExceptHandler):
            handled.update(_imports_of(node.body))
        elif isinstance(node, ast.ClassDef):
            used.update(each for part in node.body for each in _bound_by(part))
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            bound[node.lineno, node.col_offset + 1] = frozenset(_bound_by(node))
            for alias in node.names:
                bound[alias.lineno, alias.col_offset + 1] = frozenset({(alias.asname or alias.name).partition(".")[0]})
    return UsedNames(frozenset(used), bound, frozenset(handled))


def _imports_of(body: list[ast.stmt]) -> Iterator[int]:
    """The lines of the imports of a handler; those that it guards anew have handlers of their own."""
    pending: list[ast.AST] = [*body]
    while pending:
        node = pending.pop()
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            yield node.lineno
        elif not isinstance(node, (ast.Try, ast.TryStar)):
            pending.extend(ast.iter_child_nodes(node))


def _bound_by(statement: ast.stmt) -> list[str]:
    """What an import binds; ``*`` binds nothing that could be looked for."""
    if not isinstance(statement, (ast.Import, ast.ImportFrom)):
        return []
    return [(alias.asname or alias.name).partition(".")[0] for alias in statement.names if alias.name != "*"]

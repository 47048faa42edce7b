"""Identity of definitions without their names: what is equal, wherever it stands, may have been moved or renamed.

``lines`` are those of the file, without the blanks around them.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Sequence
from typing import Final

from audit.facts.bodies import FunctionNode
from audit.model.facts import LOCAL

_MIN_LINES = 3
_WORD: Final = frozenset(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz")


def definition_digest(lines: Sequence[bytes], node: FunctionNode | ast.ClassDef) -> str:
    """The digest of a function or class: of the lines after its first, where it is long enough to be told apart.
    Empty for a short one that neither does nor says anything: such are equal without meaning the same."""
    first, last = node.lineno, node.end_lineno or node.lineno
    if last - first + 1 < _MIN_LINES:
        if all(_says_nothing(statement) for statement in node.body):
            return ""
        return LOCAL + _digest(lines[first - 1 : last], node.name)
    return _digest(lines[first:last], node.name)


def code_digest(lines: Sequence[bytes], node: FunctionNode | ast.ClassDef) -> str:
    """The digest of a documented function or class without its documentation, which is rewritten when it is renamed;
    empty for one that has none, or nothing else."""
    said = node.body[0]
    if len(node.body) == 1 or not isinstance(said, ast.Expr) or not _is_text(said.value):
        return ""
    first, last = node.lineno, node.end_lineno or node.lineno
    before, after = lines[first - 1 : said.lineno - 1], lines[said.end_lineno or said.lineno : last]
    return _digest([*before, *after], node.name)


def variable_digest(lines: Sequence[bytes], name: str, statement: ast.stmt) -> str:
    """The digest of an assignment; empty for anything else that binds a name, and for a value that so many names
    have that it tells none apart: none at all, a truth value, nought, one, something empty."""
    if not isinstance(statement, ast.Assign | ast.AnnAssign) or _is_common(statement.value):
        return ""
    return LOCAL + _digest(lines[statement.lineno - 1 : statement.end_lineno or statement.lineno], name)


def _is_text(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and isinstance(value.value, str)


def _says_nothing(statement: ast.stmt) -> bool:
    """Whether a statement does nothing and is no text: ``pass`` and ``...``."""
    return isinstance(statement, ast.Pass) or (
        isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant) and not _is_text(statement.value)
    )


def _is_common(value: ast.expr | None) -> bool:
    match value:
        case ast.Constant(value=each):
            return each in (None, 0, 1, "", b"", ...)
        case ast.List(elts=parts) | ast.Tuple(elts=parts) | ast.Set(elts=parts) | ast.Dict(values=parts):
            return not parts
        case ast.Call(func=ast.Name(), args=[], keywords=[]):
            return True
    return value is None


def _digest(lines: Sequence[bytes], name: str) -> str:
    body = b"\n".join(lines)
    if (spelled := name.encode()) in body:
        body = _without(body, spelled)
    return hashlib.sha1(body, usedforsecurity=False).hexdigest()[:16]


def _without(body: bytes, name: bytes) -> bytes:
    """A body with a null byte for each whole word that is the name. By hand: to compile an expression for each name of
    a tree takes longer than all the rest that is done with its definitions."""
    pieces = body.split(name)
    last = len(pieces) - 1
    found = [pieces[0]]
    for number, right in enumerate(pieces[1:], start=1):
        left = pieces[number - 1]
        # where nothing stands in between, the name follows on itself
        is_part = (left[-1] in _WORD if left else number > 1) or (right[0] in _WORD if right else number < last)
        found += (name if is_part else b"\0", right)
    return b"".join(found)

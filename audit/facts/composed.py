"""Strings that are put together of plain ones and of constants of the module: ``f"{MODULE}.name"``."""

from __future__ import annotations

import ast
from collections import Counter
from typing import Final

_MAX_DEPTH: Final = 8
"""Parts within parts, beyond which an expression is generated or hostile."""
PACKAGE: Final = "\0"
"""Stands for the name of the file's own package at the start of a text."""


class Constants:
    """The names that a module gives a plain string, once and nowhere else."""

    def __init__(self, tree: ast.Module) -> None:
        self._tree = tree
        self._values: dict[str, str] | None = None

    def text(self, node: ast.expr) -> str | None:
        """What a string expression comes to; None where nobody can tell."""
        return self._text(node, 0)

    def _text(self, node: ast.expr, depth: int) -> str | None:
        if depth > _MAX_DEPTH:
            return None
        match node:
            case ast.Constant(value=str(value)):
                return value
            case ast.Name(id="__package__") | ast.Attribute(value=ast.Name(id="__spec__"), attr="parent"):
                return PACKAGE
            case ast.Name(id=name):
                return self._known().get(name)
            case ast.JoinedStr(values=parts):
                return self._joined(parts, depth)
            case ast.FormattedValue(value=value, conversion=-1, format_spec=None):
                return self._text(value, depth + 1)
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                return self._joined([left, right], depth)
            case ast.BinOp(left=ast.Constant(value=str(pattern)), op=ast.Mod(), right=right):
                values = right.elts if isinstance(right, ast.Tuple) else [right]
                return self._filled(pattern, "%s", values, depth)
            case ast.Call(
                func=ast.Attribute(value=ast.Constant(value=str(pattern)), attr="format"), args=values, keywords=[]
            ):
                return self._filled(pattern, "{}", values, depth)
        return None

    def _joined(self, parts: list[ast.expr], depth: int) -> str | None:
        texts = [self._text(part, depth + 1) for part in parts]
        return None if None in texts else "".join(text for text in texts if text is not None)

    def _filled(self, pattern: str, place: str, values: list[ast.expr], depth: int) -> str | None:
        pieces = pattern.split(place)
        if len(pieces) != len(values) + 1:
            return None
        parts: list[ast.expr] = [ast.Constant(pieces[0])]
        for value, piece in zip(values, pieces[1:], strict=True):
            parts += [value, ast.Constant(piece)]
        return self._joined(parts, depth)

    def _known(self) -> dict[str, str]:
        if self._values is None:
            names = (node for node in ast.walk(self._tree) if isinstance(node, ast.Name))
            bound = Counter(node.id for node in names if not isinstance(node.ctx, ast.Load))
            bound.update(node.arg for node in ast.walk(self._tree) if isinstance(node, ast.arg))
            self._values = {
                target.id: statement.value.value
                for statement in self._tree.body
                if isinstance(statement, ast.Assign | ast.AnnAssign)
                and isinstance(statement.value, ast.Constant)
                and isinstance(statement.value.value, str)
                for target in (statement.targets if isinstance(statement, ast.Assign) else [statement.target])
                if isinstance(target, ast.Name) and bound[target.id] == 1
            }
        return self._values

"""Expressions as `ast.unparse` writes them, in a tenth of its time for those that most annotations are."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any, Final


def spelled(node: ast.expr) -> str:
    """An expression as Python text."""
    return _plain(node) or ast.unparse(node)


def _plain(node: ast.expr) -> str:
    """The text of an expression that is made of names, attributes, subscripts, unions, lists, plain constants and
    calls alone; empty for any other."""
    write = _WRITERS.get(node.__class__)
    return write(node) if write is not None else ""


def _attribute(node: ast.Attribute) -> str:
    owner = _plain(node.value) if isinstance(node.value, (ast.Name, ast.Attribute)) else ""
    return f"{owner}.{node.attr}" if owner else ""


def _subscript(node: ast.Subscript) -> str:
    owner = _plain(node.value) if isinstance(node.value, (ast.Name, ast.Attribute, ast.Subscript)) else ""
    if isinstance(node.slice, ast.Tuple):
        items = _several(node.slice.elts) if len(node.slice.elts) > 1 else ""
    else:
        items = _plain(node.slice)
    return f"{owner}[{items}]" if owner and items else ""


def _union(node: ast.BinOp) -> str:
    if not isinstance(node.op, ast.BitOr) or isinstance(node.right, ast.BinOp):
        return ""
    left, right = _plain(node.left), _plain(node.right)
    return f"{left} | {right}" if left and right else ""


def _list(node: ast.List) -> str:
    items = _several(node.elts)
    return f"[{items}]" if items or not node.elts else ""


def _call(node: ast.Call) -> str:
    callee = _plain(node.func) if isinstance(node.func, (ast.Name, ast.Attribute)) else ""
    values = [*node.args, *(keyword.value for keyword in node.keywords)]
    texts = [_plain(value) for value in values]
    if not callee or not all(texts) or not all(keyword.arg for keyword in node.keywords):
        return ""
    named = [f"{keyword.arg}={text}" for keyword, text in zip(node.keywords, texts[len(node.args) :], strict=True)]
    return f"{callee}({', '.join((*texts[: len(node.args)], *named))})"


def _constant(node: ast.Constant) -> str:
    value = node.value
    if value is ...:
        return "..."
    return repr(value) if value is None or (isinstance(value, (str, bool)) and not node.kind) else ""


def _several(nodes: list[ast.expr]) -> str:
    texts = [_plain(node) for node in nodes]
    return ", ".join(texts) if all(texts) else ""


_WRITERS: Final[dict[type[ast.expr], Callable[[Any], str]]] = {
    ast.Name: lambda node: node.id,
    ast.Attribute: _attribute,
    ast.Subscript: _subscript,
    ast.BinOp: _union,
    ast.List: _list,
    ast.Call: _call,
    ast.Constant: _constant,
}

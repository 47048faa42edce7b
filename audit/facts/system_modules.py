"""Expressions on the table of modules, and on what the file itself is in it."""

from __future__ import annotations

import ast
from typing import Final

from audit.facts.nodes import nodes_of
from audit.model.regex import regex

_PREFIX: Final = regex(r"(?:[^\W\d]\w*\.)+")


def is_sys_modules(node: ast.expr) -> bool:
    """Whether an expression is ``sys.modules``, or a patch's name of it."""
    match node:
        case ast.Constant(value="sys.modules") | ast.Attribute(value=ast.Name(id="sys" | "_sys"), attr="modules"):
            return True
    return False


def is_own_module(node: ast.expr) -> bool:
    """Whether an expression is ``sys.modules[__name__]``."""
    return isinstance(node, ast.Subscript) and is_sys_modules(node.value) and is_own_name(node.slice)


def is_own_name(node: ast.expr) -> bool:
    """Whether an expression is ``__name__``."""
    return isinstance(node, ast.Name) and node.id == "__name__"


def below_own_name(node: ast.expr) -> ast.Constant | None:
    """Of ``f"{__name__}.old"`` what follows the name of the file's own module."""
    match node:
        case ast.JoinedStr(values=[ast.FormattedValue(value=first), ast.Constant(value=str(rest)) as below]):
            return below if is_own_name(first) and rest.startswith(".") else None
    return None


def finds_below(tree: ast.Module) -> bool:
    """Whether a file that finds modules in a way of its own spells what begins the names of those below a package:
    ``"shop.plugins."``, ``__name__ + "."`` or ``f"{__name__}."``."""
    for node in nodes_of(tree):
        match node:
            case ast.Constant(value=str(text)) if _PREFIX.fullmatch(text):
                return True
            case ast.BinOp(left=left, right=ast.Constant(value=".")) if is_own_name(left):
                return True
            case ast.JoinedStr(values=[ast.FormattedValue(value=first), ast.Constant(value=".")]) if is_own_name(first):
                return True
    return False

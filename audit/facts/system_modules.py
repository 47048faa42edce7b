"""Expressions on the table of modules, and on what the file itself is in it."""

from __future__ import annotations

import ast


def is_sys_modules(node: ast.expr) -> bool:
    """Whether an expression is ``sys.modules``, or a patch's name of it."""
    match node:
        case ast.Constant(value="sys.modules") | ast.Attribute(value=ast.Name(id="sys"), attr="modules"):
            return True
    return False


def is_own_module(node: ast.expr) -> bool:
    """Whether an expression is ``sys.modules[__name__]``."""
    return isinstance(node, ast.Subscript) and is_sys_modules(node.value) and is_own_name(node.slice)


def is_own_name(node: ast.expr) -> bool:
    """Whether an expression is ``__name__``."""
    return isinstance(node, ast.Name) and node.id == "__name__"

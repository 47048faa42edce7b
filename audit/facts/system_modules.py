"""Expressions on the table of modules, and on what the file itself is in it."""

from __future__ import annotations

import ast
from typing import Final

from audit.facts.nodes import nodes_of
from audit.model.regex import regex

_OWN_MODULE: Final = regex(r"(?i)(?:.*_)?(?:current|this|own|calling|caller)_?module|getmodule")
"""The names of functions that give the module that calls them."""
_ONLY_NAMED: Final = regex(
    r"(?i)_*(?:warn|log|print|debug|info|register|get_?logger|install|test|run|main|skip|import)"
)
"""Begin the names of functions that are told a module's name for other reasons than to define something in it."""
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


def hands_own_name(call: ast.Call) -> bool:
    """Whether a call is handed the name of the module that it stands in."""
    return any(map(is_own_name, call.args)) or any(is_own_name(keyword.value) for keyword in call.keywords)


def handed_children(call: ast.Call) -> list[str]:
    """The names that a call is handed besides, of which modules may be made below its own one, each as what a computed
    name may end with: ``alias(parent=__name__, child="old")``."""
    values = (*call.args, *(keyword.value for keyword in call.keywords))
    strings = (value.value for value in values if isinstance(value, ast.Constant))
    return [f"*.{each}" for each in strings if isinstance(each, str) and each.isidentifier()]


def hands_itself(call: ast.Call) -> bool:
    """Whether a call is handed the module that it stands in, to define who knows what there:
    ``init_api("shop", __name__)``, ``fill(table, sys.modules[__name__])``, ``fill(table, find_current_module())``."""
    match call.func:
        case ast.Name(id=leaf) | ast.Attribute(attr=leaf):
            is_named = _ONLY_NAMED.match(leaf) is None
        case _:
            is_named = False
    given = (*call.args, *(keyword.value for keyword in call.keywords))
    return any(is_own_module(each) or _gives_own_module(each) or (is_named and is_own_name(each)) for each in given)


def _gives_own_module(node: ast.expr) -> bool:
    match node:
        case ast.Call(func=ast.Name(id=leaf) | ast.Attribute(attr=leaf), args=[], keywords=[]):
            return _OWN_MODULE.fullmatch(leaf) is not None
    return False


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

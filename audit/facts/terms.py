"""Expressions in a normal form that says where a value comes from, apart from the file that holds them.

A term is Python text: names of the module, attributes, calls without their arguments (what is needed of them
apart), and a few markers (see `audit.model.terms`) for what a local name stands for. The empty term means
that nothing is known.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Final

from audit.facts.callables import dotted, leaf_of
from audit.facts.spelling import spelled
from audit.model.terms import MAX_TERM, any_of, awaited, declared, element_of, imported, listed, subscripted

NONE = "None"

_SAME_ELEMENTS: Final = frozenset({"sorted", "list", "tuple", "set", "frozenset", "reversed", "iter"})
"""Builtins that give something of the elements of what they are handed."""

_ONE_ELEMENT: Final = frozenset({"next", "min", "max", "random.choice"})
"""What gives one of the elements of what it is handed."""

NameTerm = Callable[[str], str]
"""What a name stands for where the expression stands; empty when nobody can tell."""


def term_of(node: ast.expr | None, name_term: NameTerm) -> str:
    """The term of an expression."""
    found = _term(node, name_term)
    return found if len(found) <= MAX_TERM else ""


def _term(node: ast.expr | None, name_term: NameTerm) -> str:
    match node:
        case ast.Name(id=name):
            return name_term(name)
        case ast.Attribute(value=value, attr=attribute):
            owner = _term(value, name_term)
            return f"{owner}.{attribute}" if owner and owner != NONE else ""
        case ast.Call(func=ast.Name(id="cast") | ast.Attribute(attr="cast"), args=[kind, _]):
            return declared(annotation_text(kind))
        case ast.Call(func=ast.Name(id="super")):
            return name_term(ast.unparse(node))
        case ast.Call():
            return _called(node, name_term)
        case ast.Await(value=value):
            return awaited(_term(value, name_term))
        case ast.IfExp(body=body, orelse=other):
            return any_of((_term(body, name_term), _term(other, name_term)))
        case ast.BoolOp(values=values):
            return any_of(_term(value, name_term) for value in values)
        case ast.NamedExpr(value=value):
            return _term(value, name_term)
        case ast.List(elts=[_, *_] as elements) | ast.Set(elts=elements):
            return listed(any_of(_term(each, name_term) for each in elements))
        case ast.ListComp() | ast.GeneratorExp():
            return listed(_produced(node, name_term))
        case ast.Subscript(value=value, slice=index):
            return "" if isinstance(index, ast.Slice) else subscripted(_term(value, name_term), _key(index))
        case ast.Constant(value=None):
            return NONE
    return ""


def _key(index: ast.expr) -> str | int:
    """The name, or the number, that stands in brackets."""
    match index:
        case ast.Constant(value=str(key)) if key.isidentifier() and key.isascii():
            return key
        case ast.Constant(value=int(number)) if not isinstance(number, bool):
            return number
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int(number))):
            return -number
    return ""


def _produced(node: ast.ListComp | ast.GeneratorExp, name_term: NameTerm) -> str:
    """The term of each item of a comprehension that calls something, or only picks from what it goes through."""
    match node:
        case ast.ListComp(elt=ast.Call(func=function) as made) | ast.GeneratorExp(elt=ast.Call(func=function) as made):
            return _term(made, name_term) if not _is_bound_by(node, function) else ""
        case (
            ast.ListComp(elt=ast.Name(id=picked), generators=[loop])
            | ast.GeneratorExp(elt=ast.Name(id=picked), generators=[loop])
        ) if isinstance(loop.target, ast.Name) and loop.target.id == picked:
            return element_of(_term(loop.iter, name_term))
    return ""


def _called(node: ast.Call, name_term: NameTerm) -> str:
    """The term of a call: of a module where it imports one."""
    if module := _module_imported(node):
        return imported(0, module, "")
    if node.args and not isinstance(node.args[0], ast.Starred):
        if isinstance(node.func, ast.Name) and node.func.id in _SAME_ELEMENTS:
            return listed(element_of(_term(node.args[0], name_term)))
        if _gives_one(node):
            return element_of(_term(node.args[0], name_term))
        if dotted(node.func) == "asyncio.run" or leaf_of(node.func) == "run_until_complete":
            return awaited(_term(node.args[0], name_term))
    callee = _term(node.func, name_term)
    return f"{callee}({'...' if _has_default(node) else ''})" if callee and callee != NONE else ""


def _has_default(node: ast.Call) -> bool:
    """Whether a call says what it gives where a mapping has no such key, and that is something."""
    match node:
        case ast.Call(func=ast.Attribute(attr="get" | "pop"), args=[_, ast.Constant(value=None)]):
            return False
        case ast.Call(func=ast.Attribute(attr="get" | "pop"), args=[_, _]):
            return True
    return False


def _gives_one(node: ast.Call) -> bool:
    """Whether a call gives one of the elements of its first argument, or None."""
    others = [*node.args[1:], *(each.value for each in node.keywords if each.arg == "default")]
    if not all(isinstance(each, ast.Constant) and each.value is None for each in others):
        return False
    return dotted(node.func) in _ONE_ELEMENT


def _module_imported(node: ast.Call) -> str:
    """The module that a call of ``import_module`` names in full."""
    match node.func, node.args:
        case ((ast.Name(id="import_module") | ast.Attribute(attr="import_module")), [ast.Constant(value=str(name))]):
            return "" if name.startswith(".") else name
    return ""


def _is_bound_by(node: ast.ListComp | ast.GeneratorExp, function: ast.expr) -> bool:
    """Whether a comprehension calls what it binds itself."""
    bound = {part.id for each in node.generators for part in ast.walk(each.target) if isinstance(part, ast.Name)}
    return any(isinstance(part, ast.Name) and part.id in bound for part in ast.walk(function))


def annotation_text(node: ast.expr | None) -> str:
    """An annotation as it is written, without quotes around the whole."""
    match node:
        case None:
            return ""
        case ast.Name(id=name):
            return name
        case ast.Constant(value=str(text)):
            return text
    return spelled(node)


def field_of(node: ast.expr | None, name_term: NameTerm) -> str:
    """The term of what a class body gives to a name; of a call, with the constants that make a field what it is."""
    if not isinstance(node, ast.Call) or _module_imported(node):
        return term_of(node, name_term)
    callee = _term(node.func, name_term)
    arguments = ["..." if _is_ellipsis(argument) else "0" for argument in node.args]
    if leaf_of(node.func) == "partial" and node.args:
        arguments[0] = dotted(node.args[0]) or "0"
    arguments += [f"{each.arg}={_constant(each.value)}" if each.arg else "**0" for each in node.keywords]
    found = f"{callee}({', '.join(arguments)})" if callee and callee != NONE else ""
    return found if len(found) <= MAX_TERM else ""


def _is_ellipsis(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is ...


def _constant(node: ast.expr) -> str:
    if isinstance(node, ast.Constant) and (node.value is ... or isinstance(node.value, bool | str)):
        return "..." if node.value is ... else repr(node.value)
    return "0"

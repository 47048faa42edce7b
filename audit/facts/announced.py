"""Names in strings that are no references: what decorators give, what calls may define, what conditions ask for."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import Final

from audit.facts.callables import dotted, leaf_of
from audit.facts.nodes import nodes_of
from audit.model.regex import regex

_ADDRESS: Final = regex(r"[^\W\d]\w*(?:\.[^\W\d]\w*)+(?::[^\W\d][\w.]*)?")
_PATCHING = frozenset({"patch", "object", "dict", "multiple", "setattr", "delattr", "spy"})


def given_names(decorators: Iterable[ast.expr], name: str) -> list[ast.Constant]:
    """The dotted names, each where it is spelled, under which decorators make a thing known,
    ``@export("pkg.api.Thing")``: of a decorator that spells the thing's own name at the end of one string, all strings
    are names that it gives."""
    found: list[ast.Constant] = []
    for decorator in decorators:
        if isinstance(decorator, ast.Call) and leaf_of(decorator.func) not in _PATCHING:
            spelled = [each for each in _strings(decorator) if "." in str(each.value)]
            if any(str(each.value).rpartition(".")[2] == name for each in spelled):
                found += spelled
    return found


def announced_names(call: ast.Call) -> set[str]:
    """The plain names among the strings that a call is handed, but for those that it adds to a list or the like:
    ``deprecated.constant("OLD", NEW)`` may well define ``OLD`` in the module that calls it. So may one that is told
    where to find it, ``deferred("moved", Old="pkg.new:Old")``, and one that is handed nothing but what names stand
    for, ``public(Old=New)``."""
    if dotted(call.func).startswith("__all__."):
        return set()
    values = (*call.args, *(keyword.value for keyword in call.keywords))
    found = {_text(each) for each in values}
    is_table = not call.args and isinstance(call.func, ast.Name)
    found |= {each.arg or "" for each in call.keywords if is_table or _ADDRESS.fullmatch(_text(each.value))}
    return {each for each in found if each.isidentifier()}


def names_module(call: ast.Call) -> bool:
    """Whether the first thing that a call is handed is a dotted name: ``moved("pkg.new", "2.0")``."""
    return bool(call.args) and _ADDRESS.fullmatch(_text(call.args[0])) is not None


def asked_for(test: ast.expr) -> frozenset[str]:
    """The dotted names that a condition hands to calls: ``if is_available("pkg.extra"):`` asks whether it is there."""
    parts = test.values if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And) else [test]
    calls = (each for each in parts if isinstance(each, ast.Call))
    return frozenset(
        part.value
        for each in calls
        for part in each.args
        if isinstance(part, ast.Constant) and isinstance(part.value, str) and "." in part.value
    )


def _text(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _strings(node: ast.AST) -> list[ast.Constant]:
    return [each for each in nodes_of(node) if isinstance(each, ast.Constant) and isinstance(each.value, str)]

"""What the chains and strings of one file lead to, once every binding of it is known."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Sequence

from audit.facts.scopes import Scope
from audit.facts.spans import Spans
from audit.facts.strings import ANNOTATION, String
from audit.model.facts import Attribute, Context, Import, Text

Chain = tuple[Scope, str, tuple[str, ...], ast.expr, bool, Context]
"""Scope, first name, the names that follow it, the node, whether it is assigned to, context."""


def attributes_of(
    chains: Iterable[Chain], imports: list[Import], probed: Collection[tuple[str, str]], spans: Spans
) -> tuple[Attribute, ...]:
    """The chains whose first name only imports can bind, in file order, without those that are asked for first."""
    bound = {name.bound for statement in imports for name in statement.names}
    found = []
    known: dict[tuple[int, str], tuple[int, int] | None] = {}
    for scope, first, chain, node, store, context in chains:
        if first not in bound:
            continue
        key = (id(scope), first)
        if key not in known:
            known[key] = _only(imports, scope.lookup(first))
        binding = known[key]
        if binding is not None and (store or (".".join((first, *chain[:-1])), chain[-1]) not in probed):
            found.append(Attribute(*binding, chain, spans.of(node), store, context))
    return tuple(sorted(found, key=lambda attribute: attribute.span))


def _only(imports: list[Import], bindings: Sequence[tuple[int, int]] | None) -> tuple[int, int] | None:
    """The first of the bindings of a name, where all of them import the same."""
    if not bindings or len({_target(imports, binding) for binding in bindings}) > 1:
        return None
    return bindings[0]


def texts_of(strings: Iterable[String], imports: list[Import]) -> tuple[Text, ...]:
    """The strings in file order, each with the full name of what it is handed to."""
    found = [
        Text(value, span, _expanded(scope, callee, imports), argument, context)
        for scope, value, span, callee, argument, context in strings
        if argument != ANNOTATION or not scope.lookup(value.partition(".")[0])
    ]
    return tuple(sorted(found, key=lambda text: text.span))


def _expanded(scope: Scope, callee: str, imports: list[Import]) -> str:
    first, dot, rest = callee.partition(".")
    bindings = scope.lookup(first) if callee else None
    return f"{_target(imports, bindings[0])}{dot}{rest}" if bindings else callee


def _target(imports: list[Import], binding: tuple[int, int]) -> str:
    statement, name = imports[binding[0]], imports[binding[0]].names[binding[1]]
    if statement.is_from:
        return f"{'.' * statement.level}{statement.module}.{name.name}"
    return name.name if name.bound != name.name.partition(".")[0] else name.bound

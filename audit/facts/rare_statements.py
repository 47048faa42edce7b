"""Statements that few files hold: ``match``, ``del``, ``global`` and ``nonlocal``."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from audit.facts.collector import Collector


def match_statement(collector: Collector, node: ast.Match) -> None:
    """Note what the patterns of a ``match`` statement bind and use, and visit its blocks."""
    collector.expressions.visit(node.subject)
    for case in node.cases:
        for part in ast.walk(case.pattern):
            for name in (getattr(part, "name", None), getattr(part, "rest", None)):
                if isinstance(name, str):
                    collector.scope.bind(name)
                    collector.definitions.variable(collector.scope, collector.module, name, node, None)
            if isinstance(part, ast.expr):
                collector.expressions.visit(part)
        if case.guard is not None:
            collector.expressions.visit(case.guard)
        collector.block(case.body)


def delete_statement(collector: Collector, node: ast.Delete) -> None:
    """Note what ``del`` takes away at the top level of a module."""
    for target in node.targets:
        if isinstance(target, ast.Name):
            if node in collector.top_level:
                collector.definitions.remove(target.id)
        else:
            collector.expressions.visit(target)


def outer_names(collector: Collector, node: ast.Global | ast.Nonlocal) -> None:
    """Note the names that a function binds outside of itself."""
    if isinstance(node, ast.Global):
        collector.scope.outer_names.update(node.names)
        for name in node.names:
            collector.definitions.add(collector.module, collector.module, name, "variable", node)
    else:
        collector.scope.nonlocal_names.update(node.names)

"""What a call calls, as it is written: by itself, or by handing a callable on."""

from __future__ import annotations

import ast


def leaf_of(node: ast.expr) -> str:
    """The last name of a name or attribute; empty for anything else."""
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def handed_on(node: ast.Call) -> list[ast.expr]:
    """The callables that a call binds arguments to, for others to call: ``partial(f, 1)``, ``Thread(target=f)``."""
    if leaf_of(node.func) == "partial":
        return node.args[:1]
    return [keyword.value for keyword in node.keywords if keyword.arg == "target"]


def dotted(node: ast.expr) -> str:
    """The dotted name that an expression spells; empty for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    names: list[str] = []
    while isinstance(node, ast.Attribute):
        names.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return ""
    names.append(node.id)
    return ".".join(reversed(names))

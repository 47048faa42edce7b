"""Python syntax compared without what does not matter: layout, comments, docstrings; or by signatures alone."""

from __future__ import annotations

import ast

from audit.model.parsing import parsed

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def code_of(node: ast.AST) -> str:
    """The syntax of a node without positions and docstrings: equal for code that runs alike."""
    return ast.dump(_without_docstrings(node))


def signatures_of(tree: ast.Module) -> dict[str, tuple[str, int]]:
    """What callers see of each function, method and class, by dotted name, with its line.

    Parameters, defaults, annotations, decorators and bases count; bodies, and functions within functions, do not.
    """
    found: dict[str, tuple[str, int]] = {}

    def visit(body: list[ast.stmt], prefix: str) -> None:
        for node in body:
            if isinstance(node, ast.ClassDef):
                bases = ", ".join(map(ast.unparse, (*node.bases, *node.keywords)))
                found[prefix + node.name] = (f"{_decorators(node)}({bases})", node.lineno)
                visit(node.body, f"{prefix}{node.name}.")
            elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                kind = "async " if isinstance(node, ast.AsyncFunctionDef) else ""
                returns = f" -> {ast.unparse(node.returns)}" if node.returns is not None else ""
                text = f"{_decorators(node)}{kind}({ast.unparse(node.args)}){returns}"
                found[prefix + node.name] = (text, node.lineno)
            else:
                for field in ("body", "orelse", "finalbody"):
                    visit(getattr(node, field, []), prefix)

    visit(tree.body, "")
    return found


def find_definition(content: bytes | None, name: str) -> ast.stmt | None:
    """The last statement that binds a dotted name in a module or its classes; None where nothing does.

    Raises:
        SyntaxError: the content is no Python.
    """
    if content is None:
        return None
    body = parsed(content).body
    found: ast.stmt | None = None
    for part in name.split("."):
        found = next((node for node in reversed(_flat(body)) if part in _bound(node)), None)
        if found is None:
            return None
        body = found.body if isinstance(found, Definition) else []
    return found


def _flat(body: list[ast.stmt]) -> list[ast.stmt]:
    """The statements of a body and of its conditions, tries and withs, but of no definition."""
    found: list[ast.stmt] = []
    for node in body:
        found.append(node)
        if not isinstance(node, Definition):
            for field in ("body", "orelse", "finalbody"):
                found += _flat(getattr(node, field, []))
            for handler in getattr(node, "handlers", []):
                found += _flat(handler.body)
    return found


def _bound(node: ast.stmt) -> set[str]:
    if isinstance(node, Definition):
        return {node.name}
    targets = node.targets if isinstance(node, ast.Assign) else []
    if isinstance(node, ast.AnnAssign | ast.AugAssign):
        targets = [node.target]
    return {each.id for target in targets for each in ast.walk(target) if isinstance(each, ast.Name)}


def _decorators(node: Definition) -> str:
    return "".join(f"@{ast.unparse(each)} " for each in node.decorator_list)


def _without_docstrings(node: ast.AST) -> ast.AST:
    for each in ast.walk(node):
        if isinstance(each, ast.Module | Definition) and each.body:
            first = each.body[0]
            if (
                isinstance(first, ast.Expr)
                and isinstance(first.value, ast.Constant)
                and isinstance(first.value.value, str)
            ):
                each.body = each.body[1:] or [ast.Pass()]
    return node

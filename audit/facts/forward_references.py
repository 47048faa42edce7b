"""Annotations that are written as strings, in whole or in part."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from audit.facts.callables import dotted, leaf_of


def parsed(text: str) -> ast.expr | None:
    """The expression that a string spells; None for one that is no annotation after all."""
    try:
        return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def chains_in(text: str) -> Iterator[tuple[ast.expr, str, bool]]:
    """The dotted names of an annotation that is written as a string, each whole and with its node, and whether it is
    only part of the string."""
    whole = parsed(text)
    stack: list[ast.AST] = [whole] if whole is not None else []
    while stack:
        part = stack.pop()
        if isinstance(part, ast.Attribute) and (name := dotted(part)):
            yield part, name, part is not whole
        else:
            stack += ast.iter_child_nodes(part)


def names_in(annotation: ast.expr) -> Iterator[tuple[ast.expr, ast.Name, bool]]:
    """The plain names of an annotation, each with the node at which it stands in the file, and whether that is a
    string.

    The values of ``Literal`` and what ``Annotated`` adds to a type are no types.
    """
    stack: list[tuple[ast.AST, ast.Constant | None]] = [(annotation, None)]
    while stack:
        node, string = stack.pop()
        match node:
            case ast.Name():
                yield string or node, node, string is not None
            case ast.Constant(value=str(text)) if (inner := parsed(text)) is not None and string is None:
                stack.append((inner, node))
            case ast.Subscript(value=generic) if leaf_of(generic) == "Literal":
                stack.append((generic, string))
            case ast.Subscript(value=kind, slice=ast.Tuple(elts=[first, *others])) if leaf_of(kind) == "Annotated":
                stack += [(kind, string), (first, string)]
                stack += [(each, string) for each in others if string is None and not isinstance(each, ast.Constant)]
            case _:
                stack += [(each, string) for each in ast.iter_child_nodes(node)]

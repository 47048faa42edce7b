"""Python text -> its syntax nodes, for the kinds that look at calls and docstrings."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from audit.facts.nodes import nodes_of
from audit.kinds.texts import UnreadableError
from audit.model.parsing import parsed

_WRITING: Final = frozenset("wax")


@lru_cache(maxsize=1)
def python_nodes(text: str) -> tuple[ast.AST, ...]:
    """The nodes of one file's syntax tree (see `nodes_of`); the last file's are kept, because several kinds look at a
    file one after the other.

    Raises:
        UnreadableError: the text does not parse.
    """
    try:
        return tuple(nodes_of(parsed(text)))
    except SyntaxError as error:
        from audit.facts.newer import parse_newer  # rarely needed

        tree = parse_newer(text.encode())
        if tree is None:
            raise UnreadableError(f"not Python: {type(error).__name__}") from None
        return tuple(nodes_of(tree))
    except (ValueError, RecursionError, MemoryError) as error:
        raise UnreadableError(f"not Python: {type(error).__name__}") from None


def literal_calls(names: Iterable[str], openings: str = "") -> str:
    """The source of an expression that finds every call of these names, or of attributes of these names, which begins
    with a string or one of the characters ``openings``: a file without any need not be parsed."""
    return rf"\b(?:{'|'.join(sorted(names))})[\s\\]*\([\s\\]*(?:[bBfFrRuU]{{0,2}}[\"']|[(#{openings}])"


def called_name(call: ast.Call) -> str:
    """The last part of what a call names: `open` of `open(...)` and of `path.open(...)`, or nothing."""
    called = call.func
    return called.attr if isinstance(called, ast.Attribute) else called.id if isinstance(called, ast.Name) else ""


def writes(call: ast.Call, position: int = 1) -> bool:
    """Whether the mode that a call opens a file in, its argument at ``position``, says that it is made."""
    given = [
        *call.args[position : position + 1],
        *(keyword.value for keyword in call.keywords if keyword.arg == "mode"),
    ]
    modes = (each.value for each in given if isinstance(each, ast.Constant) and isinstance(each.value, str))
    return any(not _WRITING.isdisjoint(mode) for mode in modes)

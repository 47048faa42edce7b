"""Literal additions to ``sys.path``, evaluated without running anything."""

from __future__ import annotations

import ast
import posixpath
from collections.abc import Mapping

Paths = Mapping[str, str | None]
"""By variable, the folder that it holds, relative to the file's own."""

_UNCHANGED = frozenset({"abspath", "realpath", "normpath", "fspath", "str", "Path", "PurePath", "expanduser"})
_SAME_PATH = frozenset({"resolve", "absolute", "as_posix", "expanduser"})


def added_folders(call: ast.Call, paths: Paths) -> list[str]:
    """The folders that ``sys.path.insert/append/extend(...)`` adds, relative to the file's own folder."""
    function = call.func
    if not (isinstance(function, ast.Attribute) and is_search_path(function.value)):
        return []
    arguments: list[ast.expr]
    if function.attr == "append" and len(call.args) == 1:
        arguments = call.args
    elif function.attr == "insert" and len(call.args) == 2:
        arguments = call.args[1:]
    elif function.attr == "extend" and len(call.args) == 1 and isinstance(call.args[0], (ast.List, ast.Tuple)):
        arguments = call.args[0].elts
    else:
        return []
    folders = (folder_of(argument, paths) for argument in arguments)
    return [folder for folder in folders if folder is not None]


def is_search_path(node: ast.expr) -> bool:
    """Whether an expression is ``sys.path``."""
    match node:
        case ast.Attribute(value=ast.Name(id="sys"), attr="path"):
            return True
    return False


def put_together(value: ast.expr, paths: Paths) -> list[str]:
    """The folders of the list that ``sys.path`` is assigned or lengthened by."""
    match value:
        case ast.List(elts=elements) | ast.Tuple(elts=elements):
            folders = (folder_of(element, paths) for element in elements)
            return [folder for folder in folders if folder is not None]
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return [*put_together(left, paths), *put_together(right, paths)]
    return []


def folder_of(expression: ast.expr, paths: Paths) -> str | None:
    """The path an expression denotes, relative to the file's folder, or None when it is not literal.

    A bare relative literal is taken as relative to the file's folder as well: that is where scripts
    are started when they rely on it.
    """
    path = path_of(expression, paths)
    return None if path is None else posixpath.normpath(path)


def path_of(node: ast.expr, paths: Paths) -> str | None:
    """The same before it is made normal: ``__file__`` is still told from the folder that holds it.

    Raises:
        RecursionError: the expression nests too deeply to be anybody's path.
    """
    match node:
        case ast.Constant(value=str(text)) if not text.startswith(("/", "~")):
            return text
        case ast.Name(id="__file__"):
            return "./."  # a name inside the folder: its dirname is the folder itself
        case ast.Name(id=name):
            return paths.get(name)
        case ast.BinOp(left=left, op=ast.Div() | ast.Add(), right=right):
            return _join([left, right], paths)
        case ast.Attribute(value=inner, attr="parent"):
            return _up(path_of(inner, paths))
        case ast.Subscript(value=ast.Attribute(value=inner, attr="parents"), slice=ast.Constant(value=int(levels))):
            path = path_of(inner, paths)
            for _ in range(levels + 1):
                path = _up(path)
            return path
        case (
            ast.Call(func=ast.Attribute(attr="dirname"), args=[inner])
            | ast.Call(func=ast.Name(id="dirname"), args=[inner])
        ):
            return _up(path_of(inner, paths))
        case ast.Call(func=ast.Attribute(attr="join"), args=parts) | ast.Call(func=ast.Name(id="join"), args=parts) if (
            parts
        ):
            return _join(parts, paths)
        case ast.Call(func=ast.Attribute(attr="joinpath", value=first), args=parts):
            return _join([first, *parts], paths)
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=[inner]) if name in _UNCHANGED:
            return path_of(inner, paths)
        case ast.Call(func=ast.Attribute(value=inner, attr=name), args=[]) if name in _SAME_PATH:
            return path_of(inner, paths)
    return None


def _up(path: str | None) -> str | None:
    if path is None:
        return None
    return "." if path == "./." else posixpath.join(path, "..")


def _join(parts: list[ast.expr], paths: Paths) -> str | None:
    found = [path_of(parts[0], paths)]
    for part in parts[1:]:
        match part:
            case ast.Constant(value=str(text)):
                found.append(text.lstrip("/"))  # dirname(...) + "/folder"
            case _:
                found.append(path_of(part, paths))
    pieces = [path for path in found if path is not None]
    return posixpath.join(*pieces) if len(pieces) == len(found) else None

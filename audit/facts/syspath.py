"""Literal additions to ``sys.path``, evaluated without running anything."""

from __future__ import annotations

import ast
import posixpath

_UNCHANGED = frozenset({"abspath", "realpath", "normpath", "fspath", "str", "Path", "PurePath", "expanduser"})
_SAME_PATH = frozenset({"resolve", "absolute", "as_posix", "expanduser"})


def added_folders(call: ast.Call) -> list[str]:
    """The folders that ``sys.path.insert/append/extend(...)`` adds, relative to the file's own folder."""
    function = call.func
    if not (
        isinstance(function, ast.Attribute)
        and isinstance(function.value, ast.Attribute)
        and function.value.attr == "path"
        and isinstance(function.value.value, ast.Name)
        and function.value.value.id == "sys"
    ):
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
    folders = (folder_of(argument) for argument in arguments)
    return [folder for folder in folders if folder is not None]


def folder_of(expression: ast.expr) -> str | None:
    """The path an expression denotes, relative to the file's folder, or None when it is not literal.

    A bare relative literal is taken as relative to the file's folder as well: that is where scripts
    are started when they rely on it.
    """
    path = _path(expression)
    return None if path is None else posixpath.normpath(path)


def _path(node: ast.expr) -> str | None:
    match node:
        case ast.Constant(value=str(text)) if not text.startswith(("/", "~")):
            return text
        case ast.Name(id="__file__"):
            return "./."  # a name inside the folder: its dirname is the folder itself
        case ast.BinOp(left=left, op=ast.Div() | ast.Add(), right=right):
            return _join([left, right])
        case ast.Attribute(value=inner, attr="parent"):
            return _up(_path(inner))
        case ast.Subscript(value=ast.Attribute(value=inner, attr="parents"), slice=ast.Constant(value=int(levels))):
            path = _path(inner)
            for _ in range(levels + 1):
                path = _up(path)
            return path
        case (
            ast.Call(func=ast.Attribute(attr="dirname"), args=[inner])
            | ast.Call(func=ast.Name(id="dirname"), args=[inner])
        ):
            return _up(_path(inner))
        case ast.Call(func=ast.Attribute(attr="join"), args=parts) | ast.Call(func=ast.Name(id="join"), args=parts) if (
            parts
        ):
            return _join(parts)
        case ast.Call(func=ast.Attribute(attr="joinpath", value=first), args=parts):
            return _join([first, *parts])
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=[inner]) if name in _UNCHANGED:
            return _path(inner)
        case ast.Call(func=ast.Attribute(value=inner, attr=name), args=[]) if name in _SAME_PATH:
            return _path(inner)
    return None


def _up(path: str | None) -> str | None:
    if path is None:
        return None
    return "." if path == "./." else posixpath.join(path, "..")


def _join(parts: list[ast.expr]) -> str | None:
    paths = [_path(part) for part in parts]
    if any(path is None for path in paths):
        return None
    pieces = [path.lstrip("/") if index else path for index, path in enumerate(paths) if path is not None]
    return posixpath.join(*pieces)

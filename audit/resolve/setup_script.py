"""Reads ``setup.py`` for literals: its name, source roots, dependencies and entry points. Nothing is executed."""

from __future__ import annotations

import ast
import re
import warnings
from typing import Final

from audit.model.regex import regex
from audit.resolve.reading import EntryPoint, Reading, note_dependency

_OWN_FILES: Final = frozenset(
    {"packages", "py_modules", "package_dir", "package_data", "exclude_package_data", "data_files", "scripts"}
    | {"keywords", "classifiers", "platforms", "namespace_packages"}
)
"""Arguments whose strings are names of the project's own files, or words: never a dependency."""
_PATH_MAKERS: Final = frozenset(
    {"join", "joinpath", "Path", "PurePath", "open", "exists", "isfile", "isdir", "abspath"}
)
_FILE_NAME: Final = regex(r"[\w.-]+\.(?:py|pyx|txt|md|rst|cfg|toml|json|in)")
_URL: Final = regex(r"\burl\s*=\s*[\"'](https?://[^\"']+)")


def read_setup(reading: Reading, folder: str, path: str, text: str) -> None:
    """Read one ``setup.py`` into ``reading``; one that does not parse is reported elsewhere."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what is wrong with another project's strings is its own affair
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    lines = text.splitlines()
    reading.shipping.add(folder)
    names: set[str] = set()
    reading.home(folder, *_URL.findall(text))
    constants = _constants(tree)
    own = _own_files(tree)
    commands = _commands(tree)
    for node in ast.walk(tree):
        match node:
            case ast.keyword(arg="name", value=ast.Name(id=constant)):
                note_dependency(names, constants.get(constant))
            case ast.keyword(arg="package_dir", value=ast.Dict(keys=packages, values=values)):
                for package, value in zip(packages, values, strict=True):
                    name = package.value if isinstance(package, ast.Constant) else None
                    reading.package_folder(folder, name, value.value if isinstance(value, ast.Constant) else None)
            case (
                ast.keyword(arg="where", value=ast.Constant(value=where))
                | ast.Call(
                    func=ast.Name(id="find_packages" | "find_namespace_packages"), args=[ast.Constant(value=where), *_]
                )
            ):
                reading.first_party(folder, where)  # of a package, it may list those within to name them in full
            case ast.keyword(arg="name", value=ast.Constant(value=str(name))):
                note_dependency(names, name)
            case ast.Call(func=ast.Name(id=maker) | ast.Attribute(attr=maker)) if maker.lower().endswith("extension"):
                reading.built.update(_extension_names(node))
            case ast.Constant(value=str(value)) if len(value) < 200:
                if re.fullmatch(r"\s*[\w.-]+\s*=\s*[\w.]+:[\w.]+\s*", value):
                    name, _, target = (part.strip() for part in value.partition("="))
                    reading.entry_points.append(EntryPoint(name, target, path, node.lineno, id(node) in commands))
                elif value.endswith(".py") and "/" in value:
                    reading.built.add(value.rpartition("/")[2].removesuffix(".py"))
                elif len(lines) < 2000 and id(node) not in own:
                    note_dependency(reading, value)
    reading.named(folder, names)


def _constants(tree: ast.Module) -> dict[str, object]:
    return {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def _commands(tree: ast.Module) -> set[int]:
    """The strings among what is installed as commands, by identity."""
    found: set[int] = set()
    for node in ast.walk(tree):
        for key, value in zip(node.keys, node.values, strict=True) if isinstance(node, ast.Dict) else ():
            if isinstance(key, ast.Constant) and key.value in ("console_scripts", "gui_scripts"):
                found.update(id(part) for part in ast.walk(value))
    return found


def _own_files(tree: ast.Module) -> set[int]:
    """The nodes that stand below arguments which name the project's own files, or below the parts of a path."""
    return {id(part) for node in ast.walk(tree) if _names_files(node) for part in ast.walk(node)}


def _names_files(node: ast.AST) -> bool:
    match node:
        case ast.keyword(arg=name):
            return name in _OWN_FILES
        case ast.BinOp(op=ast.Div()):
            return True
        case ast.Call(func=ast.Attribute(value=ast.Constant())):
            return False  # `", ".join(...)` makes no path
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=arguments):
            return name in _PATH_MAKERS or any(_is_file_name(each) for each in arguments)
    return False


def _is_file_name(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and bool(_FILE_NAME.fullmatch(node.value))


def _extension_names(node: ast.Call) -> list[str]:
    """The modules that ``Extension("pkg.fast", ...)`` and its relatives compile, dotted and by last name."""
    named = [keyword.value for keyword in node.keywords if keyword.arg in ("name", "target")]
    every = [*node.args[:1], *named]
    names = [each.value for each in every if isinstance(each, ast.Constant) and isinstance(each.value, str)]
    return [*names, *(name.rpartition(".")[2] for name in names)]

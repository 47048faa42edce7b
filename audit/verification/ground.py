"""Fits the names that a document uses to the tree: a path from another machine, a folder of a larger whole.

A rules file is written for its tree, and is taken at its word. A document is written by people: before one of
its claims may be refuted, the path it names must be one that this tree knows, or has known.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from audit.model.claims import Dossier, Statement
from audit.model.codebase import Codebase, Located
from audit.model.commandline import module_of, script_of
from audit.model.predicates import (
    Absent,
    AnyPredicate,
    Cited,
    Entry,
    Exists,
    Lacks,
    Pytest,
    Size,
    Unreferenced,
)

_FILES: Final = (
    ".py",
    ".pyi",
    ".md",
    ".rst",
    ".yaml",
    ".yml",
    ".toml",
    ".json",
    ".cfg",
    ".ini",
    ".sh",
    ".ipynb",
    ".txt",
)
_SHORTEST: Final = 2
"""Fewest path components that identify a file by the end of its path."""


class _CannotFitError(Exception):
    """A name of a document cannot be fitted to the tree; the message is the reason."""


def grounded(dossier: Dossier, codebase: Codebase) -> Dossier:
    """A document's dossier with every path as this tree has it.

    A statement whose path cannot be fitted loses its predicate, and gains the reason as its obstacle.
    """
    return msgspec.structs.replace(
        dossier, statements=tuple(_grounded(statement, codebase) for statement in dossier.statements)
    )


def _grounded(statement: Statement, codebase: Codebase) -> Statement:
    folder = "" if statement.path.startswith("/") else statement.path.rpartition("/")[0]
    try:
        predicates = tuple(_fitted(predicate, codebase, folder) for predicate in statement.predicates)
    except _CannotFitError as error:
        return msgspec.structs.replace(statement, predicates=(), obstacle=str(error), weight="supporting")
    return msgspec.structs.replace(statement, predicates=predicates)


def _fitted(predicate: AnyPredicate, codebase: Codebase, folder: str) -> AnyPredicate:
    match predicate:
        case Absent(names=names):
            return Absent(names=tuple(_gone_name(name, codebase) for name in names))
        case Exists(names=names):
            return Exists(names=tuple(_path(name, codebase) for name in names))
        case Pytest(nodes=nodes):
            return msgspec.structs.replace(predicate, nodes=tuple(_node(node, codebase) for node in nodes))
        case Cited(path=path) | Lacks(path=path):
            return msgspec.structs.replace(predicate, path=_path(path, codebase))
        case Size(path=path):
            return _sized(msgspec.structs.replace(predicate, path=_path(path, codebase)), codebase)
        case Unreferenced(names=names):
            return Unreferenced(names=tuple(_unused_name(name, codebase) for name in names))
        case Entry(run=run):
            _check_entry(run, codebase, folder)
            return predicate
        case _:
            return predicate


def _sized(predicate: Size, codebase: Codebase) -> Size:
    """A size that is off by one line cannot refute: programs differ on whether an unfinished last line counts."""
    text = codebase.read_text(predicate.path)
    lines = len(text.splitlines()) if text is not None else 0
    if not predicate.lines.admits(lines) and (predicate.lines.admits(lines + 1) or predicate.lines.admits(lines - 1)):
        raise _CannotFitError(f"{predicate.path} has {lines} lines; one more or less is a matter of counting")
    return predicate


def _unused_name(name: str, codebase: Codebase) -> str:
    """A class that is said to be named no more: it must be gone, and it must be known to have been there."""
    alike = codebase.locate_by_suffix(name)
    if alike:
        raise _CannotFitError(f"a {name} is defined in {_places(alike)}, so it may be named")
    if not codebase.defined_before(name):
        raise _CannotFitError(f"the base defines no {name}, so whether anything named it cannot be told (--since)")
    return name


def _check_entry(run: tuple[str, ...], codebase: Codebase, folder: str) -> None:
    """A command whose entry point may well be somewhere else than at the root cannot be judged.

    A document at the root means the root where the script's folder is there; one below may mean its own folder.
    """
    script, module = script_of(run), module_of(run)
    paths = codebase.paths()
    if script:
        above = script.rpartition("/")[0]
        if script not in paths and (folder or not above or not _is_folder(above, paths)):
            _path(script, codebase, deleted=True)
        if script not in paths and folder and codebase.retired(script) is None:
            raise _CannotFitError(f"from which folder {script} is run cannot be told")
        return
    if codebase.module_path(module) is not None or codebase.retired(module) is not None:
        return
    parts = module.split(".")
    if _ending("/".join(parts) + ".py", paths) or _ending("/".join(parts) + "/__main__.py", paths):
        raise _CannotFitError(f"a module of the tree ends in {module}; from which folder it is run cannot be told")
    above = ".".join(parts[:-1])
    if not above or codebase.module_path(above) is None:
        raise _CannotFitError(f"{module} is no module of this tree, and no commit shows that it was one")


def _gone_name(name: str, codebase: Codebase) -> str:
    """A name said to be deleted: it must not merely be the end of some other name that still stands."""
    if "/" in name or name.endswith(_FILES):
        return _path(name, codebase, deleted=True)
    if "." in name:
        return name
    alike = codebase.locate_by_suffix(name)
    if alike:
        raise _CannotFitError(f"a {name} is defined in {_places(alike)}; whether that one is meant cannot be told")
    return name


def _places(alike: Sequence[Located]) -> str:
    return ", ".join(f"{each.path}:{each.definition.span[0]}" for each in alike[:3])


def _node(node: str, codebase: Codebase) -> str:
    path, colons, test = node.partition("::")
    return _path(path, codebase) + colons + test


def _path(name: str, codebase: Codebase, *, deleted: bool = False) -> str:
    """The path of this tree that a document means.

    An absolute path is fitted by its longest end that this tree has or had. A relative one stands as it
    is, or for the only file that ends so: but not where it is said to be deleted, since the file that is
    left may be another one.
    """
    paths = codebase.paths()
    name = name.removeprefix("./")
    if ".." in name.split("/") or name.startswith("~"):
        raise _CannotFitError(f"{name} leads out of the repository")
    if not name.startswith("/"):
        if name in paths or _is_folder(name, paths) or codebase.retired(name) is not None:
            return name
        found = _ending(name, paths)
        if len(found) == 1 and not deleted:
            return found[0]
        if found:
            raise _CannotFitError(f"{found[0]} ends in {name}; whether that one is meant cannot be told")
        folder = name.rpartition("/")[0]
        if folder and _is_folder(folder, paths):
            return name
        raise _CannotFitError(f"{name} is not a path of this tree, and no commit shows that it was one")
    parts = name.strip("/").split("/")
    for start in range(len(parts) - _SHORTEST + 1):
        end = "/".join(parts[start:])
        if end in paths or _is_folder(end, paths) or codebase.retired(end) is not None:
            return end
    raise _CannotFitError(f"{name} lies on another machine, and no end of it is or was a path of this tree")


def fitted_path(name: str, codebase: Codebase) -> str | None:
    """The path of this tree, now or before, that a document means; None where it cannot be told."""
    try:
        return _path(name, codebase)
    except _CannotFitError:
        return None


def _is_folder(name: str, paths: Sequence[str]) -> bool:
    return any(path.startswith(f"{name}/") for path in paths)


def _ending(name: str, paths: Sequence[str]) -> list[str]:
    return [path for path in paths if path.endswith(f"/{name}")]

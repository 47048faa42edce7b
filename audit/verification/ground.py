"""Fits the names that a document uses to the tree: a path from another machine, a folder of a larger whole.

A rules file is written for its tree, and is taken at its word. A document is written by people: before one of
its claims may be refuted, the path it names must be one that this tree knows, or has known.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from audit.model.claims import Dossier, Statement
from audit.model.codebase import Codebase
from audit.model.predicates import Absent, AnyPredicate, Exists, Pytest

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
    try:
        predicates = tuple(_fitted(predicate, codebase) for predicate in statement.predicates)
    except _CannotFitError as error:
        return msgspec.structs.replace(statement, predicates=(), obstacle=str(error), weight="supporting")
    return msgspec.structs.replace(statement, predicates=predicates)


def _fitted(predicate: AnyPredicate, codebase: Codebase) -> AnyPredicate:
    match predicate:
        case Absent(names=names):
            return Absent(names=tuple(_gone_name(name, codebase) for name in names))
        case Exists(names=names):
            return Exists(names=tuple(_path(name, codebase) for name in names))
        case Pytest(nodes=nodes):
            return msgspec.structs.replace(predicate, nodes=tuple(_node(node, codebase) for node in nodes))
        case _:
            return predicate


def _gone_name(name: str, codebase: Codebase) -> str:
    """A name said to be deleted: it must not merely be the end of some other name that still stands."""
    if "/" in name or "." in name:
        return _path(name, codebase, deleted=True) if "/" in name else name
    alike = codebase.locate_by_suffix(name)
    if alike:
        places = ", ".join(f"{each.path}:{each.definition.span[0]}" for each in alike[:3])
        raise _CannotFitError(f"a {name} is defined in {places}; whether that one is meant cannot be told")
    return name


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
    if not name.startswith("/"):
        if name in paths or _is_folder(name, paths) or codebase.retired(name) is not None:
            return name
        found = _ending(name, paths)
        if len(found) == 1 and not deleted:
            return found[0]
        if found:
            raise _CannotFitError(f"{found[0]} ends in {name}; whether that one is meant cannot be told")
        if _is_folder(name.partition("/")[0], paths):
            return name
        raise _CannotFitError(f"{name} is not a path of this tree, and no commit shows that it was one")
    parts = name.strip("/").split("/")
    for start in range(len(parts) - _SHORTEST + 1):
        end = "/".join(parts[start:])
        if end in paths or _is_folder(end, paths) or codebase.retired(end) is not None:
            return end
    raise _CannotFitError(f"{name} lies on another machine, and no end of it is or was a path of this tree")


def _is_folder(name: str, paths: Sequence[str]) -> bool:
    return any(path.startswith(f"{name}/") for path in paths)


def _ending(name: str, paths: Sequence[str]) -> list[str]:
    return [path for path in paths if path.endswith(f"/{name}")]

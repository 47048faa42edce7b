"""Fits the names that a document uses to the tree: a path from another machine, a folder of a larger whole.

A rules file is written for its tree, and is taken at its word. A document is written by people: before one of
its claims may be refuted, the path it names must be one that this tree knows, or has known.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import msgspec

from audit.model.claims import Dossier, Statement
from audit.model.codebase import Codebase
from audit.model.commandline import module_of, script_of
from audit.model.comparisons import LinesChanged
from audit.model.predicates import (
    Absent,
    AnyPredicate,
    Cited,
    Command,
    Commit,
    Count,
    Entry,
    Exists,
    Imports,
    Lacks,
    Pytest,
    Signature,
    Size,
    Unreferenced,
    Uses,
)
from audit.verdict.judge import judge_predicate
from audit.verification.fit_commits import fit_commit
from audit.verification.fit_counts import fit_count
from audit.verification.fit_every_size import fit_every_size
from audit.verification.fit_modules import fit_imports, gone_module
from audit.verification.fit_names import fit_saying, fit_signature, fit_use, gone_name, places, present_name
from audit.verification.fit_paths import CannotFitError, ending, fit_folder, fit_path, is_folder
from audit.verification.fit_shapes import fit_shape
from audit.verification.fit_sizes import fit_line_changes, fit_size
from audit.verification.fit_tests import fit_tests
from audit.verification.fit_tools import fit_tool
from audit.verification.resting import resting
from audit.verification.unknown_files import with_unknown_files
from audit.verification.written_paths import WrittenPaths, written_paths

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


_CLASS: Final = re.compile(r"[A-Z][a-z0-9]+[A-Z]\w*")
_CHANGED: Final = re.compile(
    r"\b(?:chang(?:es?|ed)|modified|affected|touched|impacted|diff|git\s+status)\b", re.IGNORECASE
)
"""Titles of lists of files in which those that were deleted stand as well."""
_SOURCES: Final = (".py", ".pyi", ".md", ".rst", ".sh", ".ipynb")
"""Files that people write, and so commit."""


def grounded(dossier: Dossier, codebase: Codebase) -> Dossier:
    """A document's dossier with every path as this tree has it.

    A statement whose path cannot be fitted loses its predicate, and gains the reason as its obstacle.
    """
    written = written_paths(dossier.statements, codebase)
    fitted = [_grounded(statement, codebase, written) for statement in dossier.statements]
    statements = with_unknown_files(dossier.statements, fitted, codebase)
    return msgspec.structs.replace(dossier, statements=resting(statements, codebase))


def _grounded(statement: Statement, codebase: Codebase, written: WrittenPaths) -> Statement:
    folder = "" if statement.path.startswith("/") else statement.path.rpartition("/")[0]
    try:
        predicates = _all_fitted(tuple(map(written.rewritten, statement.predicates)), codebase)
        _check_changed(statement, predicates, codebase)
        for predicate in predicates:
            if isinstance(predicate, Entry):
                _check_entry(predicate.run, codebase, folder)
        if statement.weight == "supporting":
            _check_spoken_of(predicates, codebase)
    except CannotFitError as error:
        return msgspec.structs.replace(statement, predicates=(), obstacle=str(error), weight="supporting")
    return msgspec.structs.replace(statement, predicates=predicates)


def _check_changed(statement: Statement, predicates: Sequence[AnyPredicate], codebase: Codebase) -> None:
    """Whether a missing file stands among those that changed: then it may be one that was deleted."""
    missing = [
        each.path
        for each in predicates
        if isinstance(each, Cited) and each.first is None and not each.says and each.path not in codebase.paths()
    ]
    if missing and any(map(_CHANGED.search, statement.context[-2:])):
        raise CannotFitError(f"{missing[0]} is among what changed, and is not in the tree: it may have been deleted")


def _all_fitted(predicates: Sequence[AnyPredicate], codebase: Codebase) -> tuple[AnyPredicate, ...]:
    """All predicates of a statement in the names of the tree; where one cannot be fitted, those that refute it alone.

    Raises:
        CannotFitError: a part of the statement cannot be told, and the rest does not refute it.
    """
    fitted: list[AnyPredicate] = []
    error: CannotFitError | None = None
    for each in predicates:
        try:
            fitted.append(fit_shape(_fitted(each, codebase), codebase))
        except CannotFitError as found:
            error = error or found
    if error is None:
        return tuple(fitted)
    told = [each for each in fitted if isinstance(each, Count | Size)]
    refuting = [each for each in told if judge_predicate(each, codebase, None, "").verdict == "refuted"]
    if not refuting:
        raise error
    return tuple(refuting)


def _fitted(predicate: AnyPredicate, codebase: Codebase) -> AnyPredicate:
    match predicate:
        case Absent(names=names):
            return msgspec.structs.replace(predicate, names=tuple(_gone(name, codebase) for name in names))
        case Exists(names=names):
            return Exists(names=tuple(_present(name, codebase) for name in names))
        case Signature():
            return fit_signature(predicate, codebase)
        case Imports(packages=packages) if packages:
            return fit_imports(packages, codebase)
        case Pytest():
            return fit_tests(predicate, codebase)
        case Cited(path=path):
            return _cited(msgspec.structs.replace(predicate, path=fit_path(path, codebase)), codebase)
        case Command():
            return fit_tool(predicate, codebase)
        case Commit():
            return fit_commit(predicate, codebase)
        case Count():
            return fit_count(predicate, codebase)
        case Uses():
            return fit_use(predicate, codebase)
        case LinesChanged() | Size():
            return _sized(predicate, codebase)
        case Unreferenced(names=names):
            return Unreferenced(names=tuple(_unused_name(name, codebase) for name in names))
        case Lacks(path=path):
            return msgspec.structs.replace(predicate, path=fit_path(path, codebase))
        case _:
            return predicate


def _sized(predicate: LinesChanged | Size, codebase: Codebase) -> AnyPredicate:
    if isinstance(predicate, LinesChanged):
        return fit_line_changes(predicate, codebase)
    if "*" in predicate.path:
        return fit_every_size(predicate, codebase)
    return fit_size(predicate, fit_path(predicate.path, codebase) if _is_path(predicate.path) else "", codebase)


def _check_spoken_of(predicates: Sequence[AnyPredicate], codebase: Codebase) -> None:
    """A class or function that is only spoken of may be another's: it must be known to be or to have been there."""
    names = [name for each in predicates if isinstance(each, Exists) for name in each.names if name.isidentifier()]
    for name in names:
        known = codebase.locate_by_suffix(name) or codebase.module_path(name) or codebase.defined_before(name)
        if not known and codebase.removed_definition(name) is None:
            raise CannotFitError(f"no Python file of this tree defines {name}; it may be defined elsewhere")


def _unused_name(name: str, codebase: Codebase) -> str:
    """What is said to be named no more: it must be gone, and it must be known to have been there."""
    if "/" in name or "." in name or not _CLASS.fullmatch(name):
        return gone_module(name, codebase)
    alike = codebase.locate_by_suffix(name)
    if alike:
        raise CannotFitError(f"a {name} is defined in {places(alike)}, so it may be named")
    if not codebase.defined_before(name):
        raise CannotFitError(f"the base defines no {name}, so whether anything named it cannot be told (--since)")
    return name


def _check_entry(run: tuple[str, ...], codebase: Codebase, folder: str) -> None:
    """A command whose entry point may well be somewhere else than at the root cannot be judged.

    A document at the root means the root where the script's folder is there; one below may mean its own folder.
    """
    script, module = script_of(run), module_of(run)
    paths = codebase.paths()
    if script:
        above = script.rpartition("/")[0]
        if script not in paths and (folder or not above or not is_folder(above, paths)):
            fit_path(script, codebase, deleted=True)
        if script not in paths and folder and codebase.retired(script) is None:
            raise CannotFitError(f"from which folder {script} is run cannot be told")
        return
    if codebase.module_path(module) is not None or codebase.retired(module) is not None:
        return
    parts = module.split(".")
    if ending("/".join(parts) + ".py", paths) or ending("/".join(parts) + "/__main__.py", paths):
        raise CannotFitError(f"a module of the tree ends in {module}; from which folder it is run cannot be told")
    above = ".".join(parts[:-1])
    if not above or codebase.module_path(above) is None:
        raise CannotFitError(f"{module} is no module of this tree, and no commit shows that it was one")


def _gone(name: str, codebase: Codebase) -> str:
    """A name said to be deleted: it must not merely be the end of some other name that still stands."""
    if not _is_path(name):
        return gone_name(name, codebase)
    return _as_written(name, fit_path(name.rstrip("/"), codebase, deleted=True, went=True))


def _present(name: str, codebase: Codebase) -> str:
    """A name said to be there; settings and data are often left out of a repository on purpose."""
    if not _is_path(name):
        return present_name(name, codebase)
    path = fit_folder(name, codebase) if name.endswith("/") else fit_path(name, codebase)
    is_there = path in codebase.paths() or is_folder(path, codebase.paths())
    if not is_there and not path.endswith(_SOURCES) and codebase.retired(path) is None:
        raise CannotFitError(f"{path} is not in the tree, from which such files are often left out on purpose")
    return _as_written(name, path)


def _as_written(name: str, path: str) -> str:
    """A fitted path, which stays one of a folder."""
    return f"{path}/" if name.endswith("/") else path


def _is_path(name: str) -> bool:
    return "::" not in name and ("/" in name or name.endswith(_FILES))


def _cited(predicate: Cited, codebase: Codebase) -> Cited:
    """A file spoken of without a line may be one that is made later; one that was removed is known to be missing."""
    path = predicate.path
    if predicate.first is None and path not in codebase.paths() and codebase.retired(path) is None:
        raise CannotFitError(f"{path} is not in the tree, and no commit shows that it was")
    _check_length(predicate, codebase)
    return fit_saying(predicate, codebase)


def _check_length(predicate: Cited, codebase: Codebase) -> None:
    """Whether a bare name with lines that its file does not have is that of other files as well."""
    last = max(predicate.first or 0, predicate.last or 0)
    others = ending(predicate.path, codebase.paths()) if last and "/" not in predicate.path else []
    lines = len((codebase.read_text(predicate.path) or "").splitlines()) if others else last
    if lines < last:
        raise CannotFitError(f"{others[0]} is called {predicate.path} as well, so whose lines are meant is open")

"""Fits classes with their bases, chains of imports, packaging files and routes that a document names to the tree."""

from __future__ import annotations

import re
from typing import Final

import msgspec

from audit.model.codebase import Codebase
from audit.model.predicates import AnyPredicate
from audit.model.shapes import Chain, Inherits, Package
from audit.model.surface import Constant, Option, Route
from audit.verdict.import_chain import link_between
from audit.verdict.inheritance import class_of
from audit.verdict.judge import judge_predicate
from audit.verification.fit_paths import CannotFitError, fit_path

_MARK: Final = re.compile(r"\s*\((?:deleted|removed|gone|missing)\)$|^(?:deleted|removed)_(?=[A-Z])", re.IGNORECASE)
"""What a document writes beside a name that is gone."""
_FEWEST: Final = 2


def fit_shape(predicate: AnyPredicate, codebase: Codebase) -> AnyPredicate:
    """A predicate of these kinds in the names of the tree; any other as it is.

    Raises:
        CannotFitError: what is meant is not in the tree, or not one thing only.
    """
    match predicate:
        case Chain():
            return _fit_chain(predicate, codebase)
        case Inherits():
            return _fit_inherits(predicate, codebase)
        case Package():
            return _fit_package(predicate, codebase)
        case Constant(path=path):
            where = fit_path(path, codebase) if path else ""
            return _fit_surface(msgspec.structs.replace(predicate, path=where), codebase)
        case Option() | Route():
            return _fit_surface(predicate, codebase)
        case _:
            return predicate


def _fit_inherits(predicate: Inherits, codebase: Codebase) -> Inherits:
    """The one class that is meant, which this tree has."""
    path, _, symbol = predicate.name.rpartition("::")
    name = f"{fit_path(path, codebase)}::{symbol}" if path else symbol
    found = class_of(name, codebase)
    if isinstance(found, str) and path:
        found = class_of(symbol, codebase)
    if isinstance(found, str):
        raise CannotFitError(found)
    return msgspec.structs.replace(predicate, name=f"{found.path}::{found.definition.name}")


def _fit_package(predicate: Package, codebase: Codebase) -> Package:
    """The packaging file that is named, as a path of the tree."""
    return msgspec.structs.replace(predicate, path=fit_path(predicate.path, codebase)) if predicate.path else predicate


def _fit_surface(predicate: Constant | Option | Route, codebase: Codebase) -> Constant | Option | Route:
    """A route, an option or a constant that the tree can tell of: a document may mean another program."""
    judgement = judge_predicate(predicate, codebase, None, "")
    if judgement.verdict == "unverified":
        raise CannotFitError(judgement.reason)
    return predicate


def _fit_chain(predicate: Chain, codebase: Codebase) -> Chain:
    """The modules of a chain. What opens it may be no module ("Training Pipeline"), and is left out."""
    names = [_module(name, codebase) for name in predicate.links]
    while names and not names[0]:
        names.pop(0)
    first = predicate.links[-len(names)] if names else ""
    if len(names) > _FEWEST and first.isalpha() and first.islower() and not link_between(names[0], names[1], codebase):
        names.pop(0)  # "training" tells what is started, and may be the name of a module by chance
    if len(names) < _FEWEST:
        raise CannotFitError("fewer than two names of the chain are modules of this tree, now or before")
    unknown = [name for name, found in zip(predicate.links[-len(names) :], names, strict=True) if not found]
    if unknown:
        raise CannotFitError(f"{unknown[0]} is no one module or class of this tree, so its link is open")
    return Chain(links=tuple(dict.fromkeys(names)))


def _module(name: str, codebase: Codebase) -> str:
    """The module that a name of a chain means, or the missing name that imports lead to; empty where none is meant."""
    bare = _MARK.sub("", name).strip()
    if "/" in bare or bare.endswith(".py"):
        path = fit_path(bare, codebase)
        return next((each for each in codebase.modules() if codebase.module_path(each) == path), "")
    if codebase.module_path(bare) is not None and "." in bare:
        return bare
    classes = [each for each in codebase.locate_by_suffix(bare) if each.definition.kind in ("class", "function")]
    if len(classes) == 1:
        return classes[0].module
    last = bare.lower().replace(" ", "_")
    modules = [each for each in codebase.modules() if each.rpartition(".")[2] == last]
    modules = [each for each in modules if not (codebase.module_path(each) or "").endswith("/__init__.py")] or modules
    if len(modules) == 1 and not classes:
        return modules[0]
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", bare).lower()
    gone = {
        finding.target
        for finding in codebase.check.findings
        if finding.kind == "import" and finding.target.rpartition(".")[2] in (bare, snake)
    }
    return gone.pop() if len(gone) == 1 and not classes and not modules else ""

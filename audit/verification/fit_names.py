"""Fits the classes and functions that a document names to the definitions of the tree, now or before."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from typing import Final

import msgspec

from audit.model.codebase import Codebase, Located
from audit.model.parsing import parsed
from audit.model.predicates import Cited, Signature, Uses
from audit.verdict.citations import without_comments
from audit.verification.fit_paths import CannotFitError, fit_path

_DOCUMENTS: Final = (".md", ".markdown", ".rst", ".txt")


def gone_name(name: str, codebase: Codebase) -> str:
    """A class or function said to be deleted: known to have been there, and no other of its name left standing."""
    path, _, symbol = name.partition("::")
    if symbol:
        return f"{fit_path(path, codebase)}::{symbol}"
    if "." in name:
        return name
    alike = codebase.locate_by_suffix(name)
    if alike:
        raise CannotFitError(f"a {name} is defined in {places(alike)}; whether that one is meant cannot be told")
    _check_known(name, codebase)
    return name


def _check_known(name: str, codebase: Codebase) -> None:
    if not codebase.defined_before(name) and codebase.removed_definition(name) is None:
        raise CannotFitError(f"no commit that was looked at defines {name}, so it cannot be told to be gone (--since)")


def present_name(name: str, codebase: Codebase) -> str:
    """A class or function said to be there: where it is defined, or else what shows that it is not.

    Raises:
        CannotFitError: it may well be something that is not a definition of this tree.
    """
    path, _, symbol = name.partition("::")
    if symbol:
        return _present_in(fit_path(path, codebase), symbol, codebase)
    if "." in name and (codebase.module_path(name) is not None or codebase.locate(name) is not None):
        return name
    if name.islower() and codebase.module_path(name) is not None:
        return name
    alike = codebase.locate_by_suffix(name)
    if alike:
        return _lookup_name(alike[0], codebase)
    if "." in name:
        if _is_missing(name, codebase):
            return name
        owner = _owner_without(name, codebase)
        if owner is not None:
            return f"{owner.path}::{name}"
        raise CannotFitError(f"{name} is not defined in this tree, and may belong to others")
    if codebase.module_path(name) is not None or codebase.removed_definition(name) is not None:
        return name
    if codebase.defined_before(name):
        return name
    if name.islower() or _is_named_anywhere(name, codebase):
        raise CannotFitError(f"no Python file of this tree defines {name}; it may be defined elsewhere")
    return name


def _lookup_name(found: Located, codebase: Codebase) -> str:
    """A name that leads to a definition: its dotted one, unless its file lies where nothing can import it from."""
    same = codebase.locate(found.qualified)
    return found.qualified if same is not None and same.path == found.path else f"{found.path}::{found.definition.name}"


def _owner_without(name: str, codebase: Codebase) -> Located | None:
    """The one class of this tree that a dotted name begins with, where nothing in its file, or above it, has the
    rest."""
    above, _, last = name.rpartition(".")
    alike = [each for each in codebase.locate_by_suffix(above) if each.definition.kind == "class"] if above else []
    if len(alike) != 1 or set(alike[0].definition.bases) - {"object", "ABC", "abc.ABC", "Protocol", "Enum"}:
        return None
    text = codebase.read_text(alike[0].path) or ""
    named = re.search(rf"(?<!\w)(?:{re.escape(last)}|__getattr__|setattr|import\s+\*)(?!\w)", text)
    return alike[0] if named is None else None


def _is_missing(name: str, codebase: Codebase) -> bool:
    """Whether a dotted name leads into a module of the tree that has nothing of the sort, in whatever way."""
    if codebase.retired(name) is not None:
        return True
    above, _, last = name.rpartition(".")
    path = codebase.module_path(above) if above else None
    if path is None or not path.endswith(".py"):
        return False
    text = codebase.read_text(path) or ""
    return re.search(rf"(?<!\w)(?:{re.escape(last)}|__getattr__|import\s+\*|globals|setattr)(?!\w)", text) is None


def _present_in(path: str, symbol: str, codebase: Codebase) -> str:
    text = codebase.read_text(path)
    if text is None or not path.endswith((".py", ".pyi")):
        raise CannotFitError(f"{path} is no Python file of this tree, so what it defines cannot be told")
    is_defined = any(each.path == path for each in codebase.locate_by_suffix(symbol))
    if not is_defined and re.search(rf"(?<!\w){re.escape(symbol)}(?!\w)", text):
        raise CannotFitError(f"{path} names {symbol}, and does not define it as a class or a function")
    return f"{path}::{symbol}"


def _is_named_anywhere(name: str, codebase: Codebase) -> bool:
    """Whether a file that is no document holds the word, in any case."""
    word = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)", re.IGNORECASE)
    return any(
        word.search(text) is not None
        for path in codebase.paths()
        if not path.endswith(_DOCUMENTS) and (text := codebase.read_text(path)) is not None
    )


def fit_signature(predicate: Signature, codebase: Codebase) -> Signature:
    """A callable of a document: the one definition of that name, or one that is known to have gone."""
    path, _, symbol = predicate.callable.rpartition("::")
    name = symbol or predicate.callable
    alike = codebase.locate_by_suffix(name)
    if path:
        alike = tuple(each for each in alike if each.path == fit_path(path, codebase))
    if len(alike) > 1:
        raise CannotFitError(f"{len(alike)} definitions are called {name}: {places(alike)}; say which is meant")
    found = alike[0] if alike else codebase.locate(name)
    if found is None:
        raise CannotFitError(f"no {name} is defined {f'in {path}' if path else 'in this tree'}")
    if found.definition.decorators and not set(found.definition.decorators) <= _TRANSPARENT:
        raise CannotFitError(f"{found.qualified} is decorated, which may change what it takes")
    known = {name.lstrip("*") for name in (*(predicate.parameters or ()), *predicate.has, *predicate.lacks)}
    unsaid = [each.name for each in found.definition.parameters or () if each.required and each.name not in known]
    if [name for name in unsaid if name not in ("self", "cls")] and predicate.has and predicate.lacks:
        raise CannotFitError(f"{found.qualified} also requires {', '.join(unsaid)}, of which the document says nothing")
    return msgspec.structs.replace(predicate, callable=_lookup_name(found, codebase))


_TRANSPARENT: Final = frozenset({"staticmethod", "classmethod", "abstractmethod", "abc.abstractmethod", "override"})


def fit_use(predicate: Uses, codebase: Codebase) -> Uses:
    """A file, or the file of a class, that is said to import or use names.

    Only an import of a name that the file does not hold anywhere is known not to be there.
    """
    path = predicate.path
    if path.isidentifier():
        alike = codebase.locate_by_suffix(path)
        if len(alike) != 1:
            raise CannotFitError(
                f"{len(alike)} definitions are called {path}, so whose imports are meant cannot be told"
            )
        path = alike[0].path
    path = fit_path(path, codebase)
    text = codebase.read_text(path)
    if text is None or not path.endswith((".py", ".pyi")):
        raise CannotFitError(f"{path} is no Python file of this tree, so what it uses cannot be told")
    for name in (*predicate.imports, *predicate.names):
        if _is_used(name, text):
            continue
        if name in predicate.names or re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) or "import *" in text:
            raise CannotFitError(f"no code of {path} names {name}; it may use it by way of others")
    return msgspec.structs.replace(predicate, path=path)


def fit_saying(predicate: Cited, codebase: Codebase) -> Cited:
    """A file that is said to use a name, or to hold some code: that it does not need not make the claim wrong.

    What a file uses it may use by another file, and code in a document is often shortened.
    """
    text = codebase.read_text(predicate.path)
    if text is None or not predicate.says:
        return predicate
    if predicate.first is not None:
        said = "".join(predicate.says.split())
        if "\n" in predicate.says and said not in "".join(f"{text}{without_comments(text)}".split()):
            raise CannotFitError(f"{predicate.path} does not hold this code as it is written; it may be shortened")
        return predicate
    if predicate.says.isidentifier():
        if not (_is_used(predicate.says, text) if predicate.path.endswith(".py") else predicate.says in text):
            raise CannotFitError(f"{predicate.path} does not name {predicate.says}; it may use it by way of others")
    elif "".join(predicate.says.split()) not in "".join(text.split()):
        raise CannotFitError(f"{predicate.path} does not hold this code as it is written; it may be shortened")
    return predicate


def _is_used(name: str, text: str) -> bool:
    """Whether code imports, defines or uses a name: comments and texts do not count."""
    try:
        tree = parsed(text)
    except SyntaxError:
        return False
    for node in ast.walk(tree):
        match node:
            case (
                ast.Name(id=found) | ast.Attribute(attr=found) | ast.ClassDef(name=found) | ast.FunctionDef(name=found)
            ):
                said = found
            case ast.alias(name=found, asname=other):
                said = other if other == name else found.rpartition(".")[2]
            case _:
                continue
        if said == name:
            return True
    return False


def places(alike: Sequence[Located]) -> str:
    """Where the first few of some definitions stand."""
    return ", ".join(f"{each.path}:{each.definition.span[0]}" for each in alike[:3])

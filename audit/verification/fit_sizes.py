"""Fits a size that a document states: which file a class means by it, and which way of counting lines."""

from __future__ import annotations

import ast
import re
import textwrap
from typing import Final

import msgspec

from audit.claims.sizes import precision
from audit.model.codebase import Codebase, Files
from audit.model.comparisons import LinesChanged
from audit.model.errors import AuditError, SourceError, UsageError
from audit.model.parsing import parsed
from audit.model.predicates import Size
from audit.verification.fit_paths import CannotFitError, ending, fit_path

_ROUNDED: Final = 0.02
"""How far a size may be rounded, as a share of it."""
_OTHERS: Final = 2
"""How many times the lines that are told of may come or go at most, or else others hide whether they did."""
_LEAST_ROUNDED: Final = 100
"""Below that many lines people count."""


def fit_size(predicate: Size, path: str, codebase: Codebase) -> Size:
    """The size as one of a file; ``path`` is that file, or empty where the document names a class or a function.

    Programs count lines in several ways: with blank lines and comments or without, and with an unfinished last
    line or not. A number that is right in any of them cannot refute.

    Raises:
        CannotFitError: no one file is meant, or the number is right when counted another way.
    """
    if predicate.symbol:
        return _of_definition(predicate, path, predicate.symbol, codebase)
    span = 0
    if not path:
        path, span = _file_of(predicate.path, codebase)
        if not path:
            return _of_definition(predicate, "", predicate.path, codebase)
    text = codebase.read_text(path)
    lines = text.splitlines() if text is not None else []
    code = [line for line in lines if line.strip() and not line.lstrip().startswith("#")]
    fitted = msgspec.structs.replace(predicate, path=path)
    ways = (len(lines) + 1, len(lines) - 1, sum(bool(line.strip()) for line in lines), len(code), span)
    if text is not None and not fitted.admits(len(lines)) and any(way and fitted.lines.admits(way) for way in ways):
        raise CannotFitError(
            f"{path} has {len(lines)} lines, {len(code)} without blank lines and comments: a matter of counting"
        )
    if text is not None and not fitted.admits(len(lines)):
        _check_rounding(fitted, len(lines))
        _check_namesakes(predicate.path, path, codebase)
    if text is None or not fitted.admits(len(lines)):
        _check_before(fitted, text, codebase)
    return fitted


def fit_line_changes(predicate: LinesChanged, codebase: Codebase) -> LinesChanged:
    """The lines that came or went, in the file that is meant.

    What a document tells of may have begun before the base that somebody named: where the base is the commit right
    before, too few lines refute only if there is nothing before it.

    Raises:
        CannotFitError: there is no base, the file is not known, or the number may be right since an earlier one.
    """
    paths = tuple(fit_path(path, codebase) for path in predicate.paths)
    fitted = msgspec.structs.replace(predicate, paths=paths)
    try:
        base, changes = codebase.files_at(""), codebase.line_changes("")
    except AuditError as error:
        raise CannotFitError(str(error)) from None
    touched = [change for path, change in changes.items() if not paths or path in paths]
    added, removed = (sum(getattr(each, name) for each in touched) for name in ("added", "removed"))
    said = [
        (bound, number) for bound, number in ((fitted.added, added), (fitted.removed, removed)) if bound is not None
    ]
    if any(number > (bound.most or _OTHERS * (bound.least or 0)) for bound, number in said):
        raise CannotFitError(
            f"since the base {added} lines came and {removed} went; which of them are meant cannot be told"
        )
    least = [(bound.least or 0, number) for bound, number in said if not bound.admits(number)]
    if least and all(2 * (said - number) <= precision(said) for said, number in least):
        rounded, number = least[0]
        raise CannotFitError(f"{number} lines came or went since the base, and {rounded} may be that number rounded")
    if least and _is_right_before(base, codebase):
        raise CannotFitError(
            f"since the commit before, {added} lines came and {removed} went; the migration may have begun before it"
        )
    return fitted


def _is_right_before(base: Files, codebase: Codebase) -> bool:
    """Whether the base is the very commit before the one that is judged, and not the first of all."""
    try:
        before = codebase.files_at(f"{codebase.commit or 'HEAD'}^")
        codebase.files_at(f"{base.commit}^")
    except (SourceError, UsageError):
        return False
    return before.commit == base.commit


def _of_definition(predicate: Size, path: str, name: str, codebase: Codebase) -> Size:
    """The size of the one function or class that is called so; heads, docstrings and blank lines are a matter of
    counting."""
    kind = "function" if predicate.symbol else "class"
    alike = [each for each in codebase.locate_by_suffix(name) if each.definition.kind == kind]
    alike = [each for each in alike if path in ("", each.path)] or alike
    if len(alike) != 1:
        found = f"{len(alike)} functions are" if alike else "no function is"
        raise CannotFitError(f"{found} called {name}, so whose lines are meant cannot be told")
    (only,) = alike
    fitted = msgspec.structs.replace(predicate, path=only.path, symbol=only.definition.name)
    lines, first = only.definition.lines, only.definition.span[0]
    if predicate.admits(lines):
        return fitted
    whole = (codebase.read_text(only.path) or "").splitlines()
    if kind == "class" and any(map(predicate.admits, (len(whole), len(whole) + 1, len(whole) - 1))):
        raise CannotFitError(f"{only.path} has {len(whole)} lines, {lines} of them {name}: a matter of counting")
    body = whole[first - 1 : first - 1 + lines]
    least = _statement_lines("\n".join(body))
    if any(map(predicate.admits, range(least - 1, lines + len(only.definition.decorators) + 2))):
        raise CannotFitError(f"{only.qualified} has {lines} lines, {least} of statements: a matter of counting")
    _check_rounding(fitted, lines)
    return fitted


def _statement_lines(code: str) -> int:
    """The lines of a function or class without its head, its docstring, comments and blank lines; 0 where it cannot be
    read."""
    try:
        (function,) = parsed(textwrap.dedent(code)).body
    except (SyntaxError, ValueError):
        return 0
    if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return 0
    statements = function.body[1:] if ast.get_docstring(function, clean=False) is not None else function.body
    inside = code.splitlines()[statements[0].lineno - 1 :] if statements else []
    return sum(bool(line.strip()) and not line.lstrip().startswith("#") for line in inside)


def _check_rounding(predicate: Size, lines: int) -> None:
    """Whether a number like 200 or 550 is what the real one is when it is rounded just as far."""
    said = predicate.lines.least
    if said is None or said < _LEAST_ROUNDED or said % 10:
        return
    if predicate.lines.most is None and said - precision(said) // 2 <= lines < said:
        raise CannotFitError(f"{predicate.path} has {lines} lines, and {said} may be that number rounded")
    if said != predicate.lines.most or predicate.nearest is None:
        return
    unit = 10 ** (len(str(said)) - len(str(said).rstrip("0")))
    if abs(lines - said) * 2 <= unit:
        raise CannotFitError(f"{predicate.path} has {lines} lines, and {said} may be that number rounded")


def _check_namesakes(written: str, path: str, codebase: Codebase) -> None:
    """Whether a bare name is that of other files as well: the one at the root need not be the one that is meant."""
    others = [each for each in ending(written, codebase.paths()) if each != path] if "/" not in written else []
    if others:
        raise CannotFitError(f"{others[0]} is called {written} as well, so whose lines are meant is open")


def _check_before(predicate: Size, text: str | None, codebase: Codebase) -> None:
    """Whether the size is that before the very commit that is judged: a document may come with the change it urges."""
    if codebase.commit is None:
        return
    try:
        content = codebase.files_at(f"{codebase.commit}^").read_bytes(predicate.path)
    except (SourceError, UsageError):
        return  # the first commit, or the edge of a shallow clone: nothing is known before it
    before = (content or b"").decode(errors="replace")
    if not before or before == text:
        return
    was = len(before.splitlines())
    if any(map(predicate.admits, range(int(was * (1 - _ROUNDED)), int(was * (1 + _ROUNDED)) + 1))):
        raise CannotFitError(f"{predicate.path} had {was} lines before this commit, so which tree is meant is open")


def _file_of(name: str, codebase: Codebase) -> tuple[str, int]:
    """The file that holds a class and is called like it, if one is, and how many lines the class itself has."""
    alike = [each for each in codebase.locate_by_suffix(name) if each.definition.kind == "class"]
    if len(alike) != 1:
        found = f"{len(alike)} classes are" if alike else "no class is"
        raise CannotFitError(f"{found} called {name}, so whose lines are meant cannot be told")
    (only,) = alike
    stem = only.path.rpartition("/")[2].removesuffix(".py")
    if stem.replace("_", "") != re.sub(r".*\.", "", name).lower():
        return "", only.definition.lines
    return only.path, only.definition.lines

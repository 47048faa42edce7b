"""Judges the value of a constant by the assignments of the tree that give it one."""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Iterator
from typing import Final

from audit.model.codebase import Codebase
from audit.model.evidence import Evidence
from audit.model.parsing import literal, parsed
from audit.model.surface import Constant
from audit.model.verdicts import Judgement
from audit.verdict.judgements import counted, listed, refuted, unverified, verified

_OPERATORS: Final[dict[type[ast.operator], Callable[[float, float], float]]] = {
    ast.Mult: operator.mul,
    ast.Add: operator.add,
    ast.Sub: operator.sub,
}
_UNITS: Final = (60, 100, 1000, 1024, 3600, 86400, 1000**2, 1024**2, 1000**3, 1024**3)
"""By what numbers of one quantity differ in two units."""
_DOCUMENTS: Final = (".md", ".markdown", ".rst", ".txt", ".html", ".ipynb")
_UNKNOWN: Final = object()
"""A value that is computed when the program runs."""


def judge_constant(predicate: Constant, codebase: Codebase) -> Judgement:
    """Every assignment of the name, in one file or in all, gives it this value; one that is computed leaves it open."""
    paths = (predicate.path,) if predicate.path else codebase.paths()
    texts = [(path, text) for path in paths if path.endswith(".py") and (text := codebase.read_text(path)) is not None]
    coverage = f"{counted(len(texts), 'Python file')} searched"
    found = [
        (path, line, value)
        for path, text in texts
        if predicate.name in text
        for line, value in _values(predicate.name, text)
    ]
    if not found:
        return unverified(f"no code of this tree gives {predicate.name} a value", coverage=coverage)
    evidence = tuple(
        Evidence(
            summary=f"{predicate.name} is {'computed' if value is _UNKNOWN else repr(value)}", path=path, line=line
        )
        for path, line, value in found
    )
    said = literal(predicate.value)
    right = [value for _, _, value in found if value is not _UNKNOWN and _is_same(value, said)]
    if len(right) == len(found):
        return verified(f"{predicate.name} is {predicate.value}", coverage=coverage, evidence=evidence)
    if right or any(value is _UNKNOWN for _, _, value in found):
        why = "has other values as well" if right else "is computed when the program runs"
        return unverified(f"{predicate.name} {why}", coverage=coverage, evidence=evidence)
    if any(_may_be_same(value, said) for _, _, value in found):
        return unverified(
            f"{predicate.name} may be {predicate.value} in another unit or type", coverage=coverage, evidence=evidence
        )
    if not predicate.path and (where := _elsewhere(predicate.name, codebase)):
        return unverified(f"{where} may give {predicate.name} a value as well", coverage=coverage, evidence=evidence)
    values = listed(dict.fromkeys(repr(value) for _, _, value in found))
    return refuted(f"{predicate.name} is {values}, not {predicate.value}", coverage=coverage, evidence=evidence)


def _may_be_same(value: object, said: object) -> bool:
    """Whether two values differ only by their type, or as seconds and milliseconds, bytes and kilobytes do."""
    if str(value) == str(said):
        return True
    if not (isinstance(value, int | float) and isinstance(said, int | float)) or isinstance(value, bool):
        return False
    return any(value * unit == said or value == said * unit for unit in _UNITS if said)


def _elsewhere(name: str, codebase: Codebase) -> str:
    """A file that is neither Python nor a document, and that seems to assign the name."""
    assigned = re.compile(rf"\b{re.escape(name)}\b\s*(?::[^=\n]*)?[:=]")
    others = (path for path in codebase.paths() if not path.endswith((".py", *_DOCUMENTS)))
    texts = ((path, codebase.read_text(path)) for path in others)
    return next((path for path, text in texts if text and name in text and assigned.search(text)), "")


def _is_same(value: object, said: object) -> bool:
    return value == said and isinstance(value, bool) == isinstance(said, bool)


def _values(name: str, text: str) -> Iterator[tuple[int, object]]:
    """The values that code gives a name, with their lines."""
    try:
        tree = parsed(text)
    except SyntaxError:
        yield 1, _UNKNOWN
        return
    for node in ast.walk(tree):
        match node:
            case ast.Assign(targets=targets, value=value):
                names = targets
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                names = [target]
            case ast.AugAssign(target=target):
                names, value = [target], ast.Name(id=name)
            case _:
                continue
        if any(_called(each) == name for each in names):
            yield node.lineno, _computed(value)


def _called(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _computed(node: ast.expr) -> object:
    """What an expression is, as far as it is written out and a number can hold it."""
    try:
        return _value(node)
    except (RecursionError, OverflowError):
        return _UNKNOWN


def _value(node: ast.expr) -> object:
    """What a literal, or a sum or product of numbers, is."""
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        inner = _value(node.operand)
        return -inner if isinstance(inner, int | float) else _UNKNOWN
    if isinstance(node, ast.BinOp):
        left, right, apply = _value(node.left), _value(node.right), _OPERATORS.get(type(node.op))
        if apply is not None and isinstance(left, int | float) and isinstance(right, int | float):
            return apply(left, right)
    return _UNKNOWN

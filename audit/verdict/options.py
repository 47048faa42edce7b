"""Judges whether a command line of the tree takes an option, and what it is without being given."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Final

import msgspec

from audit.model.codebase import Codebase
from audit.model.evidence import Evidence
from audit.model.parsing import parsed
from audit.model.surface import Option
from audit.model.verdicts import Judgement
from audit.verdict.judgements import counted, listed, refuted, unverified, verified

_DECLARING: Final = frozenset({"add_argument", "add_option", "option", "Option", "parser_addoption", "addoption"})
_DOCUMENTS: Final = (".md", ".markdown", ".rst", ".txt", ".html", ".ipynb")
_UNKNOWN: Final = object()


class _Declared(msgspec.Struct, frozen=True):
    path: str
    line: int
    default: object


def judge_option(predicate: Option, codebase: Codebase) -> Judgement:
    """An option holds where argparse, click, typer or pytest declares it; it is refuted where nothing spells it."""
    texts = [(path, text) for path in codebase.paths() if path.endswith(".py") and (text := codebase.read_text(path))]
    coverage = f"{counted(len(texts), 'Python file')} searched"
    found = {name: tuple(_declared(name, texts)) for name in predicate.names}
    evidence = tuple(
        Evidence(summary=f"declares {name}", path=each.path, line=each.line)
        for name, places in found.items()
        for each in places
    )
    missing = [name for name, places in found.items() if not places]
    if missing:
        where = next((where for name in missing if (where := _spelled(name, codebase))), "")
        if where or predicate.others or not texts:
            reason = f"{where} names it" if where else "it may be one of another program"
            return unverified(f"no parser of this tree declares {listed(missing)}; {reason}", coverage=coverage)
        return refuted(f"nothing but documents names {listed(missing)}", coverage=coverage)
    if not predicate.default:
        return verified(f"{listed(predicate.names)} is declared", coverage=coverage, evidence=evidence)
    return _with_default(predicate, [each for places in found.values() for each in places], coverage, evidence)


def _with_default(
    predicate: Option, places: list[_Declared], coverage: str, evidence: tuple[Evidence, ...]
) -> Judgement:
    name = listed(predicate.names)
    values = {_written(each.default) for each in places}
    if len(values) != 1 or any(each.default is _UNKNOWN for each in places):
        return unverified(
            f"the default of {name} is not written out in one place", coverage=coverage, evidence=evidence
        )
    value = values.pop()
    if _same(value, predicate.default):
        return verified(f"{name} is {value} by default", coverage=coverage, evidence=evidence)
    if not _NUMBER.fullmatch(value) or not _NUMBER.fullmatch(predicate.default):
        return unverified(
            f"{name} is {value} by default, which may mean the same", coverage=coverage, evidence=evidence
        )
    return refuted(f"{name} is {value} by default, not {predicate.default}", coverage=coverage, evidence=evidence)


_NUMBER: Final = re.compile(r"-?\d+(?:\.\d+)?")


def _written(value: object) -> str:
    return "" if value is _UNKNOWN else str(value)


def _same(value: str, said: str) -> bool:
    if _NUMBER.fullmatch(value) and _NUMBER.fullmatch(said):
        return float(value) == float(said)
    return value.lower() == said.lower()


def _declared(name: str, texts: list[tuple[str, str]]) -> Iterator[_Declared]:
    for path, text in texts:
        if f'"{name}' not in text and f"'{name}" not in text and f"/{name}" not in text:
            continue
        try:
            tree = parsed(text)
        except SyntaxError:
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and _called(node) in _DECLARING and _takes(node, name):
                yield _Declared(path, node.lineno, _default(node))


def _called(node: ast.Call) -> str:
    return (
        node.func.attr
        if isinstance(node.func, ast.Attribute)
        else node.func.id
        if isinstance(node.func, ast.Name)
        else ""
    )


def _takes(node: ast.Call, name: str) -> bool:
    return any(
        isinstance(each, ast.Constant)
        and isinstance(each.value, str)
        and name in (part.strip() for part in each.value.replace(",", "/").split("/"))
        for each in node.args
    )


def _default(node: ast.Call) -> object:
    given = next((each.value for each in node.keywords if each.arg == "default"), None)
    if isinstance(given, ast.Constant):
        return given.value
    if isinstance(given, ast.UnaryOp) and isinstance(given.op, ast.USub) and isinstance(given.operand, ast.Constant):
        return f"-{given.operand.value!r}"
    return _UNKNOWN


def _spelled(name: str, codebase: Codebase) -> str:
    """A file, no document, that names an option, or what a parser may make it of."""
    bare = name.lstrip("-")
    word = re.compile(
        rf"(?<![\w-])(?:{re.escape(name)}|(?:no[-_])?{re.escape(bare)}|{re.escape(bare.replace('-', '_'))})(?![\w-])"
    )
    texts = ((path, codebase.read_text(path)) for path in codebase.paths() if not path.endswith(_DOCUMENTS))
    return next((path for path, text in texts if text is not None and word.search(text)), "")

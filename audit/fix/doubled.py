"""Imports that a fix made equal to one above them -> the text without them."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable, Iterator

from audit.fix.removal import remove_statements
from audit.fix.statements import drop_names
from audit.fix.syntax import Imported, Syntax
from audit.fix.text import Edit, apply_edits

_Statement = ast.Import | ast.ImportFrom
_Key = tuple[int, str, str, str | None]
_Place = tuple[int, int]


def without_doubled(before: str, after: str, tree: ast.Module) -> str:
    """``after``, whose syntax is ``tree``, without the names that a statement of the same block imports already, and
    that ``before`` did not import as often."""
    doubled = list(_doubled(tree))
    if not doubled:
        return after
    more = Counter(_keys(tree)) - Counter(_keys(ast.parse(before)))
    dropped: dict[_Place, list[int]] = {}
    for statement, index, key in doubled:
        if more[key] > 0:
            more[key] -= 1
            dropped.setdefault((statement.lineno, statement.col_offset), []).append(index)
    return apply_edits(after, _edits(Syntax(after), dropped)) if dropped else after


def _doubled(tree: ast.Module) -> Iterator[tuple[_Statement, int, _Key]]:
    """Each name that a statement imports although one before it in its block does, and nothing bound it since."""
    for node in ast.walk(tree):
        for field in ("body", "orelse", "finalbody"):
            block = getattr(node, field, None)
            if isinstance(block, list):
                yield from _doubled_in(block)


def _doubled_in(block: list[ast.stmt]) -> Iterator[tuple[_Statement, int, _Key]]:
    imported: set[_Key] = set()
    for statement in block:
        if not isinstance(statement, _Statement):
            if imported:
                bound = set(_bound(statement))
                imported = {key for key in imported if _name(key) not in bound}
            continue
        for index, key in enumerate(_own_keys(statement)):
            if key in imported:
                yield statement, index, key
            elif key[2] != "*":
                imported = {each for each in imported if _name(each) != _name(key) or _is_plain(each, key)} | {key}


def _is_plain(one: _Key, other: _Key) -> bool:
    """Whether two keys are of ``import a.b`` and ``import a.c``: both bind ``a``, and none takes the other's place."""
    return not one[1] and not other[1] and one[3] is other[3] is None


def _name(key: _Key) -> str:
    return key[3] or (key[2] if key[1] else key[2].partition(".")[0])


def _keys(tree: ast.Module) -> Iterator[_Key]:
    return (key for node in ast.walk(tree) if isinstance(node, _Statement) for key in _own_keys(node))


def _own_keys(statement: _Statement) -> Iterator[_Key]:
    for alias in statement.names:
        if isinstance(statement, ast.ImportFrom):
            yield statement.level, statement.module or ".", alias.name, alias.asname
        else:
            yield 0, "", alias.name, alias.asname


def _bound(statement: ast.stmt) -> Iterator[str]:
    """Every name that a statement, or something within it, may bind or delete."""
    for node in ast.walk(statement):
        match node:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                yield name
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.Import() | ast.ImportFrom():
                yield from map(_name, _own_keys(node))


def _edits(syntax: Syntax, dropped: dict[_Place, list[int]]) -> Iterable[Edit]:
    whole: list[Imported] = []
    for (line, column), indices in dropped.items():
        start = syntax.lines.line_start(syntax.lines.offset(line, 1))
        before = syntax.text[start : syntax.lines.line_end(start)].encode()[:column].decode()
        found = syntax.import_at(start + len(before))
        if found is None or "#" in syntax.text[found.start : syntax.lines.line_end(found.end)]:
            continue  # what is said beside it is kept
        if len(indices) < len(found.aliases):
            yield from drop_names(syntax, found, indices)
        elif syntax.has_own_line(found):
            whole.append(found)
    yield from remove_statements(syntax, whole)

"""Judges whether an HTTP route is served: by the decorators of the tree and the prefixes of their routers."""

from __future__ import annotations

import re
from typing import Final
from weakref import WeakKeyDictionary

from audit.model.codebase import Codebase
from audit.model.evidence import Evidence
from audit.model.surface import Route
from audit.model.verdicts import Judgement
from audit.verdict.judgements import counted, refuted, unverified, verified
from audit.verdict.route_table import RouteTable, Served, plain_route, route_table

_DOCUMENTS: Final = (".md", ".markdown", ".rst", ".txt", ".html", ".ipynb")
_TABLES: Final[WeakKeyDictionary[Codebase, RouteTable]] = WeakKeyDictionary()
"""The routes of each tree: a document may tell of a hundred of them."""


def judge_route(predicate: Route, codebase: Codebase) -> Judgement:
    """A route holds where one of that whole path, or one that its router has under it, takes the method.

    It is refuted only where every route of the tree is known whole, or where nothing but documents names its last
    part: a prefix may come from a setting, a proxy, or another program.
    """
    table = _TABLES.get(codebase)
    if table is None:
        table = _TABLES[codebase] = route_table(codebase)
    coverage = f"{counted(len(table.routes), 'route')} in {counted(table.files, 'file')} read"
    if not table.routes:
        return unverified("no route of this tree was read", coverage=coverage)
    path = plain_route(predicate.path)
    same = [each for each in table.routes if path in each.whole or path == each.local]
    if not same:
        same = [each for each in table.routes if not each.whole and _ends(path, each.local)]
        if same:
            return unverified(
                f"a route ends in {same[0].local}; under which prefix it is served is not written out",
                coverage=coverage,
                evidence=tuple(map(_shown, same)),
            )
        return _missing(path, table, codebase, coverage)
    if not _names(path) and len(same) > 1:
        return unverified(f"{len(same)} routers have a route {predicate.path}; say which", coverage=coverage)
    taking = [each for each in same if predicate.method in ("", *each.methods)]
    said = f"{predicate.method} {predicate.path}".strip()
    if taking:
        whole = any(path in each.whole for each in taking)
        reason = f"{said} is served" if whole else f"{said} is declared; under which prefix was not compared"
        return verified(reason, coverage=coverage, evidence=tuple(map(_shown, taking)))
    if not all(each.methods for each in same):
        return unverified(
            f"which methods {predicate.path} takes is not written out",
            coverage=coverage,
            evidence=tuple(map(_shown, same)),
        )
    methods = ", ".join(sorted({method for each in same for method in each.methods}))
    if table.others or table.computed or any(path not in each.whole for each in same):
        return unverified(
            f"{predicate.path} is declared with {methods}; another router may have {predicate.method}",
            coverage=coverage,
            evidence=tuple(map(_shown, same)),
        )
    return refuted(
        f"{predicate.path} takes {methods}, not {predicate.method}",
        coverage=coverage,
        evidence=tuple(map(_shown, same)),
    )


def _missing(path: str, table: RouteTable, codebase: Codebase, coverage: str) -> Judgement:
    """No route has the path: whether there can be one nevertheless."""
    names = _names(path)
    if not names:
        return unverified(f"{path} names nothing by which its route could be told", coverage=coverage)
    near = [each for each in table.routes if names[-1] in _names(each.local)]
    if table.computed or (near and table.others) or any(_overlap(path, each) for each in near):
        return unverified(f"no route {path} was read, but not every route is known whole", coverage=coverage)
    if not near and (where := _elsewhere(names[-1], codebase)):
        return unverified(f"no route was read that names {names[-1]}, which {where} does", coverage=coverage)
    return refuted(f"no route of the tree is {path}", coverage=coverage, evidence=tuple(map(_shown, near[:5])))


def _overlap(path: str, route: Served) -> bool:
    """Whether a route may be the one that is meant, below a prefix that is not written out."""
    if not route.whole:
        return True
    return any(_ends(path, whole) or _ends(whole, path) for whole in route.whole)


def _ends(path: str, end: str) -> bool:
    return end != "/" and path.endswith(end)


def _names(path: str) -> list[str]:
    """The parts of a path that are no parameters."""
    return [part for part in path.split("/") if part and part != "{}"]


def _elsewhere(name: str, codebase: Codebase) -> str:
    """A file, no document, that names a part of a path."""
    word = re.compile(rf"(?<![\w-]){re.escape(name)}(?![\w-])")
    texts = ((path, codebase.read_text(path)) for path in codebase.paths() if not path.endswith(_DOCUMENTS))
    return next((path for path, text in texts if text is not None and name in text and word.search(text)), "")


def _shown(route: Served) -> Evidence:
    served = route.whole[0] if route.whole else f"...{route.local}"
    return Evidence(summary=f"{'|'.join(sorted(route.methods))} {served}".strip(), path=route.path, line=route.line)

"""Reads the HTTP routes that Python code declares with decorators, and the prefixes that its routers are given.

A path is whole only where every router on its way is known and every prefix is written out; for the others it is
known how they end.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Final

import msgspec

from audit.model.codebase import Codebase
from audit.model.parsing import parsed
from audit.model.regex import regex

METHODS: Final = frozenset({"get", "post", "put", "patch", "delete", "head", "options"})
_ROUTES: Final = frozenset({*METHODS, "route", "api_route", "websocket"})
_ROUTERS: Final = frozenset({"APIRouter", "Blueprint"})
_APPS: Final = frozenset({"FastAPI", "Flask", "Starlette", "Quart", "Sanic"})
_MOUNTS: Final = frozenset({"include_router", "register_blueprint"})
_OTHERS: Final = regex(
    r"\burlpatterns\b|\badd_url_rule\b|\badd_api_route\b|\badd_route\b|\badd_(?:get|post|put|delete|patch)\s*\(|\bweb\.(?:get|post|put|"
    r"delete|patch)\s*\(|\bMethodView\b|\badd_resource\b|\.mount\s*\((?![^)]*StaticFiles)|\bRoute\s*\(|\broot_path\s*=|\bcbv\b|\badd_namespace\b"
)
"""Other ways to declare routes, which are not read."""
_CANDIDATE: Final = regex(r"@\s*[\w.]+\.(?:get|post|put|patch|delete|head|options|route|api_route|websocket)\s*\(")
_PARAMETER: Final = regex(r"\{[^{}/]*\}|<[^<>/]*>|(?<=/):\w+|\[[^\[\]/]*\]")
_LONGEST: Final = 6
"""Most routers that stand one in another."""


class Served(msgspec.Struct, frozen=True):
    """One route: its methods, its path as its router has it, and each whole path; none of either where that is not
    known."""

    methods: frozenset[str]
    local: str
    whole: tuple[str, ...]
    path: str
    line: int


class RouteTable(msgspec.Struct, frozen=True):
    """The routes of a tree, and whether there may be others: declared in another way, or with a computed path."""

    routes: tuple[Served, ...]
    others: bool
    computed: bool
    files: int


class _Router(msgspec.Struct, frozen=True):
    prefix: str | None
    is_app: bool
    is_blueprint: bool = False


class _Mount(msgspec.Struct, frozen=True):
    host: tuple[str, str]
    child: tuple[str, str] | None
    prefix: str | None
    replaces: bool
    """Whether a prefix is given: Flask takes it instead of that of the blueprint, FastAPI before that of the router."""


class _Decorated(msgspec.Struct, frozen=True):
    router: tuple[str, str]
    methods: frozenset[str]
    path: str
    file: str
    line: int


def plain_route(path: str) -> str:
    """A path with one name for every parameter, and without a slash at its end."""
    bare = _PARAMETER.sub("{}", path.strip())
    bare = re.sub(r"/{2,}", "/", bare if bare.startswith("/") else f"/{bare}")
    return bare.rstrip("/") or "/"


def route_table(codebase: Codebase) -> RouteTable:
    """The routes of all Python files of a tree."""
    reader = _Reader()
    files = 0
    others = False
    for path in codebase.paths():
        text = codebase.read_text(path) if path.endswith(".py") else None
        if text is None or not any(word in text for word in ("route", "Router", "Blueprint", "app.", "urlpatterns")):
            continue
        others = others or _OTHERS.search(text) is not None
        if not (_CANDIDATE.search(text) or any(word in text for word in (*_ROUTERS, *_MOUNTS, *_APPS))):
            continue
        try:
            reader.read(path, parsed(text))
        except (SyntaxError, RecursionError):
            others = True
            continue
        files += 1
    return RouteTable(tuple(reader.routes()), others, reader.unread, files)


class _Reader:
    """Collects routers, their mounts and their routes; a router is named by its file and its variable."""

    def __init__(self) -> None:
        self.unread = False
        self._routers: dict[tuple[str, str], _Router] = {}
        self._mounts: list[_Mount] = []
        self._decorated: list[_Decorated] = []
        self._imports: dict[str, dict[str, str]] = {}

    def read(self, path: str, tree: ast.Module) -> None:
        """Take in one file."""
        imports = self._imports[path] = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom):
                for each in node.names:
                    imports[each.asname or each.name] = f"{node.module or ''}.{each.name}".strip(".")
            elif isinstance(node, ast.Import):
                for each in node.names:
                    imports[each.asname or each.name] = each.name
            elif isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Call):
                self._assigned(path, node, node.value)
            elif isinstance(node, ast.Call):
                self._called(path, node)
            elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                self._defined(path, node)

    def _assigned(self, path: str, node: ast.Assign | ast.AnnAssign, call: ast.Call) -> None:
        kind = _last(call.func)
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        for target in targets:
            name = ast.unparse(target)
            if kind in _ROUTERS:
                self._routers[(path, name)] = _Router(
                    _prefix(call, "prefix", "url_prefix"), is_app=False, is_blueprint=kind == "Blueprint"
                )
            elif kind in _APPS:
                self._routers[(path, name)] = _Router("", is_app=True)

    def _called(self, path: str, call: ast.Call) -> None:
        if not isinstance(call.func, ast.Attribute) or call.func.attr not in _MOUNTS or not call.args:
            return
        child = self._named(path, call.args[0])
        prefix = _prefix(call, "prefix", "url_prefix")
        replaces = _keyword(call, "url_prefix") is not None
        self._mounts.append(_Mount((path, ast.unparse(call.func.value)), child, prefix, replaces))

    def _defined(self, path: str, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        for call in node.decorator_list:
            if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
                continue
            verb = call.func.attr
            if verb not in _ROUTES:
                continue
            given = call.args[0] if call.args else _keyword(call, "path", "rule")
            literal = _text(given)
            if literal is None:
                self.unread = self.unread or verb == "route" or given is not None
                continue
            if literal and not literal.startswith("/"):
                continue  # a decorator of something else, such as a registry
            router = self._named(path, call.func.value) or (path, ast.unparse(call.func.value))
            methods = frozenset({verb.upper()}) if verb in METHODS else _methods(call)
            self._decorated.append(_Decorated(router, methods, literal, path, node.lineno))

    def _named(self, path: str, node: ast.expr) -> tuple[str, str] | None:
        """The router that an expression means, by its file and variable; one that is imported by its import."""
        if isinstance(node, ast.Name):
            imported = self._imports.get(path, {}).get(node.id)
            return (path, node.id) if imported is None else ("", imported)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            imported = self._imports.get(path, {}).get(node.value.id)
            if imported is not None:
                return ("", f"{imported}.{node.attr}")
        return (path, ast.unparse(node)) if isinstance(node, ast.Attribute) else None

    def routes(self) -> Iterator[Served]:
        """Every route, with each whole path that it is known to be served under."""
        for each in self._decorated:
            router = self._found(each.router)
            known = self._routers.get(router) if router is not None else None
            local = f"{known.prefix if known is not None and known.prefix else ''}{each.path}"
            before = self._before(router, 0) if router is not None else None
            whole = () if before is None else tuple(sorted({plain_route(f"{start}{each.path}") for start in before}))
            yield Served(each.methods, plain_route(local), whole, each.file, each.line)

    def _before(self, router: tuple[str, str], depth: int) -> tuple[str, ...] | None:
        """What stands before the paths of a router, wherever it is mounted; None where that is not known."""
        known = self._routers.get(router)
        if known is None or known.prefix is None or depth > _LONGEST:
            return None
        if known.is_app:
            return ("",)
        starts: set[str] = set()
        for mount in self._mounts:
            if mount.child is None:
                return None
            if self._found(mount.child) != router:
                continue
            host = self._found(mount.host)
            above = self._before(host, depth + 1) if host is not None else None
            if above is None or mount.prefix is None:
                return None
            own = "" if known.is_blueprint and mount.replaces else known.prefix
            starts |= {f"{start}{mount.prefix}{own}" for start in above}
        return tuple(sorted(starts)) or None

    def _found(self, name: tuple[str, str]) -> tuple[str, str] | None:
        """The router of a file and a variable, where an import leads to exactly one."""
        path, variable = name
        if path:
            return name if name in self._routers else None
        module, _, last = variable.rpartition(".")
        ends = f"/{module.replace('.', '/')}"
        found = [
            each
            for each in self._routers
            if each[1] == last and module and f"/{each[0]}".removesuffix(".py").removesuffix("/__init__").endswith(ends)
        ]
        return found[0] if len(found) == 1 else None


def _last(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _keyword(call: ast.Call, *names: str) -> ast.expr | None:
    return next((each.value for each in call.keywords if each.arg in names), None)


def _text(node: ast.expr | None) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _prefix(call: ast.Call, *names: str) -> str | None:
    """The prefix that a call gives; empty without one, and None where it is not written out."""
    if any(each.arg is None for each in call.keywords):
        return None
    given = _keyword(call, *names)
    return "" if given is None else _text(given)


def _methods(call: ast.Call) -> frozenset[str]:
    """The methods of ``route(..., methods=[...])``; none where they are not written out."""
    given = _keyword(call, "methods")
    if given is None:
        return frozenset({"GET"})
    if isinstance(given, ast.List | ast.Tuple | ast.Set):
        said = [_text(each) for each in given.elts]
        if all(each is not None for each in said):
            return frozenset(each.upper() for each in said if each is not None)
    return frozenset()

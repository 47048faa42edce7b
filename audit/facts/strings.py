"""Strings of one file that name modules or symbols, each with the callable or the place that uses it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from audit.facts.scopes import Scope
from audit.model.facts import Context, Span

if TYPE_CHECKING:
    from audit.facts.collector import Collector

_DOTTED: Final = re.compile(r"\.{0,3}[^\W\d]\w*(?:\.[^\W\d]\w*)*(?::[^\W\d][\w.]*)?")
_MAX_TEXT: Final = 256
_NAMING_CALLS: Final = frozenset(
    {"import_module", "__import__", "importorskip", "resolve_name", "find_spec", "run_module", "reload"}
    | {"sys.modules", "pytest_plugins", "python -m"}
)
"""Callables (and places) whose string names a module even without a dot."""
_CLASS_KEYS: Final = frozenset({"class", "()", "_target_"})
"""Keys under which configuration dictionaries hold the dotted name of what is imported for them."""
_TOLERANT: Final = {"create": True, "raising": False}
"""Keywords with which a patch makes the name that it finds missing."""

String = tuple[Scope, str, Span, str, str, Context]
"""Scope, value, span, callee, argument, context."""


class Strings:
    """Collects the strings that look like dotted names."""

    def __init__(self, collector: Collector) -> None:
        self.collector = collector
        self.found: list[String] = []
        self.injected: set[str] = set()

    def constant(self, node: ast.Constant, scope: Scope, callee: str = "", argument: str = "") -> None:
        """Note a string, if it may be a name."""
        value = node.value
        if not isinstance(value, str) or len(value) > _MAX_TEXT:
            return
        if "." not in value and callee not in _NAMING_CALLS and callee.rpartition(".")[2] not in _NAMING_CALLS:
            return
        if _DOTTED.fullmatch(value):
            expected = self.collector.failure_demanded or value in self.collector.mocked
            context: Context = "expected" if expected else self.collector.context
            self.found.append((scope, value, self.collector.spans.of(node), callee, argument, context))

    def distinct(self) -> Iterable[String]:
        """Each string once, as the place that says most about it has noted it."""
        best: dict[Span, String] = {}
        for string in self.found:
            known = best.get(string[2])
            if known is None or not known[3]:
                best[string[2]] = string
        return best.values()

    def sequence(self, node: ast.List | ast.Tuple, scope: Scope) -> None:
        """Note the module of ``[python, "-m", "module"]``."""
        for flag, module in zip(node.elts, node.elts[1:], strict=False):
            if isinstance(flag, ast.Constant) and flag.value == "-m" and isinstance(module, ast.Constant):
                self.constant(module, scope, "python -m", "0")

    def mapping(self, node: ast.Dict, scope: Scope) -> None:
        """Note the class names of a configuration dictionary."""
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant) and key.value in _CLASS_KEYS and isinstance(value, ast.Constant):
                self.constant(value, scope, str(key.value), "0")

    def assigned(self, name: str, value: ast.expr | None, scope: Scope) -> None:
        """Note the modules of ``pytest_plugins``, which pytest imports before anything else."""
        if name != "pytest_plugins" or scope.parent is not None:
            return
        parts = value.elts if isinstance(value, (ast.List, ast.Tuple, ast.Set)) else [value]
        for part in parts:
            if isinstance(part, ast.Constant):
                self.constant(part, scope, name, "0")

    def looked_up(self, node: ast.Subscript, scope: Scope, owner: str) -> None:
        """Note ``sys.modules["name"]``: read, it must be there; assigned, it is put there."""
        if owner == "sys.modules" and isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str):
            if isinstance(node.ctx, ast.Store):
                self.injected.add(node.slice.value)
            elif isinstance(node.ctx, ast.Load):
                self.constant(node.slice, scope, owner, "0")

    def injecting(self, node: ast.Call, leaf: str) -> None:
        """Note the modules that ``patch.dict(sys.modules, {...})`` and the like make up."""
        if not node.args or not _is_sys_modules(node.args[0]):
            return
        named: list[ast.expr | None] = []
        if leaf in ("setitem", "setdefault"):
            named = list(node.args[1:2])
        elif len(node.args) > 1 and isinstance(node.args[1], ast.Dict):
            named = list(node.args[1].keys)
        self.injected |= {
            part.value for part in named if isinstance(part, ast.Constant) and isinstance(part.value, str)
        }


def is_tolerant(node: ast.Call) -> bool:
    """Whether a patch accepts that its target is not there."""
    return any(
        keyword.arg in _TOLERANT
        and isinstance(keyword.value, ast.Constant)
        and keyword.value.value is _TOLERANT[keyword.arg]
        for keyword in node.keywords
    )


def _is_sys_modules(node: ast.expr) -> bool:
    match node:
        case ast.Constant(value="sys.modules") | ast.Attribute(value=ast.Name(id="sys"), attr="modules"):
            return True
    return False

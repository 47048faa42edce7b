"""Expressions of one file: chains over imported names, strings that look like names, dynamic tricks."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any, Final

from audit.facts.scopes import Scope
from audit.facts.syspath import added_folders
from audit.model.facts import Attribute, Context, Import, Span, Text

if TYPE_CHECKING:
    from audit.facts.collector import Collector

_DOTTED: Final = re.compile(r"\.{0,3}[^\W\d]\w*(?:\.[^\W\d]\w*)*(?::[^\W\d][\w.]*)?")
_MAX_TEXT: Final = 256
_NAMING_CALLS: Final = frozenset(
    {"import_module", "__import__", "importorskip", "resolve_name", "find_spec", "run_module", "reload"}
)
"""Callables whose string argument names a module even without a dot."""

_Chain = tuple[Scope, str, tuple[str, ...], Span, bool, Context]
_String = tuple[Scope, str, Span, str, str]


class Expressions:
    """Collects from expressions; names are resolved only at the end, when every binding is known."""

    def __init__(self, collector: Collector) -> None:
        self.collector = collector
        self.open = False
        self.namespace = False
        self.sys_path: list[str] = []
        self._chains: list[_Chain] = []
        self._strings: list[_String] = []
        self._probed: set[tuple[str, str]] = set()

    def children(self, node: ast.stmt) -> None:
        """Visit the expressions of a statement that has no meaning of its own here."""
        for name in _fields(node.__class__):
            value = getattr(node, name)
            if isinstance(value, ast.expr):
                self.visit(value)
            elif isinstance(value, list):
                for part in value:
                    if isinstance(part, ast.expr):
                        self.visit(part)

    def visit(self, root: ast.expr) -> None:
        """Visit one expression and all below it, without recursion: generated code nests deeply."""
        stack: list[tuple[Any, Scope]] = [(root, self.collector.scope)]
        while stack:
            node, scope = stack.pop()
            kind = node.__class__
            if kind is ast.Name:
                continue
            if kind is ast.Attribute:
                self._attribute(node, scope, stack)
            elif kind is ast.Constant:
                self._constant(node, scope, "", "")
            elif kind is ast.Call:
                self._call(node, scope, stack)
            elif kind is ast.Lambda:
                self._lambda(node, scope, stack)
            elif kind in (ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp):
                self._comprehension(node, scope, stack)
            elif kind is ast.NamedExpr:
                scope.bind(node.target.id)
                stack.append((node.value, scope))
            else:
                if kind is ast.Subscript:
                    self._subscript(node)
                for name in _fields(kind):
                    value = getattr(node, name)
                    if isinstance(value, ast.AST):
                        stack.append((value, scope))
                    elif isinstance(value, list):
                        stack.extend((part, scope) for part in value if isinstance(part, ast.AST))

    def _attribute(self, node: ast.Attribute, scope: Scope, stack: list[tuple[Any, Scope]]) -> None:
        names = [node.attr]
        base: Any = node.value
        while base.__class__ is ast.Attribute:
            names.append(base.attr)
            base = base.value
        if base.__class__ is not ast.Name:
            stack.append((base, scope))
            return
        first = base.id
        if first in ("self", "cls"):
            return
        collector = self.collector
        context: Context = "guarded" if collector.attributes_guarded else collector.context
        store = not isinstance(node.ctx, ast.Load)
        self._chains.append((scope, first, tuple(reversed(names)), collector.spans.of(node), store, context))
        if store and names[0] == "__path__":
            self.namespace = True

    def _constant(self, node: ast.Constant, scope: Scope, callee: str, argument: str) -> None:
        value = node.value
        if not isinstance(value, str) or len(value) > _MAX_TEXT:
            return
        if "." not in value and callee.rpartition(".")[2] not in _NAMING_CALLS:
            return
        if _DOTTED.fullmatch(value):
            self._strings.append((scope, value, self.collector.spans.of(node), callee, argument))

    def _call(self, node: ast.Call, scope: Scope, stack: list[tuple[Any, Scope]]) -> None:
        callee = _dotted(node.func)
        if callee:
            self._dynamic(node, callee)
        stack.append((node.func, scope))
        for index, argument in enumerate(node.args):
            if isinstance(argument, ast.Constant):
                self._constant(argument, scope, callee, str(index))
            else:
                stack.append((argument, scope))
        for keyword in node.keywords:
            if isinstance(keyword.value, ast.Constant):
                self._constant(keyword.value, scope, callee, keyword.arg or "")
            else:
                stack.append((keyword.value, scope))

    def _dynamic(self, node: ast.Call, callee: str) -> None:
        leaf = callee.rpartition(".")[2]
        if leaf == "hasattr" and len(node.args) == 2:
            owner, name = _dotted(node.args[0]), node.args[1]
            if owner and isinstance(name, ast.Constant) and isinstance(name.value, str):
                self._probed.add((owner, name.value))
        elif callee in ("globals", "exec", "vars") or leaf == "declare_namespace":
            at_module_scope = not self.collector.scope.is_function
            self.open |= callee == "globals" or (at_module_scope and leaf != "declare_namespace")
            self.namespace |= leaf == "declare_namespace"
        elif callee.startswith("sys.path."):
            self.sys_path += added_folders(node)
        elif leaf == "setattr" and node.args and _is_own_module(node.args[0]):
            self.open = True
        elif callee.startswith("__path__."):
            self.namespace = True

    def _subscript(self, node: ast.Subscript) -> None:
        if _is_own_module(node) or (isinstance(node.ctx, ast.Store) and _dotted(node.value) == "sys.modules"):
            self.open = True

    def _lambda(self, node: ast.Lambda, scope: Scope, stack: list[tuple[Any, Scope]]) -> None:
        inner = Scope(scope, is_function=True)
        arguments = node.args
        for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
            inner.bind(argument.arg)
        for extra in (arguments.vararg, arguments.kwarg):
            if extra is not None:
                inner.bind(extra.arg)
        stack.extend((default, scope) for default in arguments.defaults)
        stack.extend((default, scope) for default in arguments.kw_defaults if default is not None)
        stack.append((node.body, inner))

    def _comprehension(self, node: Any, scope: Scope, stack: list[tuple[Any, Scope]]) -> None:
        inner = Scope(scope, is_function=True)
        for generator in node.generators:
            for part in ast.walk(generator.target):
                if isinstance(part, ast.Name):
                    inner.bind(part.id)
            stack.append((generator.iter, inner))
            stack.extend((condition, inner) for condition in generator.ifs)
        for name in ("elt", "key", "value"):
            value = getattr(node, name, None)
            if value is not None:
                stack.append((value, inner))

    def resolved(self, imports: list[Import]) -> tuple[tuple[Attribute, ...], tuple[Text, ...]]:
        """The chains whose first name only imports can bind, and the strings, in file order."""
        attributes = []
        for scope, first, chain, span, store, context in self._chains:
            bindings = scope.lookup(first)
            if not bindings or len({_target(imports, binding) for binding in bindings}) > 1:
                continue
            if (".".join((first, *chain[:-1])), chain[-1]) in self._probed:
                continue
            attributes.append(Attribute(*bindings[0], chain, span, store, context))
        texts = [
            Text(value, span, self._expanded(scope, callee, imports), argument)
            for scope, value, span, callee, argument in self._strings
        ]
        return (
            tuple(sorted(attributes, key=lambda attribute: attribute.span)),
            tuple(sorted(texts, key=lambda text: text.span)),
        )

    def _expanded(self, scope: Scope, callee: str, imports: list[Import]) -> str:
        first, dot, rest = callee.partition(".")
        bindings = scope.lookup(first) if callee else None
        return f"{_target(imports, bindings[0])}{dot}{rest}" if bindings else callee


def _target(imports: list[Import], binding: tuple[int, int]) -> str:
    statement, name = imports[binding[0]], imports[binding[0]].names[binding[1]]
    if statement.is_from:
        return f"{'.' * statement.level}{statement.module}.{name.name}"
    return name.name if name.bound != name.name.partition(".")[0] else name.bound


def _dotted(node: ast.expr) -> str:
    names: list[str] = []
    while isinstance(node, ast.Attribute):
        names.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return ""
    names.append(node.id)
    return ".".join(reversed(names))


def _is_own_module(node: ast.expr) -> bool:
    match node:
        case ast.Subscript(
            value=ast.Attribute(value=ast.Name(id="sys"), attr="modules"), slice=ast.Name(id="__name__")
        ):
            return True
    return False


_FIELDS: dict[type[ast.AST], tuple[str, ...]] = {}


def _fields(kind: type[ast.AST]) -> tuple[str, ...]:
    fields = _FIELDS.get(kind)
    if fields is None:
        fields = _FIELDS[kind] = tuple(
            name for name in kind._fields if name not in ("ctx", "op", "ops", "kind", "type_comment")
        )
    return fields

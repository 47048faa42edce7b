"""What statements bind, as terms that are made when they are asked for."""

from __future__ import annotations

import ast
from collections.abc import Callable
from functools import partial

from audit.facts.nodes import nodes_of
from audit.facts.terms import annotation_text
from audit.model.terms import declared, element_of, entered, imported, unpacked

Comprehension = ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp
Binding = Callable[[], str]
"""Makes the term of what one statement gives to a name."""


def _unpacked(binding: Binding, place: int) -> str:
    return unpacked(binding(), place)


def nothing() -> str:
    """The term of what nobody can tell."""
    return ""


class Binder:
    """Collects what binds each name of one scope. ``value`` makes the term of an expression in it; ``walrus`` says
    that expressions may bind names too."""

    def __init__(self, value: Callable[[ast.expr | None], str], *, walrus: bool) -> None:
        self.found: dict[str, list[Binding]] = {}
        self._value = value
        self._walrus = walrus

    def put(self, name: str, binding: Binding) -> None:
        """Note one binding of a name."""
        self.found.setdefault(name, []).append(binding)

    def target(self, target: ast.expr, binding: Binding) -> None:
        """Note an assignment; of what is taken apart, what each place gets unless some get what is left."""
        if isinstance(target, ast.Name):
            self.put(target.id, binding)
            return
        if isinstance(target, ast.Tuple | ast.List) and not any(isinstance(each, ast.Starred) for each in target.elts):
            for place, each in enumerate(target.elts):
                self.target(each, partial(_unpacked, binding, place))
            return
        for part in nodes_of(target):
            if isinstance(part, ast.Name) and isinstance(part.ctx, (ast.Store, ast.Del)):
                self.put(part.id, nothing)

    def elements(self, target: ast.expr, source: ast.expr) -> None:
        """Note what a loop binds; of ``enumerate`` the second, of ``zip`` each, of ``items`` keys and values."""
        match target, source:
            case ast.Tuple(elts=[ast.Name() as number, inner]), ast.Call(
                func=ast.Name(id="enumerate"), args=[first, *_]
            ):
                self.put(number.id, nothing)
                self.elements(inner, first)
            case ast.Tuple(elts=[key, value]), ast.Call(func=ast.Attribute(value=mapping, attr="items"), args=[]):
                for part, name in ((key, "keys"), (value, "values")):
                    self.elements(part, ast.Call(ast.Attribute(mapping, name, ast.Load()), [], []))
            case ast.Tuple(elts=parts), ast.Call(func=ast.Name(id="zip"), args=sources) if len(parts) == len(sources):
                for part, each in zip(parts, sources, strict=True):
                    self.elements(part, each)
            case _:
                self.target(target, partial(self.element, source))

    def element(self, node: ast.expr) -> str:
        """The term of what iterating over an expression gives."""
        return element_of(self._value(node))

    def parameters(self, arguments: ast.arguments) -> None:
        """Note the parameters of a function by their annotations."""
        for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
            self.put(argument.arg, partial(declared, annotation_text(argument.annotation)))
        for extra, holder in ((arguments.vararg, "tuple[{}, ...]"), (arguments.kwarg, "dict[str, {}]")):
            if extra is not None:
                text = annotation_text(extra.annotation)
                self.put(extra.arg, partial(declared, holder.format(text) if text else ""))

    def block(self, body: list[ast.stmt]) -> None:
        """Note what statements bind, nested functions and classes by name only."""
        for node in body:
            match node:
                case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                    self.put(name, nothing)
                case ast.Import() | ast.ImportFrom():
                    self._import(node)
                case ast.Assign(targets=targets, value=value):
                    for target in targets:
                        self._assigned(target, value)
                    self._walruses(node)
                case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation):
                    self.put(name, partial(declared, annotation_text(annotation)))
                case ast.AugAssign(target=target) | ast.Delete(targets=[target]):
                    self.target(target, nothing)
                case ast.Global(names=names) | ast.Nonlocal(names=names):
                    for each in names:
                        self.put(each, nothing)
                case ast.Expr() | ast.Return() | ast.Assert() | ast.Raise():
                    self._walruses(node)
                case _:
                    self._compound(node)

    def _assigned(self, target: ast.expr, value: ast.expr) -> None:
        match target, value:
            case ast.Tuple(elts=parts), ast.Tuple(elts=values) if len(parts) == len(values):
                if not any(isinstance(each, ast.Starred) for each in (*parts, *values)):
                    for part, each in zip(parts, values, strict=True):
                        self._assigned(part, each)
                    return
        self.target(target, partial(self._value, value))

    def _compound(self, node: ast.stmt) -> None:
        match node:
            case ast.For(target=target, iter=source) | ast.AsyncFor(target=target, iter=source):
                self.elements(target, source)
                self._walruses(source)
            case ast.With(items=items) | ast.AsyncWith(items=items):
                for item in items:
                    if item.optional_vars is not None:
                        self.target(item.optional_vars, partial(self._entered, item.context_expr))
                    self._walruses(item.context_expr)
            case ast.If(test=test) | ast.While(test=test):
                self._walruses(test)
            case ast.Try(handlers=handlers) | ast.TryStar(handlers=handlers):
                for handler in handlers:
                    if handler.name:
                        self.put(handler.name, nothing)
                    self.block(handler.body)
            case ast.Match(cases=cases):
                for case in cases:
                    self._pattern(case.pattern)
                    self.block(case.body)
        for name in ("body", "orelse", "finalbody"):
            self.block(getattr(node, name, []))

    def _entered(self, node: ast.expr) -> str:
        return entered(self._value(node))

    def _pattern(self, pattern: ast.pattern) -> None:
        for part in ast.walk(pattern):
            for name in (getattr(part, "name", None), getattr(part, "rest", None)):
                if isinstance(name, str):
                    self.put(name, nothing)

    def _walruses(self, node: ast.AST) -> None:
        """Note ``name := value`` in expressions."""
        for part in nodes_of(node) if self._walrus else ():
            if isinstance(part, ast.NamedExpr):
                self.target(part.target, partial(self._value, part.value))

    def _import(self, node: ast.Import | ast.ImportFrom) -> None:
        for alias in node.names:
            if isinstance(node, ast.ImportFrom):
                self.put(alias.asname or alias.name, partial(imported, node.level, node.module or "", alias.name))
            else:
                module = alias.name if alias.asname else alias.name.partition(".")[0]
                self.put(alias.asname or module, partial(imported, 0, module, ""))

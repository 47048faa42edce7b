"""What the names of one scope stand for, as terms: parameters, assignments, loops, with statements, imports.

A name that is bound in a way that says nothing, or whose type the scope asks for at run time, has no term.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from functools import partial
from typing import Final

from audit.facts.bodies import FunctionNode, is_decorated
from audit.facts.callables import leaf_of
from audit.facts.expressions import dotted
from audit.facts.terms import NONE, annotation_text, term_of
from audit.model.terms import any_of, class_of, declared, element_of, entered, imported, instance_of, super_of

_NARROWING: Final = frozenset({"isinstance", "issubclass", "hasattr", "callable", "type", "getattr", "TypeIs"})
_Comprehension = ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp
_Binding = Callable[[], str]


def module_scope() -> LocalScope:
    """The outermost scope: its names stand for themselves, since facts tell what binds them."""
    return LocalScope(None)


class LocalScope:
    """One class, function, lambda or comprehension inside a file, or the file itself."""

    def __init__(self, parent: LocalScope | None, *, owner: str = "", is_class: bool = False) -> None:
        self._parent = parent
        self._owner = owner
        self._is_class = is_class
        self._bindings: dict[str, list[_Binding]] = {}
        self._narrowed: set[str] = set()
        self._asked: set[str] = set()
        self._local: bool = parent is not None and (not is_class or parent._local)

    def term(self, name: str) -> str:
        """What a name stands for as seen from here."""
        if self._is_class and name in self._bindings and not self._local:
            return f"{class_of(self._owner)}.{name}"
        scope: LocalScope | None = self
        while scope is not None and scope._parent is not None:
            if name in scope._bindings and (scope is self or not scope._is_class):
                return scope._own_term(name)
            scope = scope._parent
        return "" if name == "super()" else name

    def narrows(self, node: ast.expr) -> bool:
        """Whether the code asks at run time what some part of an expression is."""
        parts = {dotted(part) for part in ast.walk(node) if isinstance(part, ast.Attribute | ast.Name)}
        scope: LocalScope | None = self
        while scope is not None:
            if scope._narrowed & parts:
                return True
            scope = scope._parent
        return False

    def renames(self, callee: ast.expr, wanted: frozenset[str]) -> bool:
        """Whether a plain name stands for something whose own last name is wanted."""
        if not isinstance(callee, ast.Name):
            return False
        term = self.term(callee.id)
        return term != callee.id and any(f"{name!r})" in term or term.endswith(f".{name}") for name in wanted)

    def enter_class(self, node: ast.ClassDef) -> LocalScope:
        """The scope of a class body."""
        owner = f"{self._owner}.{node.name}" if self._is_class else node.name
        inner = LocalScope(self, owner=owner, is_class=True)
        inner._bind_block(node.body)
        return inner

    def enter_function(self, node: FunctionNode) -> LocalScope:
        """The scope of a function's body."""
        inner = LocalScope(self, owner=self._owner)
        arguments = node.args
        every = [*arguments.posonlyargs, *arguments.args]
        for argument in (*every, *arguments.kwonlyargs):
            inner._put(argument.arg, partial(declared, annotation_text(argument.annotation)))
        for extra in filter(None, (arguments.vararg, arguments.kwarg)):
            inner._put(extra.arg, _nothing)
        if self._is_class and not self._local and every and not is_decorated(node, "staticmethod"):
            is_class_method = is_decorated(node, "classmethod") or node.name in ("__new__", "__init_subclass__")
            own = class_of(self._owner) if is_class_method else instance_of(self._owner)
            inner._bindings[every[0].arg] = [partial(str, own)]
            inner._bindings["super()"] = [partial(super_of, self._owner)]
        inner._narrowed = set(_narrowed_in(node))
        inner._bind_block(node.body)
        return inner

    def enter_lambda(self, node: ast.Lambda) -> LocalScope:
        """The scope of a lambda's body: nothing tells what its parameters are."""
        inner = LocalScope(self)
        for argument in ast.walk(node.args):
            if isinstance(argument, ast.arg):
                inner._put(argument.arg, _nothing)
        return inner

    def enter_comprehension(self, node: _Comprehension) -> LocalScope:
        """The scope of a comprehension."""
        inner = LocalScope(self)
        inner._narrowed = set(_narrowed_in(node))
        for generator in node.generators:
            inner._bind_target(generator.target, partial(inner._element, generator.iter))
        return inner

    def _own_term(self, name: str) -> str:
        if name in self._narrowed or name in self._asked:
            return ""
        self._asked.add(name)
        try:
            found = any_of(binding() for binding in self._bindings[name])
        finally:
            self._asked.discard(name)
        return "" if found == NONE else found

    def _value(self, node: ast.expr | None) -> str:
        return "" if node is None or self.narrows(node) else term_of(node, self.term)

    def _element(self, node: ast.expr) -> str:
        return element_of(self._value(node))

    def _entered(self, node: ast.expr) -> str:
        return entered(self._value(node))

    def _put(self, name: str, binding: _Binding) -> None:
        self._bindings.setdefault(name, []).append(binding)

    def _bind_target(self, target: ast.expr, binding: _Binding) -> None:
        for part in ast.walk(target):
            if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store | ast.Del):
                self._put(part.id, binding if part is target else _nothing)

    def _bind_block(self, body: list[ast.stmt]) -> None:
        """Note what statements bind, nested functions and classes by name only."""
        stack: list[ast.AST] = list(reversed(body))
        while stack:
            node = stack.pop()
            self._bind(node)
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
                stack.extend(reversed(list(ast.iter_child_nodes(node))))

    def _bind(self, node: ast.AST) -> None:
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                self._put(name, _nothing)
            case ast.Import() | ast.ImportFrom():
                self._bind_import(node)
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    self._bind_target(target, partial(self._value, value))
            case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation):
                self._put(name, partial(declared, annotation_text(annotation)))
            case ast.NamedExpr(target=target, value=value):
                self._bind_target(target, partial(self._value, value))
            case ast.For(target=target, iter=source) | ast.AsyncFor(target=target, iter=source):
                self._bind_target(target, partial(self._element, source))
            case ast.withitem(context_expr=manager, optional_vars=ast.expr() as target):
                self._bind_target(target, partial(self._entered, manager))
            case ast.AugAssign(target=target) | ast.Delete(targets=[target]):
                self._bind_target(target, _nothing)
            case ast.Global(names=names) | ast.Nonlocal(names=names):
                for each in names:
                    self._put(each, _nothing)
            case (
                ast.ExceptHandler(name=str(name))
                | ast.MatchAs(name=str(name))
                | ast.MatchStar(name=str(name))
                | ast.MatchMapping(rest=str(name))
            ):
                self._put(name, _nothing)

    def _bind_import(self, node: ast.Import | ast.ImportFrom) -> None:
        for alias in node.names:
            if isinstance(node, ast.ImportFrom):
                self._put(alias.asname or alias.name, partial(imported, node.level, node.module or "", alias.name))
            else:
                module = alias.name if alias.asname else alias.name.partition(".")[0]
                self._put(alias.asname or module, partial(imported, 0, module, ""))


def _nothing() -> str:
    return ""


def _narrowed_in(node: ast.AST) -> Iterator[str]:
    """The names and chains of names whose type some code asks for."""
    for part in ast.walk(node):
        if isinstance(part, ast.Call) and leaf_of(part.func) in _NARROWING and part.args:
            yield dotted(part.args[0])
        elif isinstance(part, ast.Match):
            yield dotted(part.subject)
        elif isinstance(part, ast.Attribute) and part.attr == "__class__":
            yield dotted(part.value)

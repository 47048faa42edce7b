"""The pass over one syntax tree: statements carry scope and context, expressions yield chains and strings."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any, Final

from audit.facts.announced import announced_names, asked_for, names_module
from audit.facts.assembly import facts_of
from audit.facts.bodies import parameters_of
from audit.facts.callables import leaf_of
from audit.facts.composed import Constants
from audit.facts.definitions import Definitions
from audit.facts.expressions import Expressions
from audit.facts.guards import (
    KEPT_INSIDE,
    demanded_failures,
    is_always,
    is_main,
    is_never,
    mocked_modules,
    only_a_run_tells,
    runs_until,
    survives_missing_attribute,
    swallowed_failures,
    when_tried,
)
from audit.facts.imports import Imports
from audit.facts.rare_statements import delete_statement, match_statement, outer_names
from audit.facts.scopes import Scope
from audit.facts.spans import Spans
from audit.facts.system_modules import hands_itself
from audit.model.facts import Context, FileFacts

_Value = ast.expr | None


class Collector:
    """Collects the facts of one file. Use once: ``Collector(content).collect(tree)``."""

    def __init__(self, content: bytes) -> None:
        self.spans = Spans(content)
        self.constants = Constants(ast.Module([], []))
        self.module = Scope(None)
        self.scope = self.module
        self.context: Context = "eager"
        self.unguarded: Context = "eager"
        """The context but for a guard around imports, which does not survive that an attribute is missing."""
        self.attributes_guarded = self.failure_demanded = False
        self.mocked: frozenset[str] = frozenset()
        self.asked_for: frozenset[str] = frozenset()
        self.condition: ast.expr | None = None
        self.announced: set[str] = set()
        self.names_module = False
        self.imports = Imports(self)
        self.definitions: Definitions = Definitions(self.spans)
        self.expressions = Expressions(self)
        self.has_main = False
        self.stood_in_for: frozenset[str] = frozenset()
        self.edits_path = b"sys.path" in content
        self.top_level: set[ast.Delete] = set()
        self.lines = content.count(b"\n") + (not content.endswith(b"\n") and bool(content))

    def collect(self, tree: ast.Module) -> FileFacts:
        """All facts of the file."""
        self.constants = Constants(tree)
        self.top_level = {statement for statement in tree.body if isinstance(statement, ast.Delete)}
        self.block(tree.body[: (live := runs_until(tree.body))])
        self.within("typing", tree.body[live:])
        self.definitions.settle(tree)
        facts = facts_of(self, tree)
        del self.expressions, self.imports  # they point back here: without the cycle the tree is freed at once
        return facts

    def block(self, statements: list[ast.stmt]) -> None:
        """Visit statements in order."""
        for statement in statements:
            handler = _HANDLERS.get(statement.__class__)
            if handler is not None:
                handler(self, statement)
            else:
                self.expressions.children(statement)

    def within(self, context: Context, statements: list[ast.stmt]) -> None:
        """Visit statements under another context, unless the outer one says more about when they run."""
        outer = self.context, self.unguarded
        if context not in KEPT_INSIDE.get(self.context, ()):
            self.context = context
        if self.context != "guarded":
            self.unguarded = self.context
        self.block(statements)
        self.context, self.unguarded = outer

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self.scope.bind(node.name)
        self.definitions.function(self.scope, self.module, node)
        self._decorators(node)
        every = parameters_of(node.args)
        for default in (*node.args.defaults, *node.args.kw_defaults):
            if default is not None:
                self.expressions.visit(default)
        for annotation in (*(argument.annotation for argument in every), node.returns):
            if annotation is not None:
                self.annotation(annotation)
        inner = Scope(self.scope, is_function=True)
        for argument in every:
            inner.bind(argument.arg)
        outer, self.scope = self.scope, inner
        self.definitions.enter_function(outer, inner, self.module, node)
        guarded, self.attributes_guarded = self.attributes_guarded, False  # it runs outside of the guard
        self.within("lazy", node.body)
        self.attributes_guarded = guarded
        self.definitions.leave_function()
        self.scope = outer

    def _class(self, node: ast.ClassDef) -> None:
        self.scope.bind(node.name)
        self.definitions.class_(self.scope, self.module, node)
        self._decorators(node)
        for expression in (*node.bases, *(keyword.value for keyword in node.keywords)):
            self.expressions.visit(expression)
        outer, self.scope = self.scope, Scope(self.scope, is_class=True)
        self.definitions.enter_class(outer, self.scope, node)
        self.block(node.body)
        self.definitions.leave_class(self.scope)
        self.scope = outer

    def _decorators(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> None:
        if node.decorator_list:
            self.expressions.strings.gives(node.decorator_list, node.name)
            self.definitions.exports.decorated(node, at_top=self.scope is self.module)
        for decorator in node.decorator_list:
            self.expressions.visit(decorator)

    def annotation(self, expression: ast.expr) -> None:
        """Visit an annotation; it never runs where ``from __future__ import annotations`` holds."""
        outer = self.context
        if self.imports.future_annotations:
            self.context = "typing"
        self.expressions.annotation(expression)
        self.context = outer

    def _expression(self, node: ast.Expr) -> None:
        if self.scope is self.module and isinstance(node.value, ast.Call):
            self.announced |= announced_names(node.value)
            self.names_module |= names_module(node.value)
            self.definitions.open |= hands_itself(node.value)
        self.expressions.discarded = node.value
        self.expressions.visit(node.value)

    def _assign(self, node: ast.Assign) -> None:
        self.expressions.visit(node.value)
        for target in node.targets:
            self._target(target, node, node.value)

    def _changed(self, node: ast.AnnAssign | ast.AugAssign) -> None:
        if isinstance(node, ast.AnnAssign):
            self.annotation(node.annotation)
            if isinstance(node.value, ast.Constant) and leaf_of(node.annotation) == "TypeAlias":
                self.expressions.forward_reference(node.value, self.scope)
        if node.value is not None:
            self.expressions.visit(node.value)
        self._target(node.target, node, node.value)

    def _target(self, target: ast.expr, statement: ast.stmt, value: _Value, source: _Value = None) -> None:
        if self.edits_path and value is not None:
            self.expressions.path_assigned(target, value)
        if isinstance(target, ast.Name):
            self._named_target(target.id, statement, value, source)
            return
        match target:
            case ast.Tuple(elts=parts) | ast.List(elts=parts):
                for part in parts:
                    self._target(part, statement, None)
            case ast.Starred(value=part):
                self._target(part, statement, None)
            case _:
                self.definitions.store(target, statement, value)
                self.expressions.visit(target)

    def _named_target(self, name: str, statement: ast.stmt, value: _Value, source: _Value) -> None:
        if name in self.stood_in_for and isinstance(value, ast.Call):
            return  # what takes the place of an import for type checkers is a lazy one of the same
        is_unset = isinstance(value, ast.Constant) and value.value is None
        if not (is_unset and self.context in ("guarded", "fallback")):
            self.scope.bind(name)  # a None that stands in for a failed import hides nothing
        if self.scope.is_own(name):
            return  # a variable of a function defines nothing
        self.definitions.variable(self.scope, self.module, name, statement, value or source)
        self.expressions.strings.assigned(name, value, self.scope)

    def _for(self, node: ast.For | ast.AsyncFor) -> None:
        self.expressions.visit(node.iter)
        self._target(node.target, node, None, node.iter)
        self.block([*node.body, *node.orelse])

    def _with(self, node: ast.With | ast.AsyncWith) -> None:
        for item in node.items:
            self.expressions.visit(item.context_expr)
            if item.optional_vars is not None:
                self._target(item.optional_vars, node, None, item.context_expr)
        demanded, swallowed = demanded_failures(node), swallowed_failures(node)
        outer = self.attributes_guarded, self.failure_demanded, self.mocked
        self.mocked |= mocked_modules(node)
        self.attributes_guarded |= "attribute" in demanded | swallowed
        self.failure_demanded |= bool(demanded)
        if "import" in demanded:
            self.within("expected", node.body)
        elif "import" in swallowed:
            self.within("guarded", node.body)
        else:
            self.block(node.body)
        self.attributes_guarded, self.failure_demanded, self.mocked = outer

    def _if(self, node: ast.If) -> None:
        if is_never(node.test):
            first = len(self.imports.found)
            self.within("typing", node.body)
            outer = self.stood_in_for
            self.stood_in_for |= {name.bound for each in self.imports.found[first:] for name in each.names}
            self.block(node.orelse)
            self.stood_in_for = outer
            return
        self.expressions.visit(node.test)
        if is_main(node.test) and self.scope is self.module:
            self.has_main = True
            self.within("lazy", node.body)
        else:
            outer, self.asked_for = self.asked_for, self.asked_for | asked_for(node.test)
            self._under(node.test, node.body)
            self.asked_for = outer
        if is_always(node.test):
            self.within("typing", node.orelse)
        elif node.orelse:
            self._under(ast.UnaryOp(ast.Not(), node.test), node.orelse)

    def _under(self, test: ast.expr, statements: list[ast.stmt]) -> None:
        """Visit what runs only where a condition holds."""
        outer = self.condition
        if only_a_run_tells(test):
            self.condition = test
        self.block(statements)
        self.condition = outer

    def _try(self, node: ast.Try | ast.TryStar) -> None:
        first = len(self.imports.found)
        tried = when_tried(node)
        guarded = self.attributes_guarded
        self.attributes_guarded |= survives_missing_attribute(node)
        self.within(tried or self.context, node.body)
        self.attributes_guarded = guarded
        has_import = len(self.imports.found) > first
        for handler in node.handlers:
            self.expressions.children(handler)
            if handler.name:
                self.scope.bind(handler.name)
            if tried == "guarded" and has_import:
                outer, self.imports.fallback_for = self.imports.fallback_for, first
                self.within("fallback", handler.body)
                self.imports.fallback_for = outer
            else:
                self.block(handler.body)
        self.block([*node.orelse, *node.finalbody])

    def _return(self, node: ast.Return) -> None:
        self.definitions.returns(node.value)
        if node.value is not None:
            self.expressions.visit(node.value)

    def _while(self, node: ast.While) -> None:
        self.expressions.visit(node.test)
        self.block([*node.body, *node.orelse])


_HANDLERS: Final[dict[type[ast.stmt], Callable[[Collector, Any], None]]] = {
    ast.Import: lambda collector, node: collector.imports.plain(node),
    ast.ImportFrom: lambda collector, node: collector.imports.from_(node),
    ast.FunctionDef: Collector._function,
    ast.AsyncFunctionDef: Collector._function,
    ast.ClassDef: Collector._class,
    ast.Return: Collector._return,
    ast.Expr: Collector._expression,
    ast.Assign: Collector._assign,
    ast.AnnAssign: Collector._changed,
    ast.AugAssign: Collector._changed,
    ast.For: Collector._for,
    ast.AsyncFor: Collector._for,
    ast.With: Collector._with,
    ast.AsyncWith: Collector._with,
    ast.If: Collector._if,
    ast.Try: Collector._try,
    ast.TryStar: Collector._try,
    ast.While: Collector._while,
    ast.Match: match_statement,
    ast.Delete: delete_statement,
    ast.Global: outer_names,
    ast.Nonlocal: outer_names,
}

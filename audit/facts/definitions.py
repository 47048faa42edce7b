"""Names that one file defines: at module scope and in class bodies, with signatures and body digests."""

from __future__ import annotations

import ast
import hashlib

import msgspec

from audit.facts.scopes import Scope
from audit.facts.spans import Spans
from audit.model.facts import Definition, Parameter, Span

_OPENING_NAMES = frozenset({"__getattr__", "__class__"})
_MIN_DIGEST_LINES = 3
_WEAKER = ("variable", "import")
_FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef


class Definitions:
    """Collects definitions as the pass meets them, each name at its first site."""

    def __init__(self, spans: Spans) -> None:
        self.spans = spans
        self.found: list[Definition] = []
        self.exports: dict[str, Span] | None = None
        self.dynamic_exports = False
        self.open = False
        self.namespace = False
        self.open_classes: set[str] = set()
        self.tests = 0
        self._seen: dict[str, int] = {}
        self._removed: set[int] = set()
        self._classes: dict[int, str] = {}
        self._methods: list[tuple[str, str] | None] = []

    def add(self, scope: Scope, module: Scope, name: str, kind: str, node: ast.stmt) -> None:
        """Note a name bound in ``scope``; only module and class scopes define anything."""
        qualified = self._qualify(scope, module, name)
        if qualified is not None:
            self._put(Definition(qualified, kind, self.spans.of(node)))

    def name(self, scope: Scope, module: Scope, node: ast.Name) -> None:
        """Note a name bound in the middle of an expression."""
        qualified = self._qualify(scope, module, node.id)
        if qualified is not None:
            self._put(Definition(qualified, "variable", self.spans.of(node)))

    def variable(self, scope: Scope, module: Scope, name: str, statement: ast.stmt, value: ast.expr | None) -> None:
        """Note an assignment; ``__all__`` and ``__path__`` mean more than their names."""
        if scope.owner(name) is module:
            if name == "__all__":
                self.export(value, more=isinstance(statement, ast.AugAssign))
            elif name == "__path__":
                self.namespace = True
            elif name in _OPENING_NAMES:
                self.open = True
        self.add(scope.owner(name), module, name, "variable", statement)

    def function(self, scope: Scope, module: Scope, node: _FunctionNode) -> None:
        """Note a function or method with its signature."""
        qualified = self._qualify(scope, module, node.name)
        if qualified is None:
            return
        if scope is module and node.name == "__getattr__":
            self.open = True
        if scope.is_class and node.name in ("__getattr__", "__getattribute__"):
            self.open_classes.add(qualified.rpartition(".")[0])
        if node.name.startswith("test"):
            self.tests += 1
        self._put(
            Definition(
                qualified,
                "function",
                self.spans.of(node),
                _parameters(node.args),
                (),
                self._digest(node),
                tuple(ast.unparse(decorator) for decorator in node.decorator_list),
                (node.end_lineno or node.lineno) - node.lineno + 1,
            )
        )

    def class_(self, scope: Scope, module: Scope, node: ast.ClassDef) -> None:
        """Note a class with the text of its bases."""
        qualified = self._qualify(scope, module, node.name)
        if qualified is None:
            return
        if node.keywords:
            self.open_classes.add(qualified)  # a metaclass may add members
        self._put(
            Definition(
                qualified,
                "class",
                self.spans.of(node),
                None,
                tuple(ast.unparse(base) for base in node.bases),
                self._digest(node),
                tuple(ast.unparse(decorator) for decorator in node.decorator_list),
                (node.end_lineno or node.lineno) - node.lineno + 1,
            )
        )

    def enter_class(self, outer: Scope, inner: Scope, node: ast.ClassDef) -> None:
        """Members bound in ``inner`` belong to this class from now on."""
        if outer.parent is None:
            self._classes[id(inner)] = node.name
        elif id(outer) in self._classes:
            self._classes[id(inner)] = f"{self._classes[id(outer)]}.{node.name}"

    def leave_class(self, inner: Scope) -> None:
        """The class body is over."""
        self._classes.pop(id(inner), None)

    def enter_function(self, outer: Scope, node: _FunctionNode) -> None:
        """Assignments to the first parameter's attributes define members from now on."""
        owner = self._classes.get(id(outer))
        first = (node.args.posonlyargs + node.args.args)[:1]
        self._methods.append((owner, first[0].arg) if owner and first else None)

    def leave_function(self) -> None:
        """The function body is over."""
        self._methods.pop()

    def store(self, target: ast.expr) -> None:
        """Note ``self.name = ...`` inside a method as a member of its class."""
        method = self._methods[-1] if self._methods else None
        match target:
            case ast.Attribute(value=ast.Name(id=name), attr=attribute) if method and name == method[1]:
                self._put(Definition(f"{method[0]}.{attribute}", "variable", self.spans.of(target)))
            case ast.Attribute(value=ast.Name(id=name), attr=attribute) if name in self._seen:
                if self.found[self._seen[name]].kind == "class":  # a member added from outside of its body
                    self._put(Definition(f"{name}.{attribute}", "variable", self.spans.of(target)))

    def remove(self, name: str) -> None:
        """``del name`` at the top level of the module: the name is gone, unless it is bound again later."""
        position = self._seen.pop(name, None)
        if position is not None:
            self._removed.add(position)

    def remaining(self) -> tuple[Definition, ...]:
        """The definitions that the module is left with."""
        if not self._removed:
            return tuple(self.found)
        return tuple(each for position, each in enumerate(self.found) if position not in self._removed)

    def _put(self, definition: Definition) -> None:
        position = self._seen.get(definition.name)
        if position is None:
            self._seen[definition.name] = len(self.found)
            self.found.append(definition)
            return
        first = self.found[position]
        kept = definition if first.kind in _WEAKER and definition.kind in ("function", "class") else first
        self.found[position] = msgspec.structs.replace(kept, bindings=first.bindings + 1)

    def _qualify(self, scope: Scope, module: Scope, name: str) -> str | None:
        if scope is module:
            return name
        owner = self._classes.get(id(scope))
        return None if owner is None else f"{owner}.{name}"

    def export(self, value: ast.expr | None, *, more: bool) -> None:
        """Note names that ``__all__`` gets, or gets besides; once it is not literal, it may hold any name."""
        names = self._literal_names(value)
        self.dynamic_exports = names is None or (more and self.dynamic_exports)
        self.exports = {**(self.exports or {}), **(names or {})} if more else names

    def _literal_names(self, value: ast.expr | None) -> dict[str, Span] | None:
        match value:
            case ast.List(elts=elements) | ast.Tuple(elts=elements) | ast.Set(elts=elements):
                names = {
                    part.value: self.spans.of(part)
                    for part in elements
                    if isinstance(part, ast.Constant) and isinstance(part.value, str)
                }
                return names if all(isinstance(part, ast.Constant) for part in elements) else None
        return None

    def _digest(self, node: _FunctionNode | ast.ClassDef) -> str:
        """Identity of a definition without its name: a digest of the lines after the one that names it."""
        first, last = node.lineno, node.end_lineno or node.lineno
        if last - first + 1 < _MIN_DIGEST_LINES:
            return ""
        body = b"\n".join(line.strip() for line in self.spans.lines[first:last])
        return hashlib.sha1(body, usedforsecurity=False).hexdigest()[:16]


def _parameters(arguments: ast.arguments) -> tuple[Parameter, ...]:
    positional = [*arguments.posonlyargs, *arguments.args]
    first_default = len(positional) - len(arguments.defaults)
    found = [
        Parameter(
            argument.arg,
            "positional" if index < len(arguments.posonlyargs) else "normal",
            index < first_default,
            _text(argument.annotation),
        )
        for index, argument in enumerate(positional)
    ]
    if arguments.vararg is not None:
        found.append(Parameter(arguments.vararg.arg, "variadic", False, _text(arguments.vararg.annotation)))
    found += [
        Parameter(argument.arg, "keyword", default is None, _text(argument.annotation))
        for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    ]
    if arguments.kwarg is not None:
        found.append(Parameter(arguments.kwarg.arg, "keywords", False, _text(arguments.kwarg.annotation)))
    return tuple(found)


def _text(annotation: ast.expr | None) -> str:
    match annotation:
        case None:
            return ""
        case ast.Name(id=name):
            return name
        case ast.Constant(value=str(text)):
            return text
    return ast.unparse(annotation)

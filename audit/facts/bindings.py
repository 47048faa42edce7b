"""What the names of one scope stand for, as terms: parameters, assignments, loops, with statements, imports.

A name that is bound in a way that says nothing, or whose type the scope asks for at run time, has no term.
"""

from __future__ import annotations

import ast
import re
from functools import cached_property, partial
from typing import Final

import msgspec

from audit.facts.binders import Binder, Comprehension, nothing
from audit.facts.binders import Binding as _Binding
from audit.facts.bodies import FunctionNode, is_decorated
from audit.facts.callables import dotted
from audit.facts.injected import injected
from audit.facts.nodes import nodes_of
from audit.facts.terms import NONE, term_of
from audit.model.terms import any_of, class_of, fixture, instance_of, super_of

_NARROWED: Final = (
    (b"(", re.compile(rb"\b(?:isinstance|issubclass)\(\s*([\w.]+)(?![\w.]|\s*\()")),
    (b"(", re.compile(rb"\b(?:hasattr|callable)\(\s*(?!(?:self|cls)\s*[,)])([\w.]+)(?![\w.]|\s*\()")),
    (
        b"getattr(",
        re.compile(
            rb"\bgetattr\(\s*(?!(?:self|cls)\s*[,)])([\w.]+)(?![\w.]|\s*\(|\s*,\s*(?:\"\w{1,99}\"|'\w{1,99}')\s*\))"
        ),
    ),
    (b"type(", re.compile(rb"\btype\(\s*([\w.]+)\s*\)\s*(?:is\b|not\b|in\b|[=!]=)")),
    (b"type(", re.compile(rb"(?:\bis|\bis\s+not|[=!]=)\s*type\(\s*([\w.]+)\s*\)")),
    (b".__class__", re.compile(rb"([\w.]+)\.__class__\s*(?:is\b|not\b|in\b|[=!]=)")),
    (b".__class__", re.compile(rb"(?:\bis|\bis\s+not|[=!]=)\s*([\w.]+)\.__class__\b")),
    (b"match ", re.compile(rb"\bmatch\s+([\w.]+)\s*:")),
)
"""Where code asks at run time of what type something is, though not what a call gives; each slow pattern behind what
must occur for it."""


class Source(msgspec.Struct, frozen=True):
    """What is seen of a file without parsing it: where it asks for the type of which name or chain of names, and
    whether it binds names inside of expressions."""

    narrowed: tuple[tuple[int, str], ...]
    walrus: bool


def read_source(content: bytes) -> Source:
    """Look through the bytes of a file."""
    found: list[tuple[int, str]] = []
    for needle, pattern in _NARROWED:
        line, last = 1, 0
        for match in pattern.finditer(content) if needle in content else ():
            line += content.count(b"\n", last, match.start())
            last = match.start()
            found.append((line, match[1].decode()))
    return Source(tuple(found), b":=" in content)


def module_scope(source: Source) -> LocalScope:
    """The outermost scope: its names stand for themselves, since facts tell what binds them."""
    return LocalScope(None, source)


class LocalScope:
    """One class, function, lambda or comprehension inside a file, or the file itself."""

    def __init__(self, parent: LocalScope | None, text: Source, *, owner: str = "", is_class: bool = False) -> None:
        self._parent = parent
        self._text = text
        self._owner = owner
        self._is_class = is_class
        self._node: ast.AST | None = None
        self._terms: dict[str, str] = {}
        self._local: bool = parent is not None and (not is_class or parent._local)

    @cached_property
    def _bindings(self) -> dict[str, list[_Binding]]:
        """What binds each name of the scope, read when a name of it is first asked for."""
        node, binder = self._node, Binder(self._value, walrus=self._text.walrus)
        match node:
            case ast.ClassDef(body=body):
                binder.block(body)
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                binder.parameters(node.args)
                for name in injected(node):
                    binder.found[name] = [partial(fixture, name)]
                self._bind_own(node, binder)
                binder.block(node.body)
            case ast.Lambda(args=arguments):
                for argument in ast.walk(arguments):
                    if isinstance(argument, ast.arg):
                        binder.put(argument.arg, nothing)
            case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():
                for generator in node.generators:
                    binder.elements(generator.target, generator.iter)
        return binder.found

    def _bind_own(self, node: FunctionNode, binder: Binder) -> None:
        """What a method's first parameter is, and ``super()``."""
        every, outer = [*node.args.posonlyargs, *node.args.args], self._parent
        if outer is None or not outer._is_class or outer._local or not every or is_decorated(node, "staticmethod"):
            return
        is_class_method = is_decorated(node, "classmethod") or node.name in ("__new__", "__init_subclass__")
        own = class_of(self._owner) if is_class_method else instance_of(self._owner)
        binder.found[every[0].arg] = [partial(str, own)]
        spelt_out = f"super({self._owner.rpartition('.')[2]}, {every[0].arg})"
        binder.found["super()"] = binder.found[spelt_out] = [partial(super_of, self._owner)]

    @cached_property
    def _narrowed(self) -> frozenset[str]:
        """The names, and chains of names, whose type the code of the scope asks for."""
        match self._node:
            case ast.stmt(lineno=first, end_lineno=last) | ast.expr(lineno=first, end_lineno=last):
                is_class = isinstance(self._node, ast.ClassDef)
                return frozenset(
                    text for line, text in self._text.narrowed if first <= line <= (last or line) and not is_class
                )
        return frozenset()

    def term(self, name: str) -> str:
        """What a name stands for as seen from here."""
        if self._is_class and name in self._bindings and not self._local:
            return f"{class_of(self._owner)}.{name}"
        scope: LocalScope | None = self
        while scope is not None and scope._parent is not None:
            if name in scope._bindings and (scope is self or not scope._is_class):
                return scope._own_term(name)
            scope = scope._parent
        return "" if name.startswith("super(") else name

    def narrows(self, node: ast.expr) -> bool:
        """Whether the code asks at run time what some part of an expression is."""
        scope: LocalScope | None = self
        narrowed: set[str] = set()
        while scope is not None:
            narrowed |= scope._narrowed
            scope = scope._parent
        if not narrowed:
            return False
        return any(dotted(part) in narrowed for part in nodes_of(node) if isinstance(part, (ast.Attribute, ast.Name)))

    def enter_class(self, node: ast.ClassDef) -> LocalScope:
        """The scope of a class body."""
        owner = f"{self._owner}.{node.name}" if self._is_class else node.name
        inner = LocalScope(self, self._text, owner=owner, is_class=True)
        inner._node = node
        return inner

    def enter(self, node: FunctionNode | ast.Lambda | Comprehension) -> LocalScope:
        """The scope of a function's, lambda's or comprehension's body."""
        inner = LocalScope(self, self._text, owner=self._owner)
        inner._node = node
        return inner

    def _own_term(self, name: str) -> str:
        if name in self._narrowed:
            return ""
        if name not in self._terms:
            self._terms[name] = ""  # what is bound by way of itself is not to be known
            found = any_of(binding() for binding in self._bindings[name])
            self._terms[name] = "" if found == NONE else found
        return self._terms[name]

    def _value(self, node: ast.expr | None) -> str:
        return "" if node is None or self.narrows(node) else term_of(node, self.term)

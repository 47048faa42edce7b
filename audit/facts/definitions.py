"""Names that one file defines: at module scope and in class bodies, with signatures and body digests."""

from __future__ import annotations

import ast

import msgspec

from audit.facts.bodies import Body, FunctionNode, is_decorated, looks_up_keys
from audit.facts.callables import leaf_of
from audit.facts.digests import code_digest, definition_digest, variable_digest
from audit.facts.exports import Exports
from audit.facts.keeping import keeps_parameters
from audit.facts.offered import offered_names
from audit.facts.parameters import signature_of
from audit.facts.scopes import Scope
from audit.facts.slots import slots_of
from audit.facts.spans import Spans
from audit.facts.spelling import spelled
from audit.facts.terms import NONE, annotation_text, field_of, term_of
from audit.model.facts import Definition
from audit.model.terms import element_of, entered, yielded

_OPENING_NAMES = frozenset({"__getattr__", "__class__"})
_WEAKER = ("variable", "import")
_MIXED = "?"


class Definitions:
    """Collects definitions as the pass meets them, each name at its first site."""

    def __init__(self, spans: Spans) -> None:
        self.spans = spans
        self.found: list[Definition] = []
        self.exports = Exports(spans)
        self.open = False
        self._openers: list[FunctionNode] = []
        self.namespace = self.lengthened = False
        self.open_classes: set[str] = set()
        self.keyed_classes: set[str] = set()
        self.tests = 0
        self._seen: dict[str, int] = {}
        self._removed: set[int] = set()
        self._slots: dict[str, ast.stmt] = {}
        self._classes: dict[int, str] = {}
        self._bodies: list[Body] = []
        self.stored: set[str] = set()
        self.metaclassed: set[str] = set()

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
        owner = scope.owner(name)
        if owner is module:
            if name == "__all__":
                self.exports.assigned(statement, value)
            elif name == "__path__":
                self.namespace = True
                self.lengthened |= not (isinstance(value, ast.Call) and leaf_of(value.func) == "extend_path")
            elif name in _OPENING_NAMES:
                self.open = True
        elif name == "__slots__" and (holder := self._classes.get(id(owner))) is not None:
            slots = slots_of(value)
            if slots is None:
                self.open_classes.add(holder)
            self._slots.update({f"{holder}.{slot}": statement for slot in slots or ()})
        qualified = self._qualify(owner, module, name)
        if qualified is not None:
            term = field_of(value, _as_written) if scope is owner else ""
            if isinstance(statement, ast.With | ast.AsyncWith):
                term = entered(term)
            elif isinstance(statement, ast.For | ast.AsyncFor):
                term = element_of(term)
            self._assigned(qualified, statement, statement, term, is_field=owner.is_class)

    def _assigned(
        self, name: str, node: ast.stmt | ast.expr, statement: ast.stmt, term: str, *, is_field: bool = False
    ) -> None:
        declared = statement.annotation if isinstance(statement, ast.AnnAssign) else None
        is_bare = isinstance(statement, ast.AnnAssign) and statement.value is None
        value = "" if is_bare else _MIXED if isinstance(statement, ast.AugAssign) else term or _MIXED
        field = (value or "-") if is_field and declared is not None else ""
        self._put(
            Definition(
                name,
                "variable",
                self.spans.of(node),
                digest=variable_digest(self.spans.stripped, name.rpartition(".")[2], statement),
                annotation=annotation_text(declared),
                value=value,
                field=field,
            )
        )

    def function(self, scope: Scope, module: Scope, node: FunctionNode) -> None:
        """Note a function or method with its signature."""
        qualified = self._qualify(scope, module, node.name)
        if qualified is None:
            return
        if scope is module and node.name == "__getattr__":
            self._openers.append(node)
        if scope.is_class and node.name in ("__getattr__", "__getattribute__"):
            (self.keyed_classes if looks_up_keys(node) else self.open_classes).add(qualified.rpartition(".")[0])
        if node.name.startswith("test"):
            self.tests += 1
        self._put(
            Definition(
                qualified,
                "function",
                self.spans.of(node),
                signature_of(node.args),
                (),
                definition_digest(self.spans.stripped, node),
                tuple(map(spelled, node.decorator_list)),
                (node.end_lineno or node.lineno) - node.lineno + 1,
                annotation=annotation_text(node.returns),
                asynchronous=isinstance(node, ast.AsyncFunctionDef),
                keeps=keeps_parameters(node),
                code=code_digest(self.spans.stripped, node),
            )
        )

    def class_(self, scope: Scope, module: Scope, node: ast.ClassDef) -> None:
        """Note a class with the text of its bases."""
        qualified = self._qualify(scope, module, node.name)
        if qualified is None:
            return
        if not all(keyword.arg == "metaclass" and leaf_of(keyword.value) == "ABCMeta" for keyword in node.keywords):
            self.open_classes.add(qualified)  # a metaclass may add members
            self.metaclassed.add(qualified)
        self._put(
            Definition(
                qualified,
                "class",
                self.spans.of(node),
                None,
                tuple(map(spelled, node.bases)),
                definition_digest(self.spans.stripped, node),
                tuple(map(spelled, node.decorator_list)),
                (node.end_lineno or node.lineno) - node.lineno + 1,
                code=code_digest(self.spans.stripped, node),
            )
        )

    def settle(self, tree: ast.Module) -> None:
        """Note the slots that nothing is put into, and the names that the module gives only when it is asked for them;
        where it may give any, it is open."""
        for name, statement in self._slots.items():
            if name not in self._seen:
                self._put(Definition(name, "variable", self.spans.of(statement), value=_MIXED))
        for node in self._openers:
            names = offered_names(node, tree)
            self.open = self.open or names is None
            for name in sorted(names or ()):
                self._put(Definition(name, "variable", self.spans.of(node), value=_MIXED))

    def enter_class(self, outer: Scope, inner: Scope, node: ast.ClassDef) -> None:
        """Members bound in ``inner`` belong to this class from now on."""
        if outer.parent is None:
            self._classes[id(inner)] = node.name
        elif id(outer) in self._classes:
            self._classes[id(inner)] = f"{self._classes[id(outer)]}.{node.name}"

    def opens(self, scope: Scope) -> None:
        """Names may be put into a module or class by whoever gets hold of its ``locals()``."""
        if id(scope) in self._classes:
            self.open_classes.add(self._classes[id(scope)])
        elif scope.parent is None:
            self.open = True

    def leave_class(self, inner: Scope) -> None:
        """The class body is over."""
        self._classes.pop(id(inner), None)

    def enter_function(self, outer: Scope, inner: Scope, module: Scope, node: FunctionNode) -> None:
        """Assignments to the first parameter's attributes define members from now on."""
        first = (node.args.posonlyargs + node.args.args)[:1]
        owner = "" if is_decorated(node, "staticmethod") else self._classes.get(id(outer), "")
        qualified = self._qualify(outer, module, node.name)
        self._bodies.append(Body(owner, first[0].arg if first else "", node, inner, qualified, []))

    def leave_function(self) -> None:
        """The function body is over: what it returns is known."""
        body = self._bodies.pop()
        position = self._seen.get(body.qualified or "")
        if position is not None and body.returned and not body.node.returns:
            terms = set(body.returned)
            value = terms.pop() if len(terms) == 1 else _MIXED
            self.found[position] = msgspec.structs.replace(self.found[position], value=value or _MIXED)

    def returns(self, value: ast.expr | None) -> None:
        """Note what a function without an annotation returns or yields."""
        body = self._bodies[-1] if self._bodies else None
        if body is not None and body.qualified is not None and body.node.returns is None:
            body.returned.append(term_of(value, self._local_term) or _MIXED)

    def yields(self, value: ast.expr | None) -> None:
        """The function at hand is a generator: calling it gives what can be gone through, and is of what it yields."""
        if self._bodies:
            self._bodies[-1].returned.append(yielded(term_of(value, self._local_term)) or _MIXED)

    def sets(self, owner: ast.expr, name: ast.expr) -> None:
        """Note ``setattr(owner, name, ...)``: a name that it spells, or that any may be there."""
        if isinstance(name, ast.Constant):
            self.stored.add(str(name.value))
        elif isinstance(owner, ast.Name):
            self.opens_self(owner.id)

    def opens_self(self, name: str) -> None:
        """The object of that name gets members whose names no one knows."""
        body = self._bodies[-1] if self._bodies else None
        if body is not None and body.owner and body.node.name == "__setstate__":
            return  # it gives back what the object had before it was pickled
        self.open_classes.add(body.owner if body is not None and body.owner and name == body.first else name)

    def _local_term(self, name: str) -> str:
        """What a name stands for in the function at hand: a parameter, or something of the module."""
        for body in reversed(self._bodies):
            bound = body.scope.bindings.get(name)
            if bound is not None:
                return body.given(name) if len(bound) == 1 else ""
        return name

    def store(self, target: ast.expr, statement: ast.stmt, value: ast.expr | None) -> None:
        """Note ``self.name = ...`` inside a method as a member of its class."""
        body = self._bodies[-1] if self._bodies else None
        match target:
            case ast.Attribute(value=ast.Name(id=name), attr=attribute) if body and body.owner and name == body.first:
                self._assigned(f"{body.owner}.{attribute}", target, statement, term_of(value, self._local_term))
            case ast.Attribute(value=ast.Name(id=name), attr=attribute) if name in self._seen:
                self.stored.add(attribute)
                if self.found[self._seen[name]].kind == "class":  # a member added from outside of its body
                    self._put(Definition(f"{name}.{attribute}", "variable", self.spans.of(target), value=_MIXED))
            case ast.Attribute(attr=attribute):
                self.stored.add(attribute)

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
        if any(each.rpartition(".")[2] == "overload" for each in first.decorators):
            self.found[position] = definition  # what an overload says is for type checkers
            return
        kept = definition if first.kind in _WEAKER and definition.kind in ("function", "class") else first
        self.found[position] = msgspec.structs.replace(
            kept,
            bindings=first.bindings + 1,
            annotation=_agreed(first.annotation, definition.annotation),
            value=_agreed(first.value, definition.value, neutral=NONE),
            field=_agreed(first.field, definition.field),
        )

    def _qualify(self, scope: Scope, module: Scope, name: str) -> str | None:
        if scope is module:
            return name
        owner = self._classes.get(id(scope))
        return None if owner is None else f"{owner}.{name}"


def _as_written(name: str) -> str:
    return name


def _agreed(first: str, second: str, neutral: str = "") -> str:
    """What two statements say of one name: unknown where both say something, and not the same."""
    if first in ("", neutral) or second in ("", neutral):
        return second if first in ("", neutral) and second else first
    return first if first == second else _MIXED

"""What a term stands for in a program, followed through annotations, constructors, attributes and returns.

Nothing is guessed: where two things are possible, or something unknown has a say, the answer is None.
"""

from __future__ import annotations

import ast
from typing import Final

from audit.model import terms
from audit.model.facts import Definition
from audit.resolve.annotations import Annotations
from audit.resolve.classes import Classes, decorator_leaf
from audit.resolve.expressions import expression
from audit.resolve.fixtures import fixture_for
from audit.resolve.naming import Naming
from audit.resolve.program import Program
from audit.resolve.values import Above, ClassObject, Foreign, Function, Instance, Keyed, Module, Value, Wrapped

_MAX_DEPTH: Final = 24
_PROPERTIES: Final = frozenset({"property", "cached_property", "abstractproperty"})
_MANAGERS: Final = frozenset({"contextmanager", "asynccontextmanager"})
_GENERATED: Final = frozenset({"Iterator", "Generator", "Iterable", "AsyncIterator", "AsyncGenerator"})
_SAME_RETURN: Final = frozenset(
    {
        "staticmethod",
        "classmethod",
        "abstractmethod",
        "override",
        "final",
        "cache",
        "lru_cache",
        "no_grad",
        "deprecated",
    }
    | {"inference_mode"}
)
"""Decorators, by their last name, after which a function still returns what it says."""


class Instances:
    """Evaluates terms in one program; what they come to is kept."""

    def __init__(self, program: Program, classes: Classes) -> None:
        self.program = program
        self.classes = classes
        self._annotations = Annotations(self)
        self._naming = Naming(program, lambda path, definition: self._defined(path, definition, None))
        self._known: dict[tuple[str, str], Value | None] = {}
        self._depth = 0

    def value(self, path: str, term: str) -> Value | None:
        """What a term of a file stands for; None when nobody can tell."""
        key = (path, term)
        if key not in self._known:
            self._known[key] = None  # what is defined by itself is not to be known
            self._known[key] = self._spelt(path, term, None) if term else None
        return self._known[key]

    def of(self, path: str, node: ast.expr, receiver: Value | None = None) -> Value | None:
        """What an expression of a term stands for; ``receiver`` is what ``self`` is, where that is known better."""
        self._depth += 1
        try:
            return self._of(path, node, receiver) if self._depth < _MAX_DEPTH else None
        finally:
            self._depth -= 1

    def _of(self, path: str, node: ast.expr, receiver: Value | None) -> Value | None:
        match node:
            case ast.Name(id=name):
                return self._naming.name(path, name)
            case ast.Attribute(value=owner, attr=attribute):
                value = self.of(path, owner, receiver)
                return self.member(value, attribute) if value is not None else None
            case ast.Call(func=ast.Name(id=marker), args=arguments) if marker.startswith("__") and arguments:
                return self._marked(path, marker, arguments, receiver)
            case ast.Call(func=function, args=arguments):
                value = self.of(path, function, receiver)
                if isinstance(value, Foreign) and (taken := self._annotations.taken(value)) is not None:
                    return None if arguments else taken
                return self.called(value) if value is not None else None
            case ast.Subscript(value=owner, slice=index):
                value = self.of(path, owner, receiver)
                if isinstance(value, Keyed):
                    return self._at_key(value, index.value) if isinstance(index, ast.Constant) else None
                if isinstance(value, Wrapped) and value.how == "listed":
                    return value.inner
                return self._annotations.item(value, index) if isinstance(value, Foreign) else None
        return None

    def _at_key(self, value: Keyed, key: object) -> Value | None:
        """What a dictionary has at a key, as the class says that declares it."""
        place = self.classes.member(value.place, str(key))
        if place is None:
            return None
        return self._annotations.meant(place[0], place[1].annotation, place[1].name.rpartition(".")[0])

    def _marked(self, path: str, marker: str, arguments: list[ast.expr], receiver: Value | None) -> Value | None:
        match marker, arguments:
            case terms.DECLARED, [ast.Constant(value=str(text))]:
                return self._annotations.meant(path, text)
            case ((terms.SELF | terms.CLASS | terms.SUPER), [ast.Constant(value=str(owner))]):
                return self._own(path, marker, owner, receiver)
            case terms.IMPORTED, [
                ast.Constant(value=int(level)),
                ast.Constant(value=str(module)),
                ast.Constant(value=str(name)),
            ]:
                return self._naming.imported(path, level, module, name)
            case terms.FIXTURE, [ast.Constant(value=str(name))]:
                return self._from_fixture(path, name)
            case terms.UNPACKED, [holder, ast.Constant() as place]:
                value = self.of(path, holder, receiver)
                if isinstance(value, Foreign) and self._annotations.is_tuple(value):
                    return self._annotations.item(value, place)
                return self._element(value)
            case terms.ANY, _:
                return self._joined([self.of(path, each, receiver) for each in arguments])
        value = self.of(path, arguments[0], receiver)
        match marker:
            case terms.ELEMENT:
                return self._element(value)
            case terms.ENTERED:
                return self._entered(value)
            case terms.LISTED if isinstance(value, Instance | Keyed | ClassObject | Foreign):
                return Wrapped("listed", value)
            case terms.YIELDED if isinstance(value, Instance | Keyed | ClassObject | Foreign):
                return Wrapped("yielded", value)
            case terms.AWAITED if isinstance(value, Wrapped) and value.how == "awaited":
                return value.inner
        return None

    def _from_fixture(self, path: str, name: str) -> Value | None:
        """What a fixture returns, or yields as its annotation says."""
        found = fixture_for(self.program, path, name)
        value = self._returned(*found, None) if found is not None else None
        if isinstance(value, Wrapped) and value.how == "yielded":
            return value.inner
        if isinstance(value, Foreign) and value.name.rpartition(".")[2] in _GENERATED:
            return self._element(value)
        return value

    def _own(self, path: str, marker: str, owner: str, receiver: Value | None) -> Value | None:
        definition = self.program.symbols.definitions(path).get(owner)
        if definition is None or definition.kind != "class" or definition.bindings != 1:
            return None
        if marker == terms.SUPER:
            return Above((path, definition))
        if isinstance(receiver, Instance | ClassObject):
            is_class = marker == terms.CLASS
            if is_class == isinstance(receiver, ClassObject):
                return receiver
            return ClassObject(receiver.place, receiver.exact) if is_class else Instance(receiver.place, receiver.exact)
        return Instance((path, definition)) if marker == terms.SELF else ClassObject((path, definition), exact=False)

    def _defined(self, path: str, definition: Definition, receiver: Value | None) -> Value | None:
        if definition.kind == "class":
            return ClassObject((path, definition)) if definition.bindings == 1 else None
        if definition.kind == "function":
            bound = receiver if isinstance(receiver, Instance | ClassObject | Above) else None
            return Function(path, definition, bound)
        if definition.annotation and definition.annotation != "?":
            owner = definition.name.rpartition(".")[0]
            return self._annotations.meant(path, definition.annotation, owner, receiver)
        found = self._given(path, definition, receiver)
        return Instance(found.place) if isinstance(found, Instance) and "." in definition.name else found

    def _given(self, path: str, definition: Definition, receiver: Value | None) -> Value | None:
        if definition.value in ("", "?", "None"):
            return None
        return self._spelt(path, definition.value, receiver)

    def _spelt(self, path: str, text: str, receiver: Value | None) -> Value | None:
        node = expression(text)
        return self.of(path, node, receiver) if node is not None else None

    def member(self, owner: Value, name: str) -> Value | None:
        """What an attribute of a value is."""
        match owner:
            case Module():
                return self._naming.in_module(owner, name)
            case Foreign(name=dotted):
                return Foreign(f"{dotted}.{name}", owner.arguments, owner.path)
            case Instance() | ClassObject() | Above():
                return self._class_member(owner, name)
        return None

    def _class_member(self, owner: Instance | ClassObject | Above, name: str) -> Value | None:
        place = self.classes.member(owner.place, name, after=isinstance(owner, Above))
        if place is None:
            return None
        path, definition = place
        is_property = any(decorator_leaf(text) in _PROPERTIES for text in definition.decorators)
        if definition.kind == "function":
            if is_property:
                return self._returned(path, definition, owner) if isinstance(owner, Instance) else None
            return Function(path, definition, owner) if definition.bindings == 1 else None
        is_own = isinstance(owner, Instance | ClassObject) and owner.exact
        if not is_own and any(
            f"{heir.name}.{name}" in self.classes.members_of(other) for other, heir in self.classes.heirs(owner.place)
        ):
            return None  # an heir may mean something else by it
        if "enum.Enum" in self.classes.lineage(owner.place).outside:
            return None
        return self._defined(path, definition, owner)

    def called(self, value: Value) -> Value | None:
        """What calling a value gives."""
        match value:
            case ClassObject(place=place) if self.classes.declares_keys(place):
                return Keyed(place)
            case ClassObject(place=place):
                makes_others = self.classes.replaces(*place) or any(
                    f"{owner.name}.__new__" in self.classes.members_of(path)
                    for path, owner in self.classes.lineage(place).classes
                )
                return None if makes_others else Instance(place, exact=value.exact)
            case Function():
                return self._call(value)
            case Foreign(name=name):
                return Foreign(f"{name}()", value.arguments, value.path)
        return None

    def _call(self, function: Function) -> Value | None:
        definition, receiver = function.definition, function.receiver
        if definition.bindings != 1:
            return None
        leaves = {decorator_leaf(text) for text in definition.decorators}
        if leaves & _MANAGERS:
            inner = self._element(self._returned(function.path, definition, receiver))
            return Wrapped("entered", inner) if isinstance(inner, Instance | Keyed | ClassObject | Foreign) else None
        if not leaves <= _SAME_RETURN:
            return None
        found = self._returned(function.path, definition, receiver)
        if not definition.asynchronous:
            return found
        return Wrapped("awaited", found) if isinstance(found, Instance | Keyed | ClassObject | Foreign) else None

    def _returned(self, path: str, definition: Definition, receiver: Value | None) -> Value | None:
        if definition.annotation:
            return self._annotations.meant(path, definition.annotation, definition.name.rpartition(".")[0], receiver)
        return None if self._is_overridden(definition, receiver) else self._given(path, definition, receiver)

    def _is_overridden(self, definition: Definition, receiver: Value | None) -> bool:
        """Whether an heir of the receiver's class may return something else."""
        if not isinstance(receiver, Instance | ClassObject) or receiver.exact:
            return isinstance(receiver, Above)
        leaf = definition.name.rpartition(".")[2]
        return any(
            f"{heir.name}.{leaf}" in self.classes.members_of(path) for path, heir in self.classes.heirs(receiver.place)
        )

    def _entered(self, value: Value | None) -> Value | None:
        match value:
            case Wrapped(how="entered", inner=inner):
                return inner
            case Instance():
                methods = (self._class_member(value, name) for name in ("__enter__", "__aenter__"))
                method = next((each for each in methods if isinstance(each, Function)), None)
                return self._returned(method.path, method.definition, value) if method is not None else None
            case Foreign():
                return self._annotations.entered(value) or Foreign(f"{value.name}.__enter__()")
        return None

    def _element(self, value: Value | None) -> Value | None:
        match value:
            case Wrapped(how="listed" | "yielded", inner=inner):
                return inner
            case Foreign():
                return self._annotations.element(value)
            case Instance():
                iterator = self._result_of(value, "__iter__")
                # what a method of the tree gives back is an iterator, most often the object itself
                return (
                    self._result_of(iterator, "__next__") if isinstance(iterator, Instance) else self._element(iterator)
                )
        return None

    def _result_of(self, value: Instance, name: str) -> Value | None:
        """What a method of an object returns."""
        method = self._class_member(value, name)
        return self._returned(method.path, method.definition, value) if isinstance(method, Function) else None

    def _joined(self, values: list[Value | None]) -> Value | None:
        """The one class that several values are of."""
        found = [each for each in values if isinstance(each, Instance)]
        if len(found) != len(values) or len({(each.place[0], each.place[1].name) for each in found}) != 1:
            return None
        return Instance(found[0].place, exact=all(each.exact for each in found))

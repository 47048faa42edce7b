"""What an annotation says that a value is."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Final

from audit.resolve.expressions import expression
from audit.resolve.values import ClassObject, Foreign, Instance, Keyed, Value

if TYPE_CHECKING:
    from audit.resolve.instances import Instances

_TRANSPARENT: Final = frozenset({"Annotated", "Final", "ClassVar", "Required", "NotRequired", "InitVar", "ReadOnly"})
_HOLDERS: Final = frozenset(
    {"list", "List", "Sequence", "MutableSequence", "Iterable", "Iterator", "Collection", "set", "Set", "frozenset"}
    | {"FrozenSet", "AbstractSet", "MutableSet", "deque", "Deque", "Generator", "AsyncIterator", "AsyncIterable"}
    | {"AsyncGenerator", "ContextManager", "AbstractContextManager"}
)
_MANAGERS: Final = frozenset(
    {"ContextManager", "AbstractContextManager", "AsyncContextManager", "AbstractAsyncContextManager"}
)
_MAPPINGS: Final = frozenset({"dict", "Dict", "Mapping", "MutableMapping", "defaultdict", "DefaultDict", "OrderedDict"})
_SEQUENCES: Final = frozenset({"list", "List", "Sequence", "MutableSequence", "deque", "Deque"})


class Annotations:
    """Reads annotations in one program."""

    def __init__(self, instances: Instances) -> None:
        self._instances = instances

    def meant(self, path: str, text: str, owner: str = "", receiver: Value | None = None) -> Value | None:
        """What a value is of which a file says ``text``, inside of the class ``owner`` if any."""
        node = expression(text)
        return self._meant(path, node, owner, receiver) if node is not None else None

    def _meant(self, path: str, node: ast.expr, owner: str, receiver: Value | None) -> Value | None:
        match node:
            case ast.Constant(value=str(text)):
                return self.meant(path, text, owner, receiver)
            case ast.Name(id="Self"):
                return (
                    Instance(receiver.place, receiver.exact) if isinstance(receiver, Instance | ClassObject) else None
                )
            case ast.Name() | ast.Attribute():
                return self._instance(path, node, owner)
            case ast.BinOp(left=left, op=ast.BitOr(), right=right):
                return self._only(path, [left, right], owner, receiver)
            case ast.Subscript(value=generic, slice=inner):
                return self._generic(path, generic, inner, owner, receiver)
        return None

    def _instance(self, path: str, node: ast.expr, owner: str) -> Value | None:
        if isinstance(node, ast.Name) and owner:
            own = self._instances.program.symbols.definitions(path).get(f"{owner}.{node.id}")
            if own is not None:
                return Instance((path, own)) if own.kind == "class" and own.bindings == 1 else None
        value = self._instances.of(path, node)
        match value:
            case ClassObject(place=place):
                return Keyed(place) if self._instances.classes.declares_keys(place) else Instance(place)
            case Foreign(name=name):
                return value if name.rpartition(".")[2] not in ("Any", "object") else None
        return None

    def _only(self, path: str, options: list[ast.expr], owner: str, receiver: Value | None) -> Value | None:
        """The one thing besides None that a union allows."""
        flat: list[ast.expr] = []
        while options:
            option = options.pop()
            if isinstance(option, ast.BinOp) and isinstance(option.op, ast.BitOr):
                options += [option.left, option.right]
            elif not (isinstance(option, ast.Constant) and option.value is None):
                flat.append(option)
        return self._meant(path, flat[0], owner, receiver) if len(flat) == 1 else None

    def _generic(
        self, path: str, generic: ast.expr, inner: ast.expr, owner: str, receiver: Value | None
    ) -> Value | None:
        leaf = (
            generic.attr if isinstance(generic, ast.Attribute) else generic.id if isinstance(generic, ast.Name) else ""
        )
        arguments = tuple(inner.elts) if isinstance(inner, ast.Tuple) else (inner,)
        if leaf in ("Optional", "Union"):
            return self._only(path, list(arguments), owner, receiver)
        if leaf in _TRANSPARENT:
            return self._meant(path, arguments[0], owner, receiver)
        if leaf in ("type", "Type"):
            found = self._meant(path, arguments[0], owner, receiver)
            return ClassObject(found.place, exact=False) if isinstance(found, Instance) else None
        value = self._instance(path, generic, owner)
        if isinstance(value, Foreign):
            return Foreign(value.name, arguments, path)
        return value

    def element(self, value: Foreign) -> Value | None:
        """What iterating over a container gives."""
        leaf, arguments = _leaf(value), value.arguments
        if leaf in _HOLDERS and arguments:
            return self._meant(value.path, arguments[0], "", None)
        if self.is_tuple(value) and len(arguments) == 2 and _is_ellipsis(arguments[1]):
            return self._meant(value.path, arguments[0], "", None)
        holder, _, method = value.name.removesuffix("()").rpartition(".")
        if method in ("keys", "values") and holder.rpartition(".")[2] in _MAPPINGS and len(arguments) == 2:
            return self._meant(value.path, arguments[method == "values"], "", None)
        return None

    def entered(self, value: Foreign) -> Value | None:
        """What a with statement gets from a manager that says what it gives."""
        is_said = _leaf(value) in _MANAGERS and bool(value.arguments)
        return self._meant(value.path, value.arguments[0], "", None) if is_said else None

    def is_tuple(self, value: Foreign) -> bool:
        """Whether a container says of each place what it holds."""
        return _leaf(value) in ("tuple", "Tuple")

    def taken(self, method: Foreign) -> Value | None:
        """What a method of a container gives that takes something out."""
        holder, _, name = method.name.rpartition(".")
        leaf = holder.rpartition(".")[2]
        if (name == "pop" and leaf in _SEQUENCES) or (name in ("get", "pop") and leaf in _MAPPINGS):
            return self.item(Foreign(holder, method.arguments, method.path))
        return None

    def item(self, value: Foreign, index: ast.expr | None = None) -> Value | None:
        """What an item of a container is; of a tuple, of the place that ``index`` numbers."""
        leaf, arguments = _leaf(value), value.arguments
        if self.is_tuple(value) and arguments:
            if len(arguments) == 2 and _is_ellipsis(arguments[1]):
                return self._meant(value.path, arguments[0], "", None)
            number = ast.literal_eval(index) if index is not None else None
            if not isinstance(number, int) or not -len(arguments) <= number < len(arguments):
                return None
            return self._meant(value.path, arguments[number], "", None)
        if leaf in _SEQUENCES and arguments:
            return self._meant(value.path, arguments[0], "", None)
        if leaf in _MAPPINGS and len(arguments) == 2:
            return self._meant(value.path, arguments[1], "", None)
        return None


def _leaf(value: Foreign) -> str:
    return value.name.rpartition(".")[2]


def _is_ellipsis(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is ...

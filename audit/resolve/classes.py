"""Classes of a tree with what they inherit: lineage, members, heirs; and where nobody can tell."""

from __future__ import annotations

import builtins
import collections.abc
from collections import defaultdict
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, Final, Literal

import msgspec

from audit.model.facts import Definition
from audit.model.regex import regex
from audit.resolve.locating import Place, class_named
from audit.resolve.program import Program

if TYPE_CHECKING:
    from audit.resolve.constructors import Constructor

Answer = Literal["yes", "no", "unknown"]

_TRANSPARENT: Final = frozenset(
    {"dataclass", "final", "total_ordering", "runtime_checkable", "unique", "deprecated"}
    | {"define", "frozen", "mutable", "attrs", "s", "verify"}
)
"""Class decorators, by their last name, that neither replace a class nor add members that people call."""
_KEPT: Final = regex(r"(?:[\w.]+\.)?partial\(([\w.]+)(?:, (.*))?\)")
"""What a variable is given that keeps a decorator with its options."""
_MODEL: Final = frozenset(
    {"json", "dict", "copy", "schema", "schema_json", "construct", "validate", "parse_obj", "parse_raw", "parse_file"}
    | {"from_orm", "update_forward_refs", "fields", "Config"}
)
_NAMED_TUPLE: Final = frozenset({"_asdict", "_replace", "_make", "_fields", "_field_defaults", *dir(tuple)})
_ENUM: Final = frozenset({"name", "value", "auto", "mro", *dir(int), *dir(str)})
PROTOCOLS: Final = frozenset({"typing.Protocol", "typing_extensions.Protocol"})
PLAIN: Final = frozenset(
    {"object", "abc.ABC", "typing.Generic", "typing_extensions.Generic", *PROTOCOLS}
    | {f"{module}.{name}" for module in ("collections.abc", "typing") for name in collections.abc.__all__}
)
"""Classes outside of the tree that take no arguments and make no attributes of their own."""
_CLOSED: Final[dict[str, frozenset[str]]] = {
    **{name: frozenset(dir(kind)) for name, kind in vars(builtins).items() if isinstance(kind, type)},
    **{f"enum.{name}": _ENUM for name in ("Enum", "IntEnum", "StrEnum", "Flag", "IntFlag")},
    **dict.fromkeys(
        ("abc.ABC", "typing.Generic", "typing_extensions.Generic", *PROTOCOLS), frozenset({"register", *dir(object)})
    ),
    **{
        f"{module}.{name}": frozenset(dir(getattr(collections.abc, name)))
        for module in ("collections.abc", "typing")
        for name in collections.abc.__all__
    },
    "typing.NamedTuple": _NAMED_TUPLE,
    "pydantic.BaseModel": _MODEL | frozenset(dir(object)),
}
"""Classes outside of the tree whose members are known. Names that start with ``model_`` are pydantic's own."""


class Lineage(msgspec.Struct, frozen=True):
    """A class with all that it inherits from, nearest first. ``outside`` names the known classes of others;
    ``open`` means that members may come from where nobody can see; ``keyed`` that these are but keys, by which some
    class of it looks up what its objects hold; ``answering`` that some class of it answers to any name that it
    is asked for, ``filled`` that its own code gives some class of it members of names that nobody knows."""

    classes: tuple[Place, ...]
    outside: tuple[str, ...]
    open: bool
    keyed: bool = False
    answering: bool = False
    filled: bool = False


class Classes:
    """The classes of one program. A class is known by its file and its name in it."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self._lineages: dict[tuple[str, str], Lineage] = {}
        self._heirs: dict[tuple[str, str], list[Place]] = {}
        self._named: dict[str, list[Place]] | None = None
        self.constructors: dict[tuple[str, str], Constructor | None] = {}
        """How classes are made, as far as that has been asked for (see `audit.resolve.constructors`)."""

    def lineage(self, place: Place) -> Lineage:
        """What a class inherits, itself first."""
        key = (place[0], place[1].name)
        if key not in self._lineages:
            self._lineages[key] = Lineage((place,), (), open=True)  # what inherits from itself is not to be known
            self._lineages[key] = self._lineage(place)
        return self._lineages[key]

    def _lineage(self, place: Place) -> Lineage:
        path, definition = place
        classes: list[Place] = [place]
        outside: list[str] = []
        facts = self.program.facts(path)
        is_keyed = definition.name in facts.keyed_classes
        is_open = not self._is_closed(path, definition)
        members = self.members_of(path)
        answers = any(f"{definition.name}.{each}" in members for each in ("__getattr__", "__getattribute__"))
        is_filled = definition.name in facts.open_classes and definition.name not in facts.metaclassed
        for text in definition.bases:
            base = class_named(self.program, path, text)
            if base is not None:
                inherited = self.lineage(base)
                known = {(each[0], each[1].name) for each in inherited.classes}
                classes = [each for each in classes if (each[0], each[1].name) not in known or each is place]
                classes += inherited.classes
                outside += inherited.outside
                is_open |= inherited.open and not inherited.keyed
                is_keyed |= inherited.keyed
                answers |= inherited.answering
                is_filled |= inherited.filled
                continue
            name = self.outside_name(path, text)
            outside.append(name)
            is_open |= name not in _CLOSED
        return Lineage(
            tuple(classes), tuple(outside), is_open or is_keyed, is_keyed and not is_open, answers, is_filled
        )

    def _is_closed(self, path: str, definition: Definition) -> bool:
        facts, name = self.program.facts(path), definition.name
        is_keyed = name in facts.keyed_classes
        if definition.bindings != 1 or (name in facts.open_classes and not is_keyed):
            return False
        if self.program.index.is_stub_of_compiled(path):
            return False
        members = self.members_of(path)
        if f"{name}.__getattr__" in members and not is_keyed:
            return False
        return not self.replaces(path, definition)

    def replaces(self, path: str, definition: Definition) -> bool:
        """Whether a decorator may have put something else in the place of a class."""
        return not all(decorator_leaf(each) in _TRANSPARENT for each in self.decorators_of(path, definition))

    def decorators_of(self, path: str, definition: Definition) -> tuple[str, ...]:
        """The decorators of a class as they are written; of a variable that keeps one, what it keeps."""
        return tuple(self._spelt_out(path, text) for text in definition.decorators)

    def _spelt_out(self, path: str, text: str) -> str:
        """``dataclass(frozen=True)`` for the name of a variable that is ``partial(dataclass, frozen=True)``."""
        if decorator_leaf(text) in _TRANSPARENT or not text.replace(".", "").isidentifier():
            return text
        first, _, rest = text.partition(".")
        origin = self.program.symbols.origin(path, first)
        module, _, name = (f"{origin}.{rest}" if rest else origin or "").rpartition(".")
        nodes = self.program.absolute(path, module).nodes if module else ()
        file, kept = self.program.symbols.find(nodes, name) or (path, self.members_of(path).get(text))
        if kept is None or kept.bindings != 1:
            return text
        if kept.kind == "import":  # what type checkers are told that it is
            return self.outside_name(file, name or text)
        found = _KEPT.fullmatch(kept.value)
        return f"{found[1]}({found[2] or ''})" if found is not None else text

    def members_of(self, path: str) -> dict[str, Definition]:
        """What a file defines by name, members as ``Class.member``."""
        return self.program.symbols.definitions(path)

    def outside_name(self, path: str, text: str) -> str:
        """The full name of something that is not of the tree, as a file's imports spell it."""
        name = text.partition("[")[0].strip()
        first, _, rest = name.partition(".")
        for statement in self.program.facts(path).imports:
            for each in statement.names:
                if each.bound != first or not statement.at_module_scope:
                    continue
                head = f"{statement.module}.{each.name}" if statement.is_from else each.name
                if not statement.is_from and each.bound == each.name.partition(".")[0]:
                    head = each.bound
                return f"{'.' * statement.level}{head}.{rest}" if rest else f"{'.' * statement.level}{head}"
        return f"?{name}" if first in self.members_of(path) else name

    def member(self, place: Place, name: str, *, after: bool = False) -> Place | None:
        """The definition that a class has for a name, its own or the nearest that it inherits (``after``: only
        inherited); None also where something unknown might come first."""
        for index, (path, owner) in enumerate(self.lineage(place).classes):
            found = None if after and index == 0 else self.members_of(path).get(f"{owner.name}.{name}")
            if found is not None:
                return path, found
            if self._hides(path, owner):
                return None
        return None

    def has_value(self, place: Place, name: str, *, after: bool = False) -> bool:
        """Whether a class has a value by a name, and no method: one that looks names up may keep it by a key."""
        member = self.member(place, name, after=after)
        return member is not None and member[1].kind != "function"

    def _hides(self, path: str, owner: Definition) -> bool:
        """Whether a class's own direct base of others may define anything, ahead of what comes later."""
        return any(name not in _CLOSED for name in self.own_outside(path, owner))

    def own_outside(self, path: str, owner: Definition) -> list[str]:
        """The bases of a class, those of its own bases left out, that are not of the tree."""
        return [self.outside_name(path, text) for text in owner.bases if class_named(self.program, path, text) is None]

    def has(self, place: Place, name: str, *, after: bool = False, keyed: bool = True) -> Answer:
        """Whether a class, or anything that it inherits from (``after``: only that), has a member. With ``keyed``, a
        class that looks names up among keys may have any."""
        lineage = self.lineage(place)
        if any(f"{owner.name}.{name}" in self.members_of(path) for path, owner in lineage.classes[after:]):
            return "yes"
        if self.has_outside(place, name):
            return "yes"
        is_model = "pydantic.BaseModel" in lineage.outside
        if is_model and (name.startswith("model_") or self._takes_extras(lineage)):
            return "unknown"
        return "unknown" if lineage.open and (keyed or not lineage.keyed) else "no"

    def has_strangers(self, place: Place) -> bool:
        """Whether some base of a class itself is neither of the tree nor known."""
        return any(name not in _CLOSED for name in self.own_outside(*place))

    def has_outside(self, place: Place, name: str) -> bool:
        """Whether a class inherits a member from a known class of others."""
        return any(name in _CLOSED.get(outside, ()) for outside in self.lineage(place).outside)

    def own_members(self, place: Place) -> Iterator[tuple[str, Definition]]:
        """What a class itself defines, each by its last name."""
        prefix = f"{place[1].name}."
        for name, definition in self.members_of(place[0]).items():
            if name.startswith(prefix) and "." not in name[len(prefix) :]:
                yield name[len(prefix) :], definition

    def declares_keys(self, place: Place) -> bool:
        """Whether the members that a class declares are keys of plain dictionaries."""
        return any(name.rpartition(".")[2] == "TypedDict" for name in self.lineage(place).outside)

    def looks_up_members(self, place: Place) -> bool:
        """Whether a class gives a member for its name in brackets, as enumerations do."""
        return any(name.startswith("enum.") for name in self.lineage(place).outside)

    def is_protocol(self, place: Place) -> bool:
        """Whether a class says what others must have, be they its heirs or not."""
        return not PROTOCOLS.isdisjoint(self.own_outside(*place))

    def stand_ins(self, place: Place, name: str) -> list[Place]:
        """The classes with a member of that name that may stand for a protocol without inheriting from it."""
        related = {(path, owner.name) for path, owner in (*self.lineage(place).classes, *self.heirs(place))}
        return [
            (path, owner)
            for path in self.program.index.names
            for definition in self.program.facts(path).definitions
            if definition.name.endswith(f".{name}") and definition.kind != "import"
            if (owner := self.members_of(path).get(definition.name.rpartition(".")[0])) is not None
            and owner.kind == "class"
            and (path, owner.name) not in related
        ]

    def _takes_extras(self, lineage: Lineage) -> bool:
        """Whether a model may have members that it does not declare."""
        return any(
            f"{owner.name}.{name}" in self.members_of(path)
            for path, owner in lineage.classes
            for name in ("Config", "model_config")
        )

    def heirs(self, place: Place) -> list[Place]:
        """Every class of the tree that inherits from a class, however far down."""
        key = (place[0], place[1].name)
        if key not in self._heirs:
            self._heirs[key] = [
                each
                for each in self.named_heirs({place[1].name.rpartition(".")[2]})
                if any((path, owner.name) == key for path, owner in self.lineage(each).classes[1:])
            ]
        return self._heirs[key]

    def named_heirs(self, names: Collection[str]) -> list[Place]:
        """The classes that may inherit from a class of one of these last names: a quick, generous answer."""
        named, last = self._by_base_name(), set(names)
        found: dict[tuple[str, str], Place] = {}
        while last:
            more = {(path, each.name): (path, each) for name in last for path, each in named.get(name, ())}
            last = {each.name.rpartition(".")[2] for key, (_, each) in more.items() if key not in found}
            found |= more
        return list(found.values())

    def _by_base_name(self) -> dict[str, list[Place]]:
        """The classes of the tree by the last names of their bases, as these are called where they are defined."""
        if self._named is None:
            self._named = defaultdict(list)
            for path in self.program.index.names:
                facts = self.program.facts(path)
                for definition in facts.definitions:
                    if definition.bases:
                        for base in definition.bases:
                            text = base.partition("[")[0]
                            self._named[text.rpartition(".")[2]].append((path, definition))
                            if "." not in text:
                                self._named[self.outside_name(path, text).rpartition(".")[2]].append((path, definition))
        return self._named


def decorator_leaf(text: str) -> str:
    """The last name of a decorator, its arguments left aside."""
    return text.partition("(")[0].rpartition(".")[2]

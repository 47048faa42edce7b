"""What a class takes when it is called: its own or inherited constructor, or the one that is generated for it."""

from __future__ import annotations

import ast
from typing import Final

import msgspec

from audit.model.facts import Definition, Parameter
from audit.resolve.classes import PLAIN, Classes, decorator_leaf
from audit.resolve.expressions import expression
from audit.resolve.locating import Place

_ATTRS: Final = frozenset({"define", "frozen", "mutable"})
_FIELD_CALLS: Final = frozenset({"field", "Field", "ib", "attrib"})


class Constructor(msgspec.Struct, frozen=True):
    """What a class takes: by the ``__init__`` at ``place``, or by ``parameters`` where that is generated."""

    place: Place | None = None
    parameters: tuple[Parameter, ...] = ()


class _Field(msgspec.Struct, frozen=True):
    """One field; ``taken`` is false for one that the constructor does not take, whatever an inherited one did."""

    name: str
    required: bool = False
    keyword_only: bool = False
    taken: bool = True


def constructor(classes: Classes, place: Place) -> Constructor | None:
    """How a class is made; None when nobody can tell."""
    key = (place[0], place[1].name)
    if key not in classes.constructors:
        made = _parameters(classes, place)
        classes.constructors[key] = Constructor(None, made) if isinstance(made, tuple) else made
    return classes.constructors[key]


def _parameters(classes: Classes, place: Place) -> tuple[Parameter, ...] | Constructor | None:
    lineage = classes.lineage(place)
    if any(_may_rule(classes, *each) for each in lineage.classes):
        return None
    if any(name.startswith("enum.") for name in lineage.outside):
        return None  # calling an enumeration looks a member up
    if "pydantic.BaseModel" in lineage.outside:
        return _model(classes, place)
    if "typing.NamedTuple" in lineage.outside:
        found = _fields(classes, *place, keyword_only=False)
        return _as_parameters(found) if len(lineage.classes) == 1 and found is not None else None
    for path, owner in lineage.classes:
        own = classes.members_of(path).get(f"{owner.name}.__init__")
        if own is not None:
            return Constructor((path, own))
        if owner.decorators:
            return _data_class(classes, (path, owner)) if _data_decorator(classes, path, owner) else None
        if any(name not in PLAIN for name in classes.own_outside(path, owner)):
            return None
    return () if all(name in PLAIN for name in lineage.outside) else None


def _may_rule(classes: Classes, path: str, owner: Definition) -> bool:
    """Whether a class, or what decorates it, decides otherwise than by ``__init__`` what a call of it takes."""
    if owner.bindings != 1 or f"{owner.name}.__new__" in classes.members_of(path) or classes.replaces(path, owner):
        return True
    return owner.name in classes.program.facts(path).metaclassed


def _data_decorator(classes: Classes, path: str, owner: Definition) -> str:
    for text in classes.decorators_of(path, owner):
        leaf = decorator_leaf(text)
        if leaf == "dataclass" or leaf in _ATTRS:
            return text
    return ""


def _data_class(classes: Classes, place: Place) -> tuple[Parameter, ...] | None:
    """The constructor of a data class: the fields of all data classes that it inherits from, furthest first."""
    collected: dict[str, _Field] = {}
    lineage = classes.lineage(place)
    if any(name not in PLAIN for name in lineage.outside):
        return None
    for path, owner in reversed(lineage.classes):
        decorator = _data_decorator(classes, path, owner)
        if not decorator:
            if any(decorator_leaf(text) in ("s", "attrs") for text in owner.decorators):
                return None
            continue
        options = _options(decorator)
        if options is None or "init" in options:
            return None
        found = _fields(
            classes, path, owner, keyword_only=options.get("kw_only") is True, attrs=decorator_leaf(decorator) in _ATTRS
        )
        if found is None or _may_inherit_default(classes, (path, owner)):
            return None
        for field in found:
            collected[field.name] = field
    return _as_parameters(list(collected.values()))


def _may_inherit_default(classes: Classes, place: Place) -> bool:
    """Whether a field without a default has the name of an inherited member, whose value would be its default."""
    path, owner = place
    above = classes.lineage(place).classes[1:]
    return any(
        definition.field == "-"
        and name.rpartition(".")[0] == owner.name
        and any(f"{base.name}.{name.rpartition('.')[2]}" in classes.members_of(other) for other, base in above)
        for name, definition in classes.members_of(path).items()
    )


def _fields(
    classes: Classes, path: str, owner: Definition, *, keyword_only: bool, attrs: bool = False
) -> list[_Field] | None:
    """The fields that a class body declares for its constructor; None where one is not to be understood."""
    found: list[_Field] = []
    depth = owner.name.count(".") + 1
    for name, definition in classes.members_of(path).items():
        if not name.startswith(f"{owner.name}.") or name.count(".") != depth or definition.kind != "variable":
            continue
        leaf, annotation = name.rpartition(".")[2], definition.annotation
        if not definition.field:
            if attrs and _is_field_call(definition.value):
                return None  # it may take these fields, or only these
            continue
        if annotation == "?":
            return None
        if annotation.rpartition(".")[2] == "KW_ONLY":
            keyword_only = True
            continue
        if _outermost(annotation) == "ClassVar":
            found.append(_Field(leaf, taken=False))
            continue
        if not _is_field_call(definition.field):
            found.append(_Field(leaf.lstrip("_") if attrs else leaf, definition.field == "-", keyword_only))
            continue
        options = _options(definition.field)
        if options is None:
            return None
        if options.get("init") is False:
            found.append(_Field(leaf, taken=False))
            continue
        if "alias" in options or "init" in options:
            return None
        has_default = bool({"default", "default_factory", "factory", "0"} & set(options))
        alone = options.get("kw_only", keyword_only)
        found.append(_Field(leaf.lstrip("_") if attrs else leaf, not has_default, alone is True))
    return found


def _model(classes: Classes, place: Place) -> tuple[Parameter, ...] | None:
    """The constructor of a pydantic model: keywords alone; what it does not know it ignores unless told not to."""
    collected: dict[str, Parameter] = {}
    lineage = classes.lineage(place)
    if set(lineage.outside) - {"pydantic.BaseModel"} - PLAIN:
        return None
    strict = False
    for path, owner in reversed(lineage.classes):
        members = classes.members_of(path)
        if f"{owner.name}.__init__" in members or f"{owner.name}.Config" in members:
            return None
        config = members.get(f"{owner.name}.model_config")
        if config is not None:
            options = _options(config.value)
            if options is None or set(options) - {"extra", "frozen", "validate_assignment"}:
                return None
            strict = options.get("extra", "forbid" if strict else "ignore") == "forbid"
        if any(
            decorator_leaf(text) in ("model_validator", "root_validator")
            for name, member in members.items()
            if name.startswith(f"{owner.name}.")
            for text in member.decorators
        ):
            return None
        found = _fields(classes, path, owner, keyword_only=True)
        if found is None:
            return None
        for field in found:
            optional = _allows_none(members[f"{owner.name}.{field.name}"].annotation)
            if field.taken and not field.name.startswith("_"):
                collected[field.name] = Parameter(field.name, "keyword", field.required and not optional)
    extras = () if strict else (Parameter("extra", "keywords", False),)
    return (*collected.values(), *extras)


def _allows_none(annotation: str) -> bool:
    """Whether None may be meant: such a field had None for its default in earlier versions."""
    return any(word in annotation for word in ("None", "Optional", "Any"))


def _as_parameters(fields: list[_Field]) -> tuple[Parameter, ...]:
    ordered = sorted((each for each in fields if each.taken), key=lambda each: each.keyword_only)
    return tuple(Parameter(each.name, "keyword" if each.keyword_only else "normal", each.required) for each in ordered)


def _outermost(annotation: str) -> str:
    return annotation.partition("[")[0].rpartition(".")[2]


def _is_field_call(value: str) -> bool:
    return decorator_leaf(value) in _FIELD_CALLS and value.endswith(")")


def _options(call: str) -> dict[str, object] | None:
    """The keywords of a call by name, a first positional argument as ``0``; no call has none. None where they cannot
    be told."""
    node = expression(call) if call not in ("", "?", "-") else None
    if not isinstance(node, ast.Call):
        return {} if isinstance(node, ast.Name | ast.Attribute) else None
    if any(keyword.arg is None for keyword in node.keywords):
        return None
    given: dict[str, object] = {
        keyword.arg: keyword.value.value if isinstance(keyword.value, ast.Constant) else None
        for keyword in node.keywords
        if keyword.arg is not None
    }
    if given.get("default", 0) is ...:
        del given["default"]
    if node.args and not (isinstance(node.args[0], ast.Constant) and node.args[0].value is ...):
        given["0"] = None
    return given

"""Calls and attribute reads, the shape of a call, and whether a signature takes it."""

from __future__ import annotations

from typing import Final, Literal

import msgspec

from audit.model.facts import Context, Parameter, Span
from audit.model.findings import Site

_PLACES: Final = ("positional", "normal")

LostKind = Literal["attribute", "star", "name", "fixture"]
"""What is lost: an attribute, a plain name that a star import brought or that the file itself had, or a fixture."""


class CallShape(msgspec.Struct, frozen=True):
    """What a call passes: how many positional arguments, which keywords, and whether ``*`` or ``**`` adds more.

    ``spelled`` are the last names of the positional arguments, empty for what is no name.
    """

    positional: int
    keywords: tuple[str, ...] = ()
    starred: bool = False
    double_starred: bool = False
    spelled: tuple[str, ...] = ()


class Access(msgspec.Struct, frozen=True):
    """One call (then with its ``shape``) or attribute read. ``term`` (see `audit.model.terms`) says what is called
    or read; it is empty where nobody can tell on what. ``receiver`` is the last name of what it is called on. With
    ``is_key`` the name is the key of a dictionary, and the term says of which, or of which class; with ``is_item`` it
    stands in brackets behind it."""

    leaf: str
    term: str
    shape: CallShape | None
    span: Span
    context: Context
    receiver: str = ""
    is_key: bool = False
    is_item: bool = False


class Misfit(msgspec.Struct, frozen=True, kw_only=True):
    """A call that fitted a callable's signature at the base and does not fit it now.

    ``target`` is the qualified callable, ``why`` what is wrong in words, ``remedy`` what to write, ``before`` and
    ``after`` the two signatures. ``resolved`` is how the target is known: by name, by type, or as the only one of
    its name. ``fails`` is false for a call that still runs, but whose arguments reach other parameters.
    """

    site: Site
    referrer: str
    target: str
    path: str
    why: str
    before: str
    after: str
    resolved: str
    context: Context
    remedy: str = ""
    fails: bool = True


class Request(msgspec.Struct, frozen=True):
    """One place that asks pytest for a fixture by its name. ``owner`` is the class around it, where the names of its
    bases leave it open whether pytest gives fixtures to its tests."""

    name: str
    span: Span
    owner: str = ""


class LostMember(msgspec.Struct, frozen=True, kw_only=True):
    """A read of a member that the class of the object had at the base and has not now: ``symbol`` (dotted) of
    ``module``, both as the base called them. ``kind``: in what way."""

    site: Site
    referrer: str
    module: str
    symbol: str
    context: Context
    kind: LostKind = "attribute"


def misfit(parameters: tuple[Parameter, ...], shape: CallShape) -> str:
    """Why a signature does not take a call, or an empty string; what ``*`` and ``**`` hide counts as fitting.

    ``parameters`` are those the caller sees: ``self`` is not among them.
    """
    kinds = {parameter.kind for parameter in parameters}
    places = [parameter for parameter in parameters if parameter.kind in _PLACES]
    if shape.positional > len(places) and "variadic" not in kinds:
        return f"takes {len(places)} positional arguments, given {shape.positional}"
    named = {parameter.name for parameter in parameters if parameter.kind in ("normal", "keyword")}
    unknown = [name for name in shape.keywords if name not in named]
    if unknown and "keywords" not in kinds:
        return f"has no parameter {', '.join(unknown)}"
    filled = {parameter.name for parameter in places[: shape.positional]}
    twice = [name for name in shape.keywords if name in filled and name in named]
    if twice:
        return f"is given {', '.join(twice)} twice"
    if shape.double_starred:
        return ""
    given = filled | (named & set(shape.keywords))
    missing = [
        parameter.name
        for parameter in parameters
        if parameter.required
        and parameter.kind in ("positional", "normal", "keyword")
        and parameter.name not in given
        and not (shape.starred and parameter.kind in _PLACES)
    ]
    return f"needs {', '.join(missing)}" if missing else ""


def shifted(before: tuple[Parameter, ...], after: tuple[Parameter, ...], shape: CallShape) -> str:
    """Which positional arguments reach another parameter than before, while theirs has another place; or nothing.

    An argument that is called like the parameter it reaches now was in the wrong place before.
    """
    if shape.starred:
        return ""
    places = [[each.name for each in parameters if each.kind in _PLACES] for parameters in (before, after)]
    if len(places[0]) == len(places[1]) and not set(places[0][: shape.positional]) <= {each.name for each in after}:
        return ""  # they were renamed where they stand: a name that stayed may well mean another
    asked = [
        [each.name for each in parameters if each.kind in _PLACES and each.required] for parameters in (before, after)
    ]
    if shape.positional <= len(asked[0]) == len(asked[1]) and {*asked[0]} != {*asked[1]}:
        return ""  # so they were where one of the old names was given to what came behind them
    moved = [
        f"argument {index} was {old} and is now {new}"
        for index, (old, new) in enumerate(zip(*places, strict=False), start=1)
        if index <= shape.positional and old != new and old in places[1] and new not in shape.spelled[index - 1 : index]
    ]
    return ", ".join(moved)


def remedy(before: tuple[Parameter, ...], after: tuple[Parameter, ...], shape: CallShape) -> str:
    """What to write instead, as far as the two signatures tell."""
    names = {each.name: each for each in after}
    lost = [each.name for each in before if each.name not in names]
    gained = [each.name for each in after if each.name not in {old.name for old in before}]
    unknown = [name for name in shape.keywords if name not in names]
    if unknown and len(lost) == len(gained) == 1 and unknown == lost:
        return f"write {gained[0]}= for {lost[0]}="
    if unknown:
        return f"leave out {', '.join(unknown)}"
    given = [each.name for each in before if each.kind in _PLACES][: shape.positional]
    by_name = [name for name in given if name in names and names[name].kind == "keyword"]
    if by_name:
        return f"pass {', '.join(by_name)} by name"
    if shape.positional > sum(each.kind in _PLACES for each in after) and set(given) & set(lost):
        return f"leave out {', '.join(name for name in given if name in lost)}"
    missing = [name for name in gained if names[name].required and name not in shape.keywords]
    return f"pass {', '.join(missing)}" if missing else ""


def signature_text(parameters: tuple[Parameter, ...]) -> str:
    """A signature as people write it, without annotations; ``=`` marks what has a default."""
    parts: list[str] = []
    for parameter in parameters:
        star = {"variadic": "*", "keywords": "**"}.get(parameter.kind, "")
        if parameter.kind == "keyword" and not any(part.startswith("*") for part in parts):
            parts.append("*")
        default = "" if star or parameter.required else "=…"
        parts.append(f"{star}{parameter.name}{default}")
    return f"({', '.join(parts)})"

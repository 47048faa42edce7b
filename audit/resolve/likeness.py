"""Whether two definitions, of a tree and of its base, are the same, or the same before and after an edit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from audit.model.facts import Definition
from audit.model.regex import regex

_MIN_LIKENESS: Final = 0.6
"""A class is taken to be another, edited, where at least this share of their members have the same names."""
_MIN_PARAMETERS: Final = 2
"""Parameters that must agree before one function is taken to be another, edited."""
_Members = Mapping[str, Definition]
Comparison = Callable[[Definition, Definition, _Members, _Members], bool]
"""Takes two definitions, and those of the file of each, by their names."""
_WORD: Final = regex(r"[A-Z]{2,}(?![a-z])|[A-Z]?[a-z]+")
_COMMON_WORDS: Final = frozenset({"base", "error", "exception", "warning"})


def is_equal(one: Definition, other: Definition, _around: _Members, _around_other: _Members) -> bool:
    """Whether two definitions of one class, or of none, differ in their names alone."""
    return one.digest == other.digest and _owner(one) == _owner(other)


def is_equal_code(one: Definition, other: Definition, _around: _Members, _around_other: _Members) -> bool:
    """Whether two definitions of one class, or of none, differ in their names and in what documents them alone."""
    return bool(one.code) and one.code == other.code and _owner(one) == _owner(other)


def _owner(definition: Definition) -> str:
    return definition.name.rpartition(".")[0]


def is_like(one: Definition, other: Definition, around: _Members, around_other: _Members) -> bool:
    """Whether two definitions, each among those of its file, could be the same before and after an edit."""
    if one.kind != other.kind or "." in one.name or "." in other.name:
        return False
    if one.kind == "class":
        first, second = _members(one.name, around), _members(other.name, around_other)
        if not first | second:
            return not _words(one.name).isdisjoint(_words(other.name)) and _have_like_bases(
                one, other, around, around_other
            )
        return len(first & second) >= _MIN_LIKENESS * len(first | second) and (
            not (first & second) <= _of_others(one.name, other.name, around, around_other)
            or not (_words(one.name) & _words(other.name)) <= _others_words(one.name, other.name, around, around_other)
        )
    named = [[each.name for each in definition.parameters or ()] for definition in (one, other)]
    return named[0] == named[1] and len(named[0]) >= _MIN_PARAMETERS


def _have_like_bases(one: Definition, other: Definition, around: _Members, around_other: _Members) -> bool:
    """Whether two classes have the same bases, where each may have been renamed as they were, in the same file."""
    return len(one.bases) == len(other.bases) and all(
        first == second
        or (
            first in around
            and second in around_other
            and not (first in around_other or second in around or first == one.name)
            and is_like(around[first], around_other[second], around, around_other)
        )
        for first, second in zip(one.bases, other.bases, strict=True)
    )


def _members(name: str, around: _Members) -> set[str]:
    return {each[len(name) + 1 :] for each in around if each.startswith(f"{name}.")}


def _of_others(one: str, other: str, around: _Members, around_other: _Members) -> set[str]:
    """The members that other classes of their files have too: what a whole family has tells none of it from another."""
    return {
        leaf
        for names, own in ((around, one), (around_other, other))
        for owner, _, leaf in (name.rpartition(".") for name in names)
        if owner and owner not in (one, other, own)
    }


def _others_words(one: str, other: str, around: _Members, around_other: _Members) -> set[str]:
    """The words in the names of other classes of their files."""
    return {
        word
        for each in (*around.values(), *around_other.values())
        if each.kind == "class" and each.name not in (one, other)
        for word in _words(each.name)
    }


def _words(name: str) -> set[str]:
    """What a class is called besides what many are."""
    return {each.lower() for each in _WORD.findall(name)} - _COMMON_WORDS


def is_akin(one: Definition, other: Definition, around: _Members, around_other: _Members) -> bool:
    """Whether two definitions of one name have more in common than that: bases, or some of the members or parameters
    by which either can be told from others."""
    if one.kind != other.kind:
        return False
    first, second = _telling(one, around), _telling(other, around_other)
    return not first or not second or not first.isdisjoint(second) or not {*one.bases}.isdisjoint(other.bases)


def _telling(definition: Definition, around: _Members) -> set[str]:
    """The members of a class, or the parameters of a function, that not each has."""
    names = {each.name for each in definition.parameters or ()}
    own = _members(definition.name, around) if definition.kind == "class" else names - {"self", "cls"}
    return {each for each in own if not each.startswith("__")}

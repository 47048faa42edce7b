"""Reads what a verb of a sentence is said of: files, classes and functions, with or without backticks.

A phrase is read strictly: every word of it must be a name, a known noun or a known adjective. A word that is not
known may change what is meant ("the loading logic of `Store`"), and then nothing is read.
"""

from __future__ import annotations

import re
from typing import Final

import msgspec

from audit.claims.names import ENDINGS
from audit.model.regex import regex

_NOUNS: Final = (
    r"files?|folders?|director(?:y|ies)|modules?|packages?|scripts?|class(?:es)?|hierarch(?:y|ies)|dataclass(?:es)?|"
    r"functions?|methods?|helpers?|aliases|alias|shims?|stubs?|wrappers?|layers?|abstractions?|implementations?|"
    r"compatibility|test|architecture"
)
_ADJECTIVES: Final = (
    r"the|a|an|all|both|entire|whole|old|legacy|complex|unused|obsolete|deprecated|redundant|dead|stale|duplicate|"
    r"empty|new|now|former|original|its|our|utility|simple|lightweight|dedicated|custom|generic|small|minimal|base|"
    r"abstract|main|single|core|additional|separate"
)
_CODE: Final = r"`(?P<code>[^`]+)`"
_PATH: Final = rf"(?P<path>\.?/?(?:[\w.@+-]+/)+[\w@+-][\w.@+-]*\.(?:{ENDINGS})|[a-z]\w*\.(?:py|pyi|ipynb))(?![\w/])"
_CLASS: Final = r"(?P<name>[A-Z][a-z0-9]+(?:[A-Z][a-z0-9]*)+)(?![\w.])"
_NAME: Final = regex(rf"{_CODE}|{_PATH}|{_CLASS}")
_WORD: Final = regex(rf"(?:{_NOUNS}|{_ADJECTIVES})\b(?:\(s\))?", re.IGNORECASE)
_CALLABLE: Final = regex(r"\b(?:functions?|methods?|helpers?)\b", re.IGNORECASE)
_CLASSES: Final = regex(r"\b(?:data)?class(?:es)?\b", re.IGNORECASE)
_AND: Final = regex(r"\s*(?:,\s*and\b|,|/|&|\+|\band\b)\s*", re.IGNORECASE)
_ASIDE: Final = regex(r"\s*\((?!\s*(?:but|kept|except|not|still|only|partly|partially)\b)[^()]*\)", re.IGNORECASE)


class Phrase(msgspec.Struct, frozen=True):
    """The names of a phrase as they are written, whether they are called functions or classes, and where it ends."""

    names: tuple[str, ...]
    callables: bool
    classes: bool
    end: int


def phrase_at(text: str, start: int = 0) -> Phrase | None:
    """The phrase that begins at a place of a sentence; None where there is none that can be read."""
    names: list[str] = []
    position, words = start, ""
    while True:
        position, read = _skipped(text, position)
        words += read
        match = _NAME.match(text, position)
        if match is None:
            break
        names.append(match["code"] or match["path"] or match["name"])
        position, read = _skipped(text, match.end())
        words += read
        aside = _ASIDE.match(text, position)
        if aside is not None:
            position = aside.end()
        joint = _AND.match(text, position)
        following = None if joint is None else _NAME.match(text, _skipped(text, joint.end())[0])
        if joint is None or following is None:
            called = _CALLABLE.search(words) is not None
            return Phrase(tuple(dict.fromkeys(names)), called, _CLASSES.search(words) is not None, position)
        position = joint.end()
    return None


def _skipped(text: str, position: int) -> tuple[int, str]:
    """The place after spaces and known words, and those words."""
    start = position
    while True:
        spaces = re.compile(r"[\s:]*").match(text, position)
        after = spaces.end() if spaces is not None else position
        word = _WORD.match(text, after)
        if word is None:
            return after, text[start:after]
        position = word.end()

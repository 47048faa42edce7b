"""Reads the values that several predicates share: names, paths of the tree, command lines and bounds."""

from __future__ import annotations

import re
import shlex
from pathlib import PurePosixPath
from typing import Final

from audit.config.fields import Fields, text_of, texts_of
from audit.config.positioned import Listing, Mapping, Mistakes, Node, Scalar, describe
from audit.model.bounds import Bound
from audit.model.regex import regex

_BOUND: Final = regex(r"(>=|<=|==|>|<)?\s*(\d+)")
_OPERATOR: Final = regex("[|&;<>]+")
_RANGE: Final = regex(r"(\d+)\s*\.\.\s*(\d+)")


def names_of(
    node: Node, what: str, keys: tuple[str, ...], mistakes: Mistakes, *, optional: bool = False
) -> tuple[str, ...]:
    """One name, a list of names, or a mapping that gives them under one of ``keys``."""
    if not isinstance(node, Mapping):
        return texts_of(node, f"'{what}'", mistakes)
    fields = Fields(node, what, mistakes)
    found = [texts_of(value, f"'{key}'", mistakes) for key in keys if (value := fields.node(key)) is not None]
    fields.close()
    if not found and not optional:
        mistakes.add(node.line, f"{what} needs one of {', '.join(keys)}")
    return tuple(name for names in found for name in names)


def in_tree(names: tuple[str, ...], node: Node, mistakes: Mistakes) -> tuple[str, ...]:
    """Names as plain POSIX paths, without ./ and trailing slashes; one that leaves the repository is a mistake."""
    for name in names:
        if name.startswith(("/", "~", "\\")) or name[1:3] == ":\\" or ".." in PurePosixPath(name).parts:
            mistakes.add(node.line, f"'{name}' leaves the repository; give a path relative to its root")
    return tuple(PurePosixPath(name).as_posix() if name else name for name in names)


def globs_of(node: Node, what: str, mistakes: Mistakes) -> tuple[str, ...]:
    """Patterns of files that a command makes; ``**`` stands for whole folders, and so alone between slashes."""
    patterns = in_tree(texts_of(node, what, mistakes), node, mistakes)
    for pattern in patterns:
        if any("**" in part and part != "**" for part in pattern.split("/")):
            mistakes.add(node.line, f"{what} has '**' beside other letters in '{pattern}'; write it as 'a/**/b'")
    return patterns


def command_line(fields: Fields, mistakes: Mistakes, *, required: bool = True) -> tuple[str, ...]:
    """The key ``run``: a list of words, or one text that is split as a shell would."""
    node = fields.node("run", required=required)
    if node is None:
        return ()
    if isinstance(node, Listing):
        return texts_of(node, "'run'", mistakes)
    text = text_of(node, "'run'", mistakes)
    try:
        words = tuple(shlex.split(text))
    except ValueError as error:
        mistakes.add(node.line, f"'run' is no command line ({error}); write it as a list")
        return ()
    operator = next((word for word in _shell_words(text) if _OPERATOR.fullmatch(word)), "")
    if operator:
        mistakes.add(node.line, f"'run' has '{operator}', and no shell reads it; write [sh, -c, '...'] or quote it")
    return words


def _shell_words(text: str) -> list[str]:
    """A command line with its operators as words of their own, and quoted words with their quotes."""
    lexer = shlex.shlex(text, posix=False, punctuation_chars="|&;<>")
    lexer.whitespace_split = True
    lexer.commenters = ""
    return list(lexer)


def bound_of(fields: Fields, key: str) -> Bound | None:
    """A whole number, or text such as ``>=6`` or ``90..110``; None when the key is missing."""
    node = fields.node(key)
    if node is None:
        return None
    value = node.value if isinstance(node, Scalar) else None
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return Bound(value, value)
    text = value.strip() if isinstance(value, str) else ""
    span = _RANGE.fullmatch(text)
    if span is not None and int(span[1]) <= int(span[2]):
        return Bound(int(span[1]), int(span[2]))
    match = _BOUND.fullmatch(text)
    if match is None or (match[1] == "<" and int(match[2]) == 0):
        shown = f"'{value}'" if isinstance(value, str) else describe(node)
        fields.mistakes.add(
            node.line, f"'{key}' must be a whole number or text such as '>=6' or '90..110', not {shown}"
        )
        return None
    number = int(match[2])
    match match[1]:
        case ">=":
            return Bound(least=number)
        case ">":
            return Bound(least=number + 1)
        case "<=":
            return Bound(most=number)
        case "<":
            return Bound(most=number - 1)
        case _:
            return Bound(number, number)


def nodes_of(node: Node, what: str, mistakes: Mistakes) -> tuple[str, ...]:
    """Pytest node ids; the file that one names has to lie in the repository, and none may be an option."""
    nodes = texts_of(node, what, mistakes)
    in_tree(tuple(name.partition("::")[0] for name in nodes), node, mistakes)
    for name in nodes:
        if name.startswith("-"):
            mistakes.add(node.line, f"'{name}' is an option and no test; name files, folders or node ids")
    return nodes


def pattern_of(text: str, what: str, line: int, mistakes: Mistakes) -> re.Pattern[str] | None:
    """A regular expression; None, and a mistake, where it is none."""
    try:
        return re.compile(text, re.MULTILINE)
    except (re.error, RecursionError, OverflowError) as error:
        mistakes.add(line, f"{what} is no regular expression: {error}")
        return None

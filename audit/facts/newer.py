"""Source that is written for a newer Python than the one that runs the audit, put into older words.

Whoever audits a project is not bound to the project's interpreter. What only a newer grammar accepts is
replaced in place by something of the same facts and length, so that every line and column stays true:
type parameters vanish, ``type X = Y`` becomes ``X = Y``, exceptions without parentheses get them, and a
format string becomes a tuple of the expressions in it.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
import warnings
from collections.abc import Iterator
from typing import Final

from audit.facts.formats import without_format_strings
from audit.facts.patched import Source
from audit.model.regex import regex

_NEW_WORDS: Final = regex(
    r"\b(?:def|class)\s+\w+\s*\[|^[ \t]*type\s+\w+\s*[=\[]|[;:][ \t]*type\s+\w+\s*[=\[]|\bexcept\s[^\n(*]*,",
    re.MULTILINE,
)
"""What only a newer grammar takes: without it the source is not worth its tokens."""
_FORMAT_STRING: Final = regex(r"\b(?:[ft]r?|r[ft])['\"]", re.IGNORECASE)
_SKIPPED = frozenset({tokenize.NL, tokenize.COMMENT, tokenize.INDENT, tokenize.DEDENT})


def parse_newer(content: bytes) -> ast.Module | None:
    """The tree of a source that the running Python refuses; None where no newer Python takes it either."""
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(content).readline)
        text = content.decode(encoding)
        older = _in_older_words(text) if _NEW_WORDS.search(text) else text
    except (SyntaxError, ValueError, LookupError, tokenize.TokenError):
        return None  # LookupError: it names a codec, such as rot13, that makes no text of bytes
    tree, text = (_parse(older) if older != text else None), older
    if tree is not None or _FORMAT_STRING.search(text) is None:
        return tree  # most of what does not parse is no Python at all: not worth a fifth of a second to load libcst
    plain = without_format_strings(text)
    return None if plain is None else _parse(plain)


def _parse(text: str) -> ast.Module | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what is wrong with another project's strings is its own affair
            return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _in_older_words(text: str) -> str:
    """The source without type parameters, type statements and bare lists of exceptions."""
    source = Source(text)
    for statement in _statements(text):
        words = [token.string for token in statement]
        if words[0] == "async":
            statement, words = statement[1:], words[1:]
        if words[0] in ("def", "class") and words[2:3] == ["["]:
            source.blank(statement[2].start, statement[_closing(words, 2)].end, join=True)
        elif words[0] == "type" and len(words) > 3 and words[1].isidentifier() and words[2] in ("=", "["):
            equals = 2 if words[2] == "=" else _closing(words, 2) + 1
            source.blank(statement[0].start, statement[equals].start, join=True)
            source.write(statement[0].start, words[1])
        elif words[0] == "except" and "," in words and ":" in words and words[1] not in ("(", "*"):
            source.surround(statement[1].start, statement[words.index(":") - 1].end)
    return source.text()


def _statements(text: str) -> Iterator[list[tokenize.TokenInfo]]:
    """The tokens of each logical line."""
    statement: list[tokenize.TokenInfo] = []
    for token in tokenize.generate_tokens(io.StringIO(text, newline="").readline):
        if token.type in (tokenize.NEWLINE, tokenize.ENDMARKER):
            if statement:
                yield statement
            statement = []
        elif token.type not in _SKIPPED:
            statement.append(token)


def _closing(words: list[str], opening: int) -> int:
    """The position of the bracket that closes another; the last position when none does."""
    depth = 0
    for position in range(opening, len(words)):
        depth += (words[position] in ("[", "(", "{")) - (words[position] in ("]", ")", "}"))
        if depth == 0:
            return position
    return len(words) - 1

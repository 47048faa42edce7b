"""Turns the bytes of a document into text: encodings, line ends, front matter, and what is no Markdown at all."""

from __future__ import annotations

import re
from typing import Final

from audit.claims.mojibake import repaired
from audit.model.errors import UsageError
from audit.model.regex import regex

LARGEST: Final = 2 * 2**20
"""Most bytes of a document: a larger one is a log or a data dump, and Markdown of that size takes minutes to parse."""

_DIGITS: Final = 300
"""Most digits of a number: with many more it is too large for a float, and for Python to read at all."""
_LONG_NUMBER: Final = regex(r"\d[\d,_]{99,}+")

_MAGIC: Final = (
    (b"%PDF-", "a PDF; export it to Markdown"),
    (b"PK\x03\x04", "a packed file (docx, odt, zip); export it to Markdown"),
    (b"{\\rtf", "rich text; export it to Markdown"),
)
_UTF_16: Final = (b"\xff\xfe", b"\xfe\xff")
_FRONT_MATTER: Final = regex(r"\A(?P<mark>---|\+\+\+)[ \t]*\n(?:.*\n)*?(?P=mark)[ \t]*(?:\n|\Z)")
_KEY: Final = regex(r"^[\w-]+\s*[:=]", re.MULTILINE)


def decoded(path: str, content: bytes) -> tuple[str, tuple[int, ...]]:
    """The text of a document with ``\\n`` at the end of its lines, and the lines on which characters were repaired.

    Damaged characters are repaired where that is certain, and bytes that are no UTF-8 replaced. Front matter is
    blanked out, so that lines keep their numbers: it describes the page, and claims nothing. A number that no count can
    be is cut off.

    Raises:
        UsageError: the file is no text, or too large to be a document.
    """
    if len(content) > LARGEST:
        size = len(content) / 2**20
        raise UsageError(
            f"{path} has {size:.1f} MiB; a document of more than {LARGEST // 2**20} MiB is not read, split it"
        )
    for magic, what in _MAGIC:
        if content.startswith(magic):
            raise UsageError(f"{path} is {what}")
    if content.startswith(_UTF_16):
        text = content.decode("utf-16", errors="replace")
    elif b"\0" in content:
        raise UsageError(f"{path} is no text, so it holds no claim; give a Markdown document")
    else:
        text = content.decode("utf-8-sig", errors="replace")
    text, damaged = repaired(text.replace("\r\n", "\n").replace("\r", "\n"))
    text = _LONG_NUMBER.sub(lambda found: found[0][:_DIGITS], text)
    return _without_front_matter(text), damaged


def _without_front_matter(text: str) -> str:
    match = _FRONT_MATTER.match(text)
    if match is None or not _KEY.search(match[0]):
        return text
    return "\n" * match[0].count("\n") + text[match.end() :]

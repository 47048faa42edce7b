"""Turns the inline tokens of Markdown into plain text, and takes ticks, crosses and boxes off a sentence."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, Literal

from audit.model.regex import regex

if TYPE_CHECKING:
    from markdown_it.token import Token

Mark = Literal["check", "cross", "open", "none"]
"""A tick, a cross or warning sign, an empty box, or nothing at the start of a sentence."""

_MARKS: Final[tuple[tuple[Mark, re.Pattern[str]], ...]] = (
    ("check", re.compile(r"\[[xX]\]|[✅☑✔✓🟢]\ufe0f?")),
    ("cross", re.compile(r"[❌✗✘🚨⚠🛑🔴]\ufe0f?")),
    ("open", re.compile(r"\[ ?\]|[☐⬜🔲⏳🔄🚧🟡]\ufe0f?")),
)


_PICTURE: Final = "[\u2300-\u2bff\U0001f000-\U0001faff\ufe0f\u200d]"
_PICTURES: Final = regex(rf"^(?:{_PICTURE}|\s)+(?=\S)|(?<=\S)(?:{_PICTURE}|\s)+$")
"""Pictures at the ends of a sentence, which say nothing that could be judged."""


def plain_text(token: Token) -> str:
    """The text of a token without markup, but for inline code and the underscores of names such as ``__init__``."""
    parts: list[str] = []
    children = token.children or []
    for position, child in enumerate(children):
        if child.type == "code_inline":
            parts.append(f"`{child.content}`")
        elif child.type in ("softbreak", "hardbreak") or (child.type == "html_inline" and "br" in child.content[:4]):
            parts.append("\n")
        elif child.type in ("text", "image"):
            parts.append(child.content)
        elif child.type in ("strong_open", "strong_close") and child.markup == "__" and _is_name(children, position):
            parts.append("__")
    return "".join(parts)


def is_struck(token: Token) -> bool:
    """Whether a part of the text is struck through."""
    return any(child.type == "s_open" for child in token.children or ())


def is_strong(token: Token) -> bool:
    """Whether all of a paragraph is printed bold, as a title is."""
    kinds = [child.type for child in token.children or () if child.type != "text" or child.content.strip()]
    return kinds[:1] == ["strong_open"] and kinds[-1:] == ["strong_close"] and kinds.count("strong_open") == 1


def _is_name(children: Sequence[Token], position: int) -> bool:
    """Whether the double underscores at a place are part of a name such as ``pkg/__init__.py``, not emphasis."""
    opens = position if children[position].nesting == 1 else position - 2
    around = [children[index].content for index in (opens - 1, opens + 3) if 0 <= index < len(children)]
    return opens >= 0 and any(text.endswith(("/", ".")) or text.startswith((".py", "(")) for text in around)


def unmarked(text: str) -> tuple[Mark, str]:
    """The first mark of a text (a row or a label may have it anywhere), and the text without any."""
    found: list[tuple[int, Mark]] = []
    bare = text
    for mark, pattern in _MARKS:
        match = pattern.search(text)
        # A box counts only at the start: elsewhere it is an index or a link.
        if match is None or (match[0].startswith("[") and match.start() != 0):
            continue
        found.append((match.start(), mark))
        bare = pattern.sub("", bare, count=0 if not match[0].startswith("[") else 1)
    mark = min(found)[1] if found else "none"
    return mark, _PICTURES.sub("", " ".join(bare.split()))

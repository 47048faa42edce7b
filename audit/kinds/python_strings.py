"""What the strings of Python source can say, told by quotes alone: the source is not parsed for it."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from audit.model.regex import regex

_LONG: Final = b'"""'
_FROM_QUOTE: Final = regex(rb"[\"'][^\n]*")


@lru_cache(maxsize=1)
def strings_of(content: bytes) -> bytes:
    """Its long strings, and each line from its first quote on; all of a source where quotes may deceive. The last
    source's are kept, because several kinds look at one after the other."""
    parts = content.split(_LONG)
    code, long = parts[::2], parts[1::2]
    if (
        len(parts) % 2 == 0
        or b"\\\n" in content
        or any(b"'''" in each for each in code)
        or any(map(_deceives, code[:-1]))
    ):
        return content
    return b"\n".join((*long, *_FROM_QUOTE.findall(b"\n".join(code))))


def _deceives(code: bytes) -> bool:
    """Whether three quotes behind some code are part of a comment, or of a string that began in it."""
    last = code[code.rfind(b"\n") + 1 :]
    return b"#" in last or b"'" in last or b'"' in last

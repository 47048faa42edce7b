"""Repairs text that was UTF-8 and was once read as Windows-1252: ``âœ…`` for a tick, ``â€™`` for an apostrophe."""

from __future__ import annotations

import re
from typing import Final

from audit.model.regex import regex

_HIGH: Final = bytes(range(0x80, 0x100)).decode("cp1252", errors="ignore") + "\x81\x8d\x8f\x90\x9d"
_LEADS: Final = bytes(range(0xC2, 0xF5)).decode("cp1252")
_DAMAGED: Final = regex(f"[{re.escape(_LEADS)}][{re.escape(_HIGH)}]{{1,3}}")


def repaired(text: str) -> tuple[str, tuple[int, ...]]:
    """The text with damaged characters restored, and the lines on which there were any, counted from 1.

    Only what decodes as a whole is touched, so that text which is meant as it stands stays as it is.
    """
    lines: list[int] = []

    def restore(match: re.Match[str]) -> str:
        for length in range(len(match[0]), 1, -1):
            try:
                restored = _bytes(match[0][:length]).decode()
            except UnicodeDecodeError:
                continue
            lines.append(text.count("\n", 0, match.start()) + 1)
            return restored + match[0][length:]
        return match[0]

    mended = _DAMAGED.sub(restore, text)
    return mended, tuple(dict.fromkeys(lines))


def _bytes(text: str) -> bytes:
    """Windows-1252 leaves five bytes undefined; programs pass them through as control characters."""
    return b"".join(
        bytes([ord(character)]) if ord(character) < 0x100 else character.encode("cp1252") for character in text
    )

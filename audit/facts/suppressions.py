"""Comments that accept a finding where it stands: ``# audit: ignore[REF001] reason``."""

from __future__ import annotations

import io
import tokenize
from typing import Final

from audit.model.facts import Suppression
from audit.model.regex import regex

_MARK: Final = b"audit: ignore"
_COMMENT: Final = regex(r"#\s*audit: ignore(?:\[(?P<codes>[^\]]*)\])?(?P<reason>.*)")


def read_suppressions(content: bytes) -> tuple[Suppression, ...]:
    """The suppressions of a Python file. One that stands alone on its line speaks of the line below."""
    if _MARK not in content:
        return ()
    found: list[Suppression] = []
    try:
        for token in tokenize.tokenize(io.BytesIO(content).readline):
            match = _COMMENT.match(token.string) if token.type == tokenize.COMMENT else None
            if match is None:
                continue
            line, column = token.start
            alone = not token.line[:column].strip()
            codes = tuple(code.strip() for code in (match["codes"] or "").split(",") if code.strip())
            found.append(Suppression(line + alone, codes, match["reason"].strip(" :-"), line))
    except (tokenize.TokenError, SyntaxError):
        return tuple(found)  # the parser accepted the file; what follows the odd token is left unread
    return tuple(found)

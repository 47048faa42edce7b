"""Finds the tracebacks that a document quotes in its code blocks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from audit.claims.blocks import Fence
from audit.model.documents import QuotedFrame, QuotedTraceback
from audit.model.regex import regex

_FRAME: Final = regex(r'^\s*File "(?P<path>[^"<>]+\.pyi?)", line (?P<line>\d+)')
_MISSING: Final = regex(r"No module named '?(?P<module>[A-Za-z_][\w.]*)'?")
_PAST: Final = regex(
    r"\b(?:before|previous\w*|original\w*|was|were|old|fixed|resolved|earlier|used to|example|expected)\b",
    re.IGNORECASE,
)


def find_tracebacks(fences: Sequence[Fence]) -> Iterator[QuotedTraceback]:
    """Every traceback that is quoted as one that happens now; what a document says was mended is left out."""
    for fence in fences:
        if fence.quoted or any(_PAST.search(context) for context in (fence.intro, *fence.headings[-1:])):
            continue
        lines = fence.code.splitlines()
        frames: list[QuotedFrame] = []
        for offset, line in enumerate(lines):
            match = _FRAME.match(line)
            if match is not None:
                below = lines[offset + 1].strip() if offset + 1 < len(lines) else ""
                code = "" if _FRAME.match(lines[offset + 1] if below else "") or not _is_code(lines, offset) else below
                frames.append(
                    QuotedFrame(path=match["path"], line=int(match["line"]), code=code, at=fence.line + offset)
                )
        missing = _MISSING.search(fence.code)
        if frames:
            yield QuotedTraceback(frames=tuple(frames), missing=missing["module"] if missing else "", at=fence.line)


def _is_code(lines: Sequence[str], offset: int) -> bool:
    """Whether the line below a frame is its code: that is indented deeper than the frame."""
    below = lines[offset + 1] if offset + 1 < len(lines) else ""
    return len(below) - len(below.lstrip()) > len(lines[offset]) - len(lines[offset].lstrip())

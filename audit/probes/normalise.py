"""Replaces what differs between two runs of the same program, so that outputs can be compared and quoted."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Final

_NUMBER: Final = r"\d[\d,]*(?:\.\d+)?(?:e[+-]?\d+)?"
_RULES: Final = tuple(
    (re.compile(pattern, re.IGNORECASE), replacement)
    for pattern, replacement in (
        (r"\x1b\[[0-9;?]*[A-Za-z]", ""),
        (r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d([.,]\d+)?)?(Z|[+-]\d\d:?\d\d)?", "<time>"),
        (r"\b\d{1,2}:\d\d:\d\d([.,]\d+)?\b", "<time>"),
        (rf"\b{_NUMBER}\s?([A-Za-z]+)/(s|sec|second)\b", r"<rate> \1/s"),
        (rf"\b([A-Za-z]+)/(s|sec|second)(\s?[=:]?\s?){_NUMBER}", r"\1/s\3<rate>"),
        (rf"(?<![\w.-]){_NUMBER}\s?(ns|us|µs|ms|s|secs?|seconds?|mins?|minutes?|hours?)\b", "<time>"),
        (rf"\b(\w*(?:per_sec|seconds|elapsed|duration|fps|sps)\w*)(\s?[=:]\s?){_NUMBER}", r"\1\2<time>"),
        (r"\b0x[0-9a-f]{6,}\b", "<address>"),
        (r" {2,}(?=<(time|rate)>)", "  "),
        (r"<scratch>/home/tmp/[^/\s]+", "<scratch>/tmp"),
        (r"\bpid([ =:]+)\d+\b", r"pid\1<pid>"),
    )
)


def normalise(text: str, folders: Mapping[str, str]) -> str:
    """``text`` with times, rates, addresses and process ids replaced by placeholders.

    ``folders`` maps scratch folders to what stands for them; the longest is replaced first, so that a
    folder inside another keeps its own name.
    """
    for folder in sorted(folders, key=len, reverse=True):
        text = text.replace(folder, folders[folder])
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    return text


def digest(text: str) -> str:
    """A short identity of a normalised output: the first 16 hexadecimal digits of its SHA-256."""
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()[:16]

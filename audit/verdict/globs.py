"""Path globs of claims: ``*`` stops at a slash, ``**`` does not, and a folder means all below it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

_PARTS: Final = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}


def matching(pattern: str, paths: Iterable[str], *, folders: bool = False) -> list[str]:
    """The paths that match a glob; with ``folders`` also those below a folder that matches it."""
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", pattern)
    text = "".join(_PARTS.get(part, re.escape(part)) for part in parts)
    matcher = re.compile(f"{text}(?:/.*)?" if folders else text)
    return [path for path in paths if (folders and pattern in ("", ".")) or matcher.fullmatch(path) is not None]

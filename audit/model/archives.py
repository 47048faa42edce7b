"""Folders that keep what is no longer in use."""

from __future__ import annotations

import re
from typing import Final

from audit.model.regex import regex

_ARCHIVE: Final = regex(
    r"(?:[\w.]+[-_])?(?:archived?|archives|backups?|historical|superseded|trash|attic)(?:[-_][\w.-]*)?", re.IGNORECASE
)


def is_archived(path: str) -> bool:
    """Whether a file lies in a folder that is called an archive: ``docs_archive_20260205/``, ``old/superseded/``."""
    return any(map(_ARCHIVE.fullmatch, path.split("/")[:-1]))

"""Folders that keep what is no longer in use."""

from __future__ import annotations

import re
from typing import Final

from audit.model.regex import regex

_ARCHIVE: Final = regex(
    r"[_.]*(?:[\w.]+[-_])?(?:archived?|archives|backups?|historical|superseded|trash|attic|graveyard)(?:[-_][\w.-]*)?",
    re.IGNORECASE,
)


def is_archived(path: str) -> bool:
    """Whether a file lies in a folder that is called an archive: ``docs_archive_20260205/``, ``old/superseded/``."""
    return bool(archive_of(path))


def archive_of(path: str) -> str:
    """The outermost folder called an archive in which a file lies; empty where it lies in none."""
    folders = path.split("/")[:-1]
    depth = next((number for number, folder in enumerate(folders, start=1) if _ARCHIVE.fullmatch(folder)), 0)
    return "/".join(folders[:depth])

"""Folders that keep what is no longer in use, or in use with an older release."""

from __future__ import annotations

import re
from typing import Final

from audit.model.regex import regex

_ARCHIVE: Final = regex(
    r"[_.]*(?:[\w.]+[-_])?(?:archived?|archives|backups?|historical|superseded|trash|attic|graveyard)(?:[-_][\w.-]*)?",
    re.IGNORECASE,
)


_OF_RELEASE: Final = regex(r"(?:.*/)?(?:[^/]*[-_])?versioned[-_]docs/.*")


def is_of_release(path: str) -> bool:
    """Whether a file belongs to the documents of one release that are kept beside those of the next: what it imports
    is what that release held."""
    return _OF_RELEASE.fullmatch(path) is not None


_EXAMPLES: Final = regex(
    r"[_.]*(?:[\w.]+[-_])?(?:examples?|samples?|demos?|tutorials?|playground|sandbox)", re.IGNORECASE
)


def is_archived(path: str) -> bool:
    """Whether a file lies in a folder that is called an archive: ``docs_archive_20260205/``, ``old/superseded/``."""
    return bool(archive_of(path))


def archive_of(path: str) -> str:
    """The outermost folder called an archive in which a file lies; empty where it lies in none."""
    folders = path.split("/")[:-1]
    depth = next((number for number, folder in enumerate(folders, start=1) if _ARCHIVE.fullmatch(folder)), 0)
    return "/".join(folders[:depth])


def example_of(path: str) -> str:
    """The outermost folder of examples in which a file lies, which shows a package and is no part of it; or empty."""
    folders = path.split("/")[:-1]
    depth = next((number for number, folder in enumerate(folders, start=1) if _EXAMPLES.fullmatch(folder)), 0)
    return "/".join(folders[:depth])

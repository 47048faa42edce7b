"""Which code reads and resolves: what is kept between runs is valid for that code alone."""

from __future__ import annotations

import hashlib
import os
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from audit.kinds.kind import Kind

_HERE: Final = Path(__file__).parent
_FOLDERS: Final = ("facts", "kinds", "model", "resolve")
_COMPOSING: Final = (
    "ahead.py",
    "contents.py",
    "earlier.py",
    "gathering.py",
    "mentions.py",
    "skimmed.py",
    "trees.py",
)
_BEGUN: Final = time.time() - 1
"""When this code was loaded at the latest, in seconds since the epoch; before it, what file systems round."""


def version_of(kinds: Iterable[Kind]) -> str:
    """A digest of the code that reads and resolves, of plug-ins and of Python: what is stale is never found.

    Empty where the code on disk was written while this process ran, by an upgrade perhaps: what is loaded may be the
    code before, and its results would be taken for those of the new one.
    """
    digest = hashlib.sha256(sys.version.encode())
    sources = {str(_HERE / name) for name in _COMPOSING}
    for folder in _FOLDERS:
        with os.scandir(_HERE / folder) as entries:
            sources.update(entry.path for entry in entries if entry.name.endswith(".py"))
    sources |= {str(sys.modules[type(kind).__module__].__file__) for kind in kinds}
    for source in sorted(sources):
        with Path(source).open("rb", buffering=0) as file:  # a buffer for each of so many small files costs as much
            digest.update(file.read())
            if _BEGUN < os.fstat(file.fileno()).st_mtime <= time.time():
                return ""
    return digest.hexdigest()[:16]

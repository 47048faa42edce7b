"""Which code reads and resolves: what is kept between runs is valid for that code alone."""

from __future__ import annotations

import hashlib
import sys
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


def version_of(kinds: Iterable[Kind]) -> str:
    """A digest of the code that reads and resolves, of plug-ins and of Python: what is stale is never found."""
    digest = hashlib.sha256(sys.version.encode())
    sources = {source for folder in _FOLDERS for source in (_HERE / folder).glob("*.py")}
    sources |= {_HERE / name for name in _COMPOSING}
    sources |= {Path(str(sys.modules[type(kind).__module__].__file__)) for kind in kinds}
    for source in sorted(sources):
        digest.update(source.read_bytes())
    return digest.hexdigest()[:16]

"""Which folder is meant where a text says little of it: the code before a lone file name, a document within it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from audit.model.regex import regex

_WORD: Final = regex(r"[a-z0-9]+")
_OF_ROOT: Final = frozenset({"root", "repo", "repository", "project", "base", "top"})
"""What folders are called that hold all of a repository."""


def leads_to(path: str, document: str, holder: str) -> bool:
    """Whether what a document puts before the name of a file may be its folder: it lies below the document's own or
    above it, or the words of the one are in the other."""
    folder, own = path.rpartition("/")[0], document.rpartition("/")[0]
    words = set(_WORD.findall(holder.lower()))
    if not folder:
        return not own or not _OF_ROOT.isdisjoint(words)
    is_near = bool(own) and f"{folder}/".startswith(f"{own}/")
    return is_near or f"{own}/".startswith(f"{folder}/") or not words.isdisjoint(_WORD.findall(folder.lower()))


def within_own(document: str, text: str) -> Iterator[str]:
    """The paths that a text means where it begins with the name of a folder in which the document lies itself."""
    top = text.removeprefix("./").partition("/")[0]
    parts = document.split("/")[:-1]
    for depth, part in enumerate(parts):
        if part == top:
            yield "/".join((*parts[:depth], text.removeprefix("./").rstrip("/")))

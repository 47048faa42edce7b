"""Where the commands of a script are: at home in the repository, or in a folder of which no repository speaks."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import Final

from audit.model.regex import regex

_TEMPORARY: Final = regex(r"(?:/var)?/tmp(?:/|$)|\$\{?(?:TMPDIR|RUNNER_TEMP)\b|\$\(mktemp\b")
"""Where commands keep what no repository holds."""
_NAME: Final = regex(r"[\w./-]*[\w-]")
_CLONE: Final = regex(r"\bgit[ \t]+clone\b([^\n;&|()]*)")
_ADDRESS: Final = regex(r"[/:<$]")
_BELOW_A_VARIABLE: Final = regex(r"\$(?:\w+|\{\w+\})/(?=[\w.])")
"""Leads to a folder of the repository, more often than not: ``$ROOT/docs``."""
_ANY: Final = "*"
"""Stands for the folder of a clone whose address is left to the reader."""


def cloned_folders(source: str) -> Iterator[str]:
    """The folders that the clones of a script make: as they are told to, or by the last part of each address."""
    for clone in _CLONE.finditer(source):
        words = [word.strip("\"'") for word in clone[1].split() if not word.startswith("-")]
        first = next((index for index, word in enumerate(words) if _ADDRESS.search(word)), len(words) - 1)
        told = words[first + 1 : first + 2] or [words[first].rpartition("/")[2].removesuffix(".git")] if words else []
        yield from (folder if _NAME.fullmatch(folder) else _ANY for folder in told)


class Place:
    """Follows where commands go. What they have ``cloned`` lies in folders of these names."""

    def __init__(self, cloned: frozenset[str], folder: str = "") -> None:
        self._cloned = cloned
        self._is_in_clone = False
        self.is_away = False
        """Whether paths count from a folder that is none of the repository."""
        self.folder = folder
        """The folder that paths count from, relative to where the commands begin; empty for that, and where they go to
        a folder that only a run can tell."""

    def goes(self, folder: str) -> bool:
        """Note that a command changes to a folder; whether to the top of a clone, which is no path of the tree."""
        is_relative = folder[:1] not in ("", "-", "/", "~", "$")
        variable = _BELOW_A_VARIABLE.match(folder)
        top = folder.removeprefix("./").rstrip("/")
        below = posixpath.normpath(posixpath.join(self.folder, folder)) if is_relative else "."
        below = posixpath.normpath(folder[variable.end() :]) if variable else below
        self.folder = below if _NAME.fullmatch(below) else ""
        if top in self._cloned or (is_relative and _ANY in self._cloned and not self.is_away):
            self._cloned -= {_ANY}
            self.is_away = self._is_in_clone = True
            return True
        if not is_relative:
            self.is_away = _TEMPORARY.match(folder) is not None
        elif self._is_in_clone and folder.startswith(".."):
            self.is_away = False
        self._is_in_clone = self._is_in_clone and self.is_away
        return False

"""Modules that only a build makes, known from build files and from the ignore files of version control."""

from __future__ import annotations

import fnmatch
import posixpath
import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Final

from audit.model.regex import regex
from audit.resolve.index import ModuleIndex
from audit.resolve.layout import Layout

_FOLDER: Final = regex(r"\w[\w./-]*/\w+")
"""A pattern that names a folder by its path, and no file: there is no suffix."""
_OTHER_FILE: Final = regex(r"(?:(.*/)?(\w[\w*]*|[\w*]*\w)\.(?:pyx|(?:[\w*-]+\.)?(?:so|pyd))|()(\*\w+|\w+\*)\.\*)")
"""A pattern that names a module by another file than its source: what it is compiled from or to, or, with part of the
name left open, any."""
_PART_OF_A_NAME: Final = regex(r"\w+\*|\*\w+")
"""A pattern for the folders whose names begin or end alike: ``private*``."""


class Builds:
    """What builds of one tree may make: by what build files name, and by what version control ignores."""

    def __init__(self, layout: Layout, ignored: Callable[[str], bool]) -> None:
        self._names = layout.built
        # by their last part: build files name thousands of words, and each attribute of a package may ask
        self._stems: dict[str, list[str]] = defaultdict(list)
        for name in layout.built:
            if "." in name:
                self._stems[name.rpartition(".")[2]].append(f"/{name.replace('.', '/')}")
        self._extensions: dict[str, list[str]] = defaultdict(list)
        for at, name in layout.extensions:
            self._extensions[name].append(f"{at}/" if at else "")
        self._ignored = ignored
        self._made: dict[str, bool] = {}

    def makes(self, stem: str) -> bool:
        """Whether a build may make the module at a path without suffix."""
        found = self._made.get(stem)
        if found is None:
            ignored = self._ignored(f"{stem}.py") or self._ignored(f"{stem}/__init__.py")
            found = self._made[stem] = ignored or self._is_named(stem)
        return found

    def may_make(self, index: ModuleIndex, parts: tuple[str, ...], *, stood: bool) -> bool:
        """Whether a build may make a module, or one above it that the tree lacks: an extension may hold modules of its
        own, for which the base had no files (``stood`` says that it had)."""
        if self._made_below_a_root(index, parts):
            return True
        above = () if stood else (parts[:end] for end in range(len(parts) - 1, 1, -1))
        return any(self._made_below_a_root(index, each) for each in above if not index.nodes(index.roots, each))

    def _made_below_a_root(self, index: ModuleIndex, parts: tuple[str, ...]) -> bool:
        below = "/".join(parts)
        return any(self.makes(f"{root}/{below}" if root else below) for root in index.roots)

    def _is_named(self, stem: str) -> bool:
        """Whether build files name a module: by its dotted name, below them as an extension, or by a file name
        that only they would use."""
        folder, _, leaf = stem.rpartition("/")
        if leaf in self._names and (leaf.startswith("_") or leaf.endswith("version")):
            return True
        if any(f"{folder}/".startswith(at) for at in self._extensions.get(leaf, ())):
            return True
        return any(f"/{stem}".endswith(name) for name in self._stems.get(leaf, ()))


def generated_by_build(ignore_files: Iterable[tuple[str, bytes]]) -> Callable[[str], bool]:
    """Whether a path is one that ``.gitignore`` files expect a build to write.

    Only patterns that name a Python file or what it is compiled from or to, or a folder by its path, or by part of its
    name at any depth, count, and those for all that lies beside an ignore file below the root: the folder names that
    every project ignores (``build/``, ``lib/``) say nothing about a missing module.
    """
    patterns: list[str] = []
    for path, content in ignore_files:
        folder = posixpath.dirname(path)
        for line in content.decode("utf-8", errors="replace").splitlines():
            pattern = line.strip()
            if not pattern or pattern.startswith(("#", "!")):
                continue
            below = pattern.removeprefix("/**/").removeprefix("**/")
            inner = below.strip("/")
            anchored = "/" in below.rstrip("/")
            if other := _OTHER_FILE.fullmatch(inner):
                inner = "".join(filter(None, (*other.groups(), ".py")))
            if folder and inner in ("*", "*.py"):
                patterns.append(posixpath.join(folder, inner))
            elif pattern.endswith("/"):
                if inner and (anchored or (below != pattern and _PART_OF_A_NAME.fullmatch(inner))):
                    patterns.append(posixpath.join(folder, inner, "*"))
                    patterns += [] if anchored else [posixpath.join(folder, "*", inner, "*")]
            elif inner.endswith(".py") and inner != "*.py":
                patterns.append(posixpath.join(folder, inner))
                if not anchored:
                    patterns.append(posixpath.join(folder, "*", inner))
            elif anchored and _FOLDER.fullmatch(inner):
                patterns.append(posixpath.join(folder, inner, "*"))
    if not patterns:
        return lambda _path: False
    either = re.compile("|".join(fnmatch.translate(pattern) for pattern in dict.fromkeys(patterns)))
    return lambda path: either.match(path) is not None

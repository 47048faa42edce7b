"""Modules that only a build makes, known from the ignore files of version control."""

from __future__ import annotations

import fnmatch
import posixpath
import re
from collections.abc import Callable, Iterable


def generated_by_build(ignore_files: Iterable[tuple[str, bytes]]) -> Callable[[str], bool]:
    """Whether a path is one that ``.gitignore`` files expect a build to write.

    Only patterns that name a Python file, or a folder by its path, count: the folder names that every
    project ignores (``build/``, ``lib/``) say nothing about a missing module.
    """
    patterns: list[str] = []
    for path, content in ignore_files:
        folder = posixpath.dirname(path)
        for line in content.decode("utf-8", errors="replace").splitlines():
            pattern = line.strip()
            if not pattern or pattern.startswith(("#", "!")):
                continue
            inner = pattern.strip("/").removeprefix("**/")
            anchored = "/" in pattern.removeprefix("**/").rstrip("/")
            if pattern.endswith("/"):
                if anchored and inner:
                    patterns.append(posixpath.join(folder, inner, "*"))
            elif inner.endswith(".py") and inner != "*.py":
                patterns.append(posixpath.join(folder, inner))
                if not anchored:
                    patterns.append(posixpath.join(folder, "*", inner))
    if not patterns:
        return lambda _path: False
    either = re.compile("|".join(fnmatch.translate(pattern) for pattern in dict.fromkeys(patterns)))
    return lambda path: either.match(path) is not None

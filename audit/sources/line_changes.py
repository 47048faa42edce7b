"""Counts the lines that came and went between a base and a tree, as git's own summary of a diff does."""

from __future__ import annotations

from pathlib import Path

from audit.model.codebase import LineChange
from audit.sources.git import Git
from audit.sources.worktree import without_filters

_DIFF = ("diff", "--no-ext-diff", "--no-textconv", "--ignore-submodules=all", "--numstat", "-z", "-M")


def line_changes(git: Git, base: str, at: str | None, prefix: str) -> dict[str, LineChange]:
    """Changes by path, relative to the audited folder; a renamed file counts under its new name.

    ``at`` is None for the files on disk: files that git does not track yet, and does not ignore, are all added.
    """
    listing = git.run(*without_filters(git), *_DIFF, base, *([at] if at else []), "--")
    fields = listing.decode(errors="surrogateescape").split("\0")
    found: dict[str, LineChange] = {}
    position = 0
    while position < len(fields) - 1:
        added, removed, path = fields[position].split("\t", 2)
        renamed = not path
        path = path or fields[position + 2]
        position += 3 if renamed else 1
        if path.startswith(prefix):
            counts = (0 if number == "-" else int(number) for number in (added, removed))
            found[path[len(prefix) :]] = LineChange(*counts)
    if at is None:
        found |= {path: LineChange(_lines(git.folder / path), 0) for path in _untracked(git)}
    return found


def _untracked(git: Git) -> list[str]:
    listing = git.run("ls-files", "-z", "--others", "--exclude-standard")
    return [raw.decode(errors="surrogateescape") for raw in listing.split(b"\0") if raw and not raw.endswith(b"/")]


def _lines(path: Path) -> int:
    try:
        content = path.read_bytes()
    except OSError:
        return 0  # it went between listing and reading
    return 0 if b"\0" in content[:8000] else content.count(b"\n") + (not content.endswith(b"\n") and bool(content))

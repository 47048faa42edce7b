"""A tree of files as the stages see it: paths, content ids, bytes; wherever it came from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

import msgspec

from audit.model.findings import Skipped

MAX_BYTES = 20_000_000
"""A larger file is not read: no source file a person wrote is that big."""


class Entry(msgspec.Struct, frozen=True):
    """One file. ``blob`` identifies its content as git would; ``alias_of`` is set when the path leads
    through a symbolic link to a folder of the same tree. ``size`` is its length in bytes, 0 when unknown."""

    path: str
    blob: str
    executable: bool = False
    alias_of: str | None = None
    size: int = 0

    @property
    def why_unread(self) -> str:
        """Why its bytes cannot be had, where a tree gives none."""
        if self.size > MAX_BYTES:
            return f"larger than {MAX_BYTES // 1_000_000} MB: not read"
        return "cannot be read: vanished or not permitted"


class Tree(Protocol):
    """Files at one moment. Entries are sorted by path; what could not be listed is in ``skipped``."""

    commit: str | None
    dirty: bool

    @property
    def entries(self) -> dict[str, Entry]:
        """Every file by its path."""

    @property
    def skipped(self) -> tuple[Skipped, ...]:
        """What is there and was not listed."""

    @property
    def submodules(self) -> tuple[str, ...]:
        """The folders that other repositories fill: nobody can tell from this one what is there."""

    def read(self, path: str) -> bytes | None:
        """The bytes of one file, or None when it vanished or its object is absent."""

    def read_many(self, paths: Iterable[str]) -> Iterator[tuple[str, bytes | None]]:
        """Each path with its bytes, in order."""


class TreeFiles:
    """The files of a tree. Satisfies `audit.model.codebase.Files`."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree

    @property
    def commit(self) -> str | None:
        """Full commit id of the tree."""
        return self._tree.commit

    def paths(self) -> tuple[str, ...]:
        """All file paths, POSIX, relative to the root, sorted."""
        return tuple(sorted(self._tree.entries))

    def read_bytes(self, path: str) -> bytes | None:
        """The content of a file; None when it is missing or cannot be read."""
        return self._tree.read(path)


def is_in(path: str, folders: tuple[str, ...]) -> bool:
    """Whether a path is one of some folders, or lies in one."""
    return any(path == folder or path.startswith(f"{folder}/") for folder in folders)


class TreeWithout:
    """A tree without the files of some folders."""

    def __init__(self, tree: Tree, folders: tuple[str, ...]) -> None:
        self._tree = tree
        self.commit = tree.commit
        self.dirty = tree.dirty
        self.entries = {path: entry for path, entry in tree.entries.items() if not is_in(path, folders)}
        self.skipped = tree.skipped
        self.submodules = tree.submodules

    def read(self, path: str) -> bytes | None:
        """The bytes of one file."""
        return self._tree.read(path) if path in self.entries else None

    def read_many(self, paths: Iterable[str]) -> Iterator[tuple[str, bytes | None]]:
        """Each path with its bytes, in order."""
        return self._tree.read_many([path for path in paths if path in self.entries])


def comparable(base: Tree, now: Tree) -> Tree:
    """A base without what another repository has taken over since: nobody can tell whether that is gone."""
    return TreeWithout(base, now.submodules) if now.submodules else base


def resolve_links(entries: dict[str, Entry], links: dict[str, str], skipped: list[Skipped]) -> dict[str, Entry]:
    """Add the files that symbolic links (path -> link text) make visible a second time.

    A link out of the tree, to nothing, or round in a circle is recorded as skipped and not followed.
    """
    added: dict[str, Entry] = {}
    for link, text in sorted(links.items()):
        target = _link_target(link, text)
        if target is None:
            skipped.append(Skipped(link, "symbolic link that leads out of the tree, not followed"))
        elif target == "" or link == target or link.startswith(f"{target}/"):
            skipped.append(Skipped(link, "symbolic link loop, not followed"))
        elif target in links:
            skipped.append(Skipped(link, "symbolic link to another symbolic link, not followed"))
        elif target in entries:
            entry = entries[target]
            added[link] = Entry(link, entry.blob, entry.executable, target, entry.size)
        else:
            below = [path for path in entries if path.startswith(f"{target}/")]
            if not below:
                skipped.append(Skipped(link, "symbolic link to nothing, not followed"))
            for path in below:
                entry = entries[path]
                seen_as = f"{link}{path[len(target) :]}"
                added[seen_as] = Entry(seen_as, entry.blob, entry.executable, path, entry.size)
    return dict(sorted({**added, **entries}.items()))


def _link_target(link: str, text: str) -> str | None:
    if text.startswith("/"):
        return None
    parts = link.split("/")[:-1]
    for piece in text.split("/"):
        if piece in ("", "."):
            continue
        if piece == "..":
            if not parts:
                return None
            parts.pop()
        else:
            parts.append(piece)
    return "/".join(parts)

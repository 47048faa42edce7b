"""A tree read from disk: tracked and untracked files of a git work tree, or every file of a plain folder."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from audit.model.errors import SourceError
from audit.model.findings import Skipped
from audit.sources.git import Git
from audit.sources.tree import MAX_BYTES, Entry, resolve_links

_IGNORED_FOLDERS = frozenset(
    {".git", ".hg", ".svn", "__pycache__", "node_modules", ".venv", "venv", ".tox", ".nox", ".eggs"}
    | {".mypy_cache", ".ruff_cache", ".pytest_cache", ".audit_cache", ".hypothesis"}
)


class WorkTree:
    """The files on disk below ``root``. In a git repository ignored files are left out, as git does.

    A file's ``blob`` is empty until it is read: content ids are computed from the bytes then.
    """

    def __init__(self, root: Path, git: Git | None) -> None:
        self.root = root
        self.commit: str | None = None
        self.dirty = False
        skipped: list[Skipped] = []
        if git is None:
            listed = sorted(_walk(root, skipped))
        else:
            self.commit = (git.answer("rev-parse", "--verify", "--quiet", "HEAD^{commit}") or "").strip() or None
            self.dirty = is_dirty(git)
            listed = _listed_by_git(git)
        entries: dict[str, Entry] = {}
        links: dict[str, str] = {}
        absent: set[str] = set()
        submodules: list[str] = []
        for path in listed:
            try:
                status = (root / path).lstat()
                mode = status.st_mode
                if stat.S_ISLNK(mode):
                    links[path] = str((root / path).readlink())
                elif stat.S_ISREG(mode):
                    entries[path] = Entry(path, "", bool(mode & stat.S_IXUSR), size=status.st_size)
                elif stat.S_ISDIR(mode):
                    path = path.rstrip("/")
                    submodules.append(path)
                    skipped.append(Skipped(path, "nested repository or submodule, not part of this one"))
                else:
                    skipped.append(Skipped(path, "neither a file nor a folder"))
            except FileNotFoundError:
                absent.add(path)  # tracked and deleted on disk: it is simply gone from this tree
            except OSError as error:
                skipped.append(Skipped(path, f"cannot be examined: {error.strerror}", incomplete=True))
        if git is not None and absent:
            _refuse_sparse(git, absent)
        self.entries = resolve_links(entries, links, skipped) if links else entries
        self.skipped = tuple(skipped)
        self.submodules = tuple(submodules)

    def read(self, path: str) -> bytes | None:
        """The bytes of one file; None when it vanished, is too large or cannot be read."""
        if path not in self.entries:
            return None
        file = self.root / path
        try:
            if file.stat().st_size > MAX_BYTES:
                return None
            return file.read_bytes()
        except OSError:
            return None

    def read_many(self, paths: Iterable[str]) -> Iterator[tuple[str, bytes | None]]:
        """Each path with its bytes."""
        for path in paths:
            yield path, self.read(path)


def blob_id(content: bytes) -> str:
    """The id git gives to these bytes (SHA-1 repositories); equal content has equal ids everywhere."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


def is_dirty(git: Git) -> bool:
    """Whether tracked files differ from HEAD, or untracked, unignored ones exist.

    Content filters of the repository's configuration are emptied first: they name programs.
    """
    return bool(git.run(*without_filters(git), "status", "--porcelain", "-z", "--ignore-submodules=all"))


def without_filters(git: Git) -> list[str]:
    """Options that empty the content filters of a repository's configuration, which name programs."""
    names = git.text("config", "--name-only", "--get-regexp", r"^filter\..*", check=False).splitlines()
    emptied: list[str] = []
    for name in names:
        emptied += ["-c", f"{name}=false" if name.endswith(".required") else f"{name}="]
    return emptied


def _listed_by_git(git: Git) -> list[str]:
    listing = git.run("ls-files", "-z", "--cached", "--others", "--exclude-standard")
    return sorted({raw.decode(errors="surrogateescape") for raw in listing.split(b"\0") if raw})


def _refuse_sparse(git: Git, absent: set[str]) -> None:
    """Files that a sparse checkout leaves out are not gone: every import of them would be called broken."""
    tagged = git.run("ls-files", "-z", "-t", "--cached").split(b"\0")
    left_out = absent & {raw[2:].decode(errors="surrogateescape") for raw in tagged if raw.startswith(b"S ")}
    if left_out:
        raise SourceError(
            f"this is a sparse checkout, which leaves out {len(left_out)} tracked files such as {min(left_out)}: "
            "run git sparse-checkout disable, or audit a whole commit with --at HEAD"
        )


def _walk(root: Path, skipped: list[Skipped]) -> Iterator[str]:
    def note(error: OSError) -> None:
        where = Path(error.filename).relative_to(root).as_posix() if error.filename else "."
        skipped.append(Skipped(where, f"cannot be listed: {error.strerror}", incomplete=True))

    for folder, folders, files in os.walk(root, onerror=note):
        base = Path(folder).relative_to(root)
        kept = [name for name in folders if name not in _IGNORED_FOLDERS]
        links = [name for name in kept if (Path(folder) / name).is_symlink()]
        folders[:] = [name for name in kept if name not in links]
        for name in (*files, *links):
            yield (base / name).as_posix()

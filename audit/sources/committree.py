"""A tree read straight from git objects at one commit: no checkout; a bare repository will do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property

from audit.model.findings import Skipped
from audit.sources.git import Git
from audit.sources.tree import MAX_BYTES, Entry, resolve_links

_LINK, _SUBMODULE = "120000", "160000"
_NOT_OURS = "submodule, not part of this repository"


class CommitTree:
    """The files of one commit, or of one folder of it. Git lists them from the start, beside this process."""

    def __init__(self, git: Git, commit: str, prefix: str = "") -> None:
        self.git = git
        self.commit: str | None = commit
        self.dirty = False
        self._listing = git.begin("ls-tree", "-r", "-l", "-z", "--full-tree", f"{commit}:{prefix}")

    @property
    def entries(self) -> dict[str, Entry]:
        """Every file by its path, sorted."""
        return self._listed[0]

    @property
    def skipped(self) -> tuple[Skipped, ...]:
        """What could not be listed."""
        return self._listed[1]

    @property
    def submodules(self) -> tuple[str, ...]:
        """The folders that other repositories fill."""
        return tuple(each.path for each in self.skipped if each.reason == _NOT_OURS)

    @cached_property
    def _listed(self) -> tuple[dict[str, Entry], tuple[Skipped, ...]]:
        entries: dict[str, Entry] = {}
        links: dict[str, str] = {}
        skipped: list[Skipped] = []
        for record in self._listing.output.decode(errors="surrogateescape").split("\0")[:-1]:
            head, _, path = record.partition("\t")
            mode, _, blob, size = head.split()
            if mode == _SUBMODULE:
                skipped.append(Skipped(path, _NOT_OURS))
            elif mode == _LINK:
                links[path] = blob
            else:
                entries[path] = Entry(path, blob, mode == "100755", size=int(size) if size.isdigit() else 0)
        texts = dict(self.git.read_blobs(links.values()))
        resolved = {path: (texts.get(blob) or b"/").decode(errors="surrogateescape") for path, blob in links.items()}
        found = resolve_links(entries, resolved, skipped) if links else dict(sorted(entries.items()))
        return found, tuple(skipped)

    def read(self, path: str) -> bytes | None:
        """The bytes of one file; None when there is no such path, it is too large, or its object is absent."""
        return next((content for _, content in self.read_many((path,))), None)

    def read_many(self, paths: Iterable[str]) -> Iterator[tuple[str, bytes | None]]:
        """Each known path with its bytes, through one git process."""
        known = [self.entries[path] for path in paths if path in self.entries]
        contents = self.git.read_blobs(entry.blob for entry in known if entry.size <= MAX_BYTES)
        for entry in known:
            yield entry.path, next(contents)[1] if entry.size <= MAX_BYTES else None

"""A tree read straight from git objects at one commit: no checkout; a bare repository will do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from audit.model.findings import Skipped
from audit.sources.git import Git
from audit.sources.tree import MAX_BYTES, Entry, resolve_links

_LINK, _SUBMODULE = "120000", "160000"


class CommitTree:
    """The files of one commit, or of one folder of it."""

    def __init__(self, git: Git, commit: str, prefix: str = "") -> None:
        self.git = git
        self.commit: str | None = commit
        self.dirty = False
        entries: dict[str, Entry] = {}
        links: dict[str, str] = {}
        skipped: list[Skipped] = []
        listing = git.run("ls-tree", "-r", "-l", "-z", "--full-tree", f"{commit}:{prefix}")
        for record in listing.split(b"\0"):
            if not record:
                continue
            head, _, raw = record.partition(b"\t")
            mode, _, blob, size = head.decode().split()
            path = raw.decode(errors="surrogateescape")
            if mode == _SUBMODULE:
                skipped.append(Skipped(path, "submodule, not part of this repository"))
            elif mode == _LINK:
                links[path] = blob
            else:
                entries[path] = Entry(path, blob, mode == "100755", size=int(size) if size.isdigit() else 0)
        texts = dict(git.read_blobs(links.values()))
        resolved = {path: (texts.get(blob) or b"/").decode(errors="surrogateescape") for path, blob in links.items()}
        self.entries = resolve_links(entries, resolved, skipped) if links else dict(sorted(entries.items()))
        self.skipped = tuple(skipped)

    def read(self, path: str) -> bytes | None:
        """The bytes of one file; None when there is no such path, it is too large, or its object is absent."""
        return next((content for _, content in self.read_many((path,))), None)

    def read_many(self, paths: Iterable[str]) -> Iterator[tuple[str, bytes | None]]:
        """Each known path with its bytes, through one git process."""
        known = [self.entries[path] for path in paths if path in self.entries]
        contents = self.git.read_blobs(entry.blob for entry in known if entry.size <= MAX_BYTES)
        for entry in known:
            yield entry.path, next(contents)[1] if entry.size <= MAX_BYTES else None

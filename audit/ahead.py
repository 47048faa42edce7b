"""What a check needs of its trees whatever it finds there: begun before the rest of the program is loaded."""

from __future__ import annotations

from collections.abc import Iterator

from audit.contents import Contents
from audit.earlier import Earlier
from audit.gathering import Pending, Wanted
from audit.kinds.reading import words_key
from audit.trees import Listing


def read_ahead(contents: Contents, now: Listing, base: Listing | None, earlier: Earlier) -> Pending:
    """Begin to read what a check of these trees needs in one go: the facts of both, and the words that tell which files
    of this one can name something gone. Files of a work tree that are not Python are left for the check, and so is
    what an ``earlier`` run knew well enough."""
    known = earlier.contents()
    wanted: list[Wanted] = []
    for path in now.paths:
        blob = now.content_id(path)
        kinds = contents.wanting(path) if blob else ()
        facts = path in now.blobs and blob not in known
        if kinds and words_key(blob, kinds) in earlier.skimmed:
            kinds = ()
        if kinds or facts:
            wanted.append(Wanted(blob, path, now.tree.entries[path].size, facts, kinds))
    here = {each.blob for each in wanted}
    if base is not None:
        wanted += [each for each in base.wanted() if each.blob not in here and each.blob not in known]

    def load(blobs: list[str]) -> Iterator[tuple[str, bytes | None]]:
        yield from now.load([blob for blob in blobs if blob in here])
        if base is not None:
            yield from base.load([blob for blob in blobs if blob not in here])

    return contents.start(wanted, load)

"""What an earlier run found out about a tree and its base, as far as it is still true of those of this run."""

from __future__ import annotations

import hashlib

from audit.contents import Contents
from audit.resolve.outcomes import all_outcomes, known_outcomes
from audit.resolve.remembered import KnownTree, Record, outcomes_still_true, record_of
from audit.skimmed import Skimmed
from audit.trees import Listing, LoadedTree

_SLOTS = 64
"""How many records are kept at most, for all repositories together."""


class Earlier:
    """The record of the last run that looked at a tree like this one, beside a base or alone; at the end, the record
    of this run takes its place. A record that is missing, damaged or of quite another tree costs time only."""

    def __init__(self, contents: Contents, now: Listing, base: Listing | None) -> None:
        self._contents = contents
        slot = _slot(now, base)
        self._key = f"record {slot}"
        self._record = contents.recalled(self._key, Record)
        self.skimmed = Skimmed(contents, slot)
        self.now = KnownTree(self._record.now if self._record is not None else None, contents.recalled_facts)
        self.base = KnownTree(self._record.base if self._record is not None else None, contents.recalled_facts)

    def contents(self) -> frozenset[str]:
        """The content ids of the files about which something is known."""
        if self._record is None:
            return frozenset()
        trees = [self._record.now] if self._record.base is None else [self._record.now, self._record.base]
        return frozenset(blob for tree in trees for blob in tree.blobs.values())

    def recall(self, now: LoadedTree, base: LoadedTree | None) -> None:
        """Tell the programs of the tree and its base what is known of their files: what they tell of the tree, and what
        their references come to. What they say themselves must have been read."""
        for known, tree in ((self.base, base), (self.now, now)):
            if tree is not None:
                tree.program.surveys.update(known.surveys(tree.program, tree.blobs, tree.outside))
        record, of_now, of_base = self._record, self.now.difference, self.base.difference
        if record is None or of_now is None:
            return
        if base is None:
            now.program.outcomes.update(outcomes_still_true(record.outcomes, of_now))
        elif of_base is not None:
            base.program.outcomes.update(outcomes_still_true(record.before, of_base))
            now.program.outcomes.update(outcomes_still_true(record.outcomes, of_now, of_base))

    def keep(self, now: LoadedTree, base: LoadedTree | None) -> None:
        """Keep what this run found out, where all files could be read."""
        if not self._contents.keeps:
            return
        trees = [now] if base is None else [now, base]
        records = [record_of(tree.program, tree.blobs, tree.configured, tree.outside) for tree in trees]
        before = known_outcomes(base.program) if base is not None else {}
        found = Record(records[0], records[-1] if base is not None else None, all_outcomes(now.program), before)
        if found != self._record and all(tree.facts.all_readable for tree in trees):
            self._contents.remember(self._key, found)


def _slot(now: Listing, base: Listing | None) -> str:
    """Where the record is kept: in one place for all trees, of whatever clone, with the same folders at their top."""
    folders = sorted({folder for folder, below, _ in (path.partition("/") for path in now.blobs) if below})
    number = int(hashlib.sha256(repr(folders).encode(errors="surrogatepass")).hexdigest(), 16) % _SLOTS
    return f"{number} {'beside a base' if base is not None else 'alone'}"

"""What an earlier run found out about a tree and its base, as far as it is still true of those of this run."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from audit.contents import Contents
from audit.resolve.outcomes import all_outcomes
from audit.resolve.program import Program
from audit.resolve.remembered import Difference, Record, TreeRecord, outcomes_still_true, record_of
from audit.resolve.surveys import Survey
from audit.trees import Listing, LoadedTree

_SLOTS = 64
"""How many records are kept at most, for all repositories together."""


class Earlier:
    """The record of the last run that looked at a tree like this one, beside a base or alone; at the end, the record
    of this run takes its place. A record that is missing, damaged or of quite another tree costs time only."""

    def __init__(self, contents: Contents, now: Listing, base: Listing | None) -> None:
        self._contents = contents
        self._key = _slot(now, base)
        self._record = contents.recalled(self._key, Record)
        self._now: Difference | None = None
        self._base: Difference | None = None

    def contents(self) -> frozenset[str]:
        """The content ids of the files about which something is known."""
        if self._record is None:
            return frozenset()
        trees = [self._record.now] if self._record.base is None else [self._record.now, self._record.base]
        return frozenset(blob for tree in trees for blob in tree.blobs.values())

    def of_now(self, blobs: Mapping[str, str], program: Program, outside: str) -> Mapping[str, Survey]:
        """What is known of the files of the tree."""
        self._now = self._difference(self._record.now if self._record is not None else None, program, blobs, outside)
        return dict(self._now.surveys()) if self._now is not None else {}

    def of_base(self, blobs: Mapping[str, str], program: Program, outside: str) -> Mapping[str, Survey]:
        """What is known of the files of the base."""
        self._base = self._difference(self._record.base if self._record is not None else None, program, blobs, outside)
        return dict(self._base.surveys()) if self._base is not None else {}

    def _difference(
        self, record: TreeRecord | None, program: Program, blobs: Mapping[str, str], outside: str
    ) -> Difference | None:
        if record is None:
            return None
        return Difference(record, program, blobs, outside, self._contents.recalled_facts)

    def recall_outcomes(self, program: Program) -> None:
        """Tell a program what the references of its files are known to come to."""
        if self._record is not None and self._now is not None:
            program.outcomes.update(outcomes_still_true(self._record, self._now, self._base))

    def keep(self, now: LoadedTree, base: LoadedTree | None) -> None:
        """Keep what this run found out, where all files could be read."""
        trees = [now] if base is None else [now, base]
        if all(tree.facts.all_readable for tree in trees):
            records = [record_of(tree.program, tree.blobs, tree.outside) for tree in trees]
            found = Record(records[0], records[1] if base is not None else None, all_outcomes(now.program))
            if not self._is_known(found):
                self._contents.remember(self._key, found)

    def _is_known(self, found: Record) -> bool:
        known = self._record
        if known is None or (known.now.blobs, known.now.outside) != (found.now.blobs, found.now.outside):
            return False
        if known.base is not None and found.base is not None and known.base.blobs != found.base.blobs:
            return False
        return all(known.outcomes.get(path) is outcome for path, outcome in found.outcomes.items())


def _slot(now: Listing, base: Listing | None) -> str:
    """The key of the record: the same for all trees with the same folders at their top, of whatever clone or commit."""
    folders = sorted({path.partition("/")[0] for path in now.blobs})
    number = int(hashlib.sha256(repr(folders).encode(errors="surrogatepass")).hexdigest(), 16) % _SLOTS
    return f"record {number} {'beside a base' if base is not None else 'alone'}"

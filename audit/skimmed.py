"""Which files an earlier run found worth reading for mentions, as long as the same words are looked for."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from audit.contents import Contents


class _Record(msgspec.Struct, frozen=True, array_like=True):
    """``needles`` identifies what was looked for, ``kinds`` maps a content and the kinds that want it to the places of
    those kinds, in their order, for which it is worth reading."""

    needles: str = ""
    kinds: dict[str, tuple[int, ...]] = {}


class Skimmed:
    """What the last run found that looked at a tree like this one. ``slot`` names such trees."""

    def __init__(self, contents: Contents, slot: str) -> None:
        self._contents = contents
        self._key = f"skimmed {slot}"
        self._record = contents.recalled(self._key, _Record) or _Record()

    def __contains__(self, key: str) -> bool:
        """Whether a content was skimmed, for whatever words."""
        return key in self._record.kinds

    def by(self, needles: str) -> Mapping[str, tuple[int, ...]]:
        """What was found with these words."""
        return self._record.kinds if self._record.needles == needles else {}

    def keep(self, needles: str, kinds: dict[str, tuple[int, ...]]) -> None:
        """Keep what this run found."""
        found = _Record(needles, kinds)
        if found != self._record:
            self._contents.remember(self._key, found)

"""What became of recorded evidence when it was asked for again."""

from __future__ import annotations

from typing import Literal

import msgspec

Sameness = Literal["same", "different", "unknown"]


class ReplayedStatement(msgspec.Struct, frozen=True, kw_only=True):
    """One claim (or, of a check, its findings) asked again.

    ``differences`` say what came out otherwise; ``obstacle`` why it could not be asked, and then ``now`` is None.
    """

    id: str
    text: str
    sameness: Sameness
    before: str | None
    now: str | None
    differences: tuple[str, ...] = ()
    obstacle: str = ""


class Replay(msgspec.Struct, frozen=True, kw_only=True):
    """A recorded run asked again on its commit; ``how`` says how that commit was found."""

    name: str
    commit: str
    how: str
    statements: tuple[ReplayedStatement, ...]

    @property
    def sameness(self) -> Sameness:
        """Different where anything is, unknown where something could not be asked, else the same."""
        found = {each.sameness for each in self.statements}
        return "different" if "different" in found else "unknown" if "unknown" in found or not found else "same"

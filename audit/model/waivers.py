"""Waivers: a failure that is accepted for a stated reason and until a stated day, and stays in sight."""

from __future__ import annotations

from typing import Literal

import msgspec

WaiverState = Literal["used", "unused", "expired"]


class Waiver(msgspec.Struct, frozen=True, kw_only=True):
    """One waiver of a rules file: of a claim by its id, or of a finding by its fingerprint or its code and target.

    ``expires`` is the last day on which it counts, as an ISO date; ``path`` and ``line`` are where it stands.
    """

    path: str
    line: int
    reason: str
    expires: str
    claim: str = ""
    finding: str = ""
    code: str = ""
    target: str = ""

    def __str__(self) -> str:
        if self.claim:
            return f"claim {self.claim}"
        return f"finding {self.finding}" if self.finding else f"finding {self.code} {self.target}"


class JudgedWaiver(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a waiver: it is used, or it waives something that holds, or its time is over.

    ``statements`` are the ids of the claims that it waives, or would waive had it not expired.
    """

    subject: str
    path: str
    line: int
    reason: str
    expires: str
    state: WaiverState
    statements: tuple[str, ...] = ()

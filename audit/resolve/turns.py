"""Finds the commit that changed what a file says, without reading each of hundreds of versions of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, Protocol, TypeVar

from audit.model.facts import FileFacts
from audit.model.findings import Retirement

State = TypeVar("State")

_FEW: Final = 12
"""So many commits are looked at one by one."""


class Change(Protocol):
    """One commit that touched a path, and the blobs before and after it."""

    @property
    def retirement(self) -> Retirement:
        """The commit."""

    @property
    def before(self) -> str:
        """The blob before, or empty."""

    @property
    def after(self) -> str:
        """The blob after, or empty."""


def last_turn(
    changes: Iterable[Change],
    facts_of: Callable[[str], FileFacts | None],
    state_of: Callable[[FileFacts | None], State],
    turns: Callable[[State, State], bool],
) -> Retirement | None:
    """The newest of some commits, given newest first, whose version of a file ``turns`` from the state before it.

    A long history is halved until it shows where the state of today begins, and read from there: what turned twice may
    be told of the turn before the last. Where lines of history cross, that place may be beside the turn, and so it is
    looked for further on, and then from the newest commit.
    """
    listed = list(changes)

    def state(blob: str) -> State:
        return state_of(facts_of(blob) if blob else None)

    start = _first_older(listed, state) if len(listed) > _FEW else 0
    for change in (*listed[start:], *listed[:start]):
        if turns(state(change.before), state(change.after)):
            return change.retirement
    return None


def _first_older(listed: list[Change], state: Callable[[str], State]) -> int:
    """Where, going back, the versions begin that say something else than the newest."""
    now = state(listed[0].after)
    low, high = 0, len(listed) - 1
    while low < high:
        middle = (low + high) // 2
        if state(listed[middle].before) == now:
            low = middle + 1
        else:
            high = middle
    return low

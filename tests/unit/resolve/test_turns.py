"""Which commit of a history changed what a file says, and how few versions are read to find it."""

from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from audit.model.facts import FileFacts
from audit.model.findings import Retirement
from audit.resolve.turns import last_turn


class _Change(msgspec.Struct, frozen=True):
    retirement: Retirement
    before: str
    after: str


def _change(number: int, before: str, after: str) -> _Change:
    return _Change(Retirement(str(number), "2024-01-01", ""), before, after)


def _history(states: list[int]) -> list[_Change]:
    """The commits between versions that say ``states``, newest first; each version has a blob of its own."""
    blobs = [f"{state} {place}" for place, state in enumerate(states)]
    return [_change(number, blobs[number + 1], blobs[number]) for number in range(len(states) - 1)]


def _newest_turn(changes: list[_Change]) -> tuple[str | None, int]:
    """The commit that changed the state, and how many versions were read."""
    read: list[str] = []

    def facts_of(blob: str) -> FileFacts:
        read.append(blob)
        return FileFacts(lines=int(blob.split()[0]))

    found = last_turn(
        changes,
        facts_of,
        lambda facts: facts.lines if facts is not None else -1,
        lambda before, after: before != after,
    )
    return (found.commit if found is not None else None), len(set(read))


@given(st.lists(st.integers(0, 2), min_size=1, max_size=13))
def test_a_short_history_tells_its_newest_turn(states: list[int]) -> None:
    turns = [str(number) for number in range(len(states) - 1) if states[number] != states[number + 1]]
    assert _newest_turn(_history(states))[0] == next(iter(turns), None)


@given(st.integers(1, 300), st.integers(1, 300))
def test_a_long_history_with_one_turn_is_halved(newer: int, older: int) -> None:
    commit, read = _newest_turn(_history([1] * newer + [0] * older))
    assert commit == str(newer - 1)
    assert read <= 30


def test_a_turn_beside_the_place_where_lines_of_history_cross_is_found() -> None:
    changes = [_change(number, "1 a", "1 a") for number in range(20)]
    changes += [_change(20, "0 c", "0 b"), _change(21, "0 b", "1 a")]  # a commit of another line, and then the turn
    changes += [_change(number, "0 c", "0 c") for number in range(22, 40)]
    assert _newest_turn(changes)[0] == "21"


def test_a_history_without_a_turn_tells_none() -> None:
    assert _newest_turn(_history([1] * 50)) == (None, 50)

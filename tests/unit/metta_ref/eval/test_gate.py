"""The regression gate: certain differences decide, uncertain ones are neither passed nor failed."""

import numpy as np
import pytest

from metta_ref.eval.statistics import Bootstrap, Comparison, Episodes, compare, judge

MAZE = ("maze", "tmaze")
NEW, OLD = ("ant", 2), ("ant", 1)


def differing(mean: float, spread: float, pairs: int) -> Comparison:
    """A policy whose episodes differ from a baseline's by so much."""
    noise = np.linspace(-spread, spread, pairs)
    ours = {MAZE: [(str(number), mean + float(step)) for number, step in enumerate(noise)]}
    theirs = {MAZE: [(name, 0.0) for name, _ in ours[MAZE]]}
    return versus(ours, theirs)


def versus(ours: Episodes, theirs: Episodes) -> Comparison:
    found = compare({NEW: ours, OLD: theirs}, NEW, OLD, Bootstrap(0, 500))
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("mean", "margin", "outcome"),
    [
        (0.0, 0.3, "passed"),
        (0.5, 0.0, "passed"),
        (-0.1, 0.3, "passed"),
        (-0.5, 0.3, "regressed"),
        (-0.3, 0.3, "undecided"),
        (0.0, 0.0, "undecided"),
    ],
)
def test_an_interval_on_one_side_of_the_margin_decides(mean: float, margin: float, outcome: str) -> None:
    assert judge(differing(mean, 1.0, pairs=100), margin) == outcome


@pytest.mark.parametrize("pairs", [1, 2, 9])
def test_a_handful_of_pairs_decides_nothing_however_clear(pairs: int) -> None:
    assert judge(differing(-5.0, 0.0, pairs), 0.1) == "undecided"


def test_without_pairs_nothing_is_decided() -> None:
    alone = versus({MAZE: [("a", 0.0)]}, {MAZE: [("b", 9.0)]})
    assert judge(alone, 0.1) == "undecided"

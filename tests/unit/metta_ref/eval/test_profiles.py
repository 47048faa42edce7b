"""Performance profiles: shares of episodes above each value, against counting and against resampling."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metta_ref.eval.analysis import Profile, profiles
from metta_ref.eval.intervals import Bootstrap, Interval, mean

ANT = ("ant", 1)


def drawn(*strata: list[float], resamples: int = 200) -> Profile:
    """The profile of a policy that played as many tasks."""
    played = {(str(task), "grid"): [("", value) for value in values] for task, values in enumerate(strata)}
    [profile] = profiles({ANT: played}, Bootstrap(0, resamples))
    return profile


def test_a_share_is_of_all_episodes_and_certain_within_tasks_of_one_value() -> None:
    certain = (Interval(0.25, 0.25), Interval(0.0, 0.0))
    assert drawn([0.0, 0.0, 0.0], [1.0]) == Profile(ANT, (0.0, 1.0), (0.25, 0.0), certain)


@settings(max_examples=30, deadline=None)
@given(values=st.lists(st.integers(-3, 3).map(float), min_size=1, max_size=20))
def test_shares_are_counted_and_fall(values: list[float]) -> None:
    found = drawn(values)
    assert found.shares == pytest.approx([sum(v > at for v in values) / len(values) for at in found.thresholds])
    assert list(found.shares) == sorted(found.shares, reverse=True)
    assert found.shares[-1] == 0.0
    assert all(band.low <= share <= band.high for band, share in zip(found.intervals, found.shares, strict=True))


def test_the_interval_is_that_of_resampling_the_episodes() -> None:
    generator = np.random.default_rng(4)
    strata = [generator.integers(0, 2, size=size).astype(float) for size in (30, 50)]
    found = drawn(*(stratum.tolist() for stratum in strata), resamples=20_000).intervals[0]
    resampled = Bootstrap(1, 20_000).estimate(strata, mean)[1]
    assert found == pytest.approx(resampled, abs=0.013)


def test_of_many_values_fifty_thresholds_are_taken() -> None:
    found = drawn(np.random.default_rng(0).normal(size=300).tolist()).thresholds
    assert (len(found), np.unique(np.diff(found).round(9)).size) == (50, 1)

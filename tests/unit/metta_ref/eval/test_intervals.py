"""Interquartile mean and bootstrap intervals against their definitions."""

import statistics
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metta_ref.eval.statistics import Bootstrap, Estimate, Values, interquartile_mean, mean

FINITE = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=40)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([3.0], 3.0),
        ([1.0, 2.0, 9.0], 4.0),  # fewer than four: nothing is cut
        ([100.0, 2.0, 4.0, 1.0], 3.0),
        ([0.0, 1.0, 2.0, 3.0, 1e9], 2.0),  # floor(5 / 4) = 1 from each side
        ([-9.0, -9.0, 1.0, 2.0, 3.0, 4.0, 9.0, 9.0], 2.5),
    ],
)
def test_interquartile_mean_by_hand(values: list[float], expected: float) -> None:
    assert float(interquartile_mean([np.array(values)])) == expected


@settings(deadline=None)
@given(values=FINITE)
def test_interquartile_mean_is_the_mean_of_the_middle(values: list[float]) -> None:
    cut = int(0.25 * len(values))
    middle = sorted(values)[cut : len(values) - cut]
    assert float(interquartile_mean([np.array(values)])) == pytest.approx(statistics.fmean(middle), abs=1e-6)


def test_interquartile_mean_agrees_with_scipy() -> None:
    stats = pytest.importorskip("scipy.stats", reason="scipy is not installed: pip install scipy")
    values = np.random.default_rng(0).normal(size=(7, 13))
    assert interquartile_mean([values]) == pytest.approx(stats.trim_mean(values, 0.25, axis=1))


def test_interquartile_mean_of_a_table_is_that_of_each_row() -> None:
    table = np.array([[1.0, 2.0, 4.0, 100.0], [0.0, 0.0, 0.0, 8.0]])
    assert interquartile_mean([table]).tolist() == [3.0, 0.0]


@settings(max_examples=30, deadline=None)
@given(values=FINITE, seed=st.integers(0, 2**32))
def test_an_interval_lies_within_the_values_and_follows_from_the_seed(values: list[float], seed: int) -> None:
    tasks = [np.array(values)]
    first, second = (Bootstrap(seed, 50).estimate(tasks, mean) for _ in range(2))
    assert first == second
    assert min(values) - 1e-6 <= first.low <= first.high <= max(values) + 1e-6


def test_a_resample_is_as_large_as_the_sample() -> None:
    def size(tasks: Sequence[Values]) -> Values:
        return np.full(len(tasks[0]), [values.shape[1] for values in tasks] == [3, 5], float)

    assert Bootstrap(0, 50).estimate([np.zeros(3), np.zeros(5)], size) == Estimate(1.0, 1.0, 1.0)


def test_tasks_are_resampled_within_themselves() -> None:
    """Two constant tasks leave nothing to chance, although their pooled values differ."""
    tasks = [np.full(3, 0.0), np.full(3, 1.0)]
    assert Bootstrap(0, 100).estimate(tasks, mean) == Estimate(0.5, 0.5, 0.5)


def test_the_interval_covers_the_true_mean_as_often_as_it_says() -> None:
    """Over 200 samples of 40, a 95 % percentile bootstrap covers 0 between 88 % and 99 % of the time."""
    generator = np.random.default_rng(7)
    covered = 0
    for seed in range(200):
        sample = generator.normal(size=40)
        interval = Bootstrap(seed, 400).estimate([sample], mean)
        covered += interval.low <= 0.0 <= interval.high
    assert 0.88 <= covered / 200 <= 0.99


def test_many_values_are_resampled_in_batches_without_losing_any() -> None:
    sample = np.random.default_rng(1).normal(size=3000)
    shapes = []

    def counted(tasks: Sequence[Values]) -> Values:
        shapes.append(tasks[0].shape)
        return mean(tasks)

    interval = Bootstrap(2, 2000).estimate([sample], counted)
    assert len(shapes) > 1
    assert shapes.pop() == (1, 3000)
    assert sum(rows for rows, _ in shapes) == 2000
    half_width = 1.96 * sample.std() / np.sqrt(sample.size)
    assert interval.low == pytest.approx(sample.mean() - half_width, abs=0.15 * half_width)
    assert interval.high == pytest.approx(sample.mean() + half_width, abs=0.15 * half_width)


@pytest.mark.parametrize("tasks", [[], [np.array([])], [np.array([1.0]), np.array([])]])
def test_nothing_to_resample_is_refused(tasks: list[np.ndarray]) -> None:
    with pytest.raises(ValueError, match="at least one value in every task"):
        Bootstrap(0, 10).estimate(tasks, mean)

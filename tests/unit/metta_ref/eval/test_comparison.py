"""Which policy is better: paired differences, probability of improvement, places, against their definitions."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metta_ref.eval.statistics import Bootstrap, Comparison, Episodes, Estimate, compare, rank

ANT, BEE, CAT = ("ant", 1), ("bee", 2), ("cat", 3)
MAZE, FIELD = ("maze", "tmaze"), ("field", "grid")


def episodes(**tasks: list[float]) -> Episodes:
    """Values by task, each under its number."""
    named = {"maze": MAZE, "field": FIELD}
    return {
        named[task]: [(str(number), value) for number, value in enumerate(values)] for task, values in tasks.items()
    }


def versus(ours: Episodes, theirs: Episodes) -> Comparison | None:
    return compare({ANT: ours, BEE: theirs}, ANT, BEE, Bootstrap(0, 200))


def test_equal_beginnings_are_paired() -> None:
    """Each episode is better by one although the episodes differ widely: pairs show it, intervals would not."""
    ours, theirs = episodes(maze=[1.0, 11.0, 101.0]), episodes(maze=[0.0, 10.0, 100.0])
    found = versus(ours, theirs)
    assert found == Comparison(ANT, BEE, 3, Estimate(1.0, 1.0, 1.0), 0.0, found.improvement, "better")
    assert found.improvement.value == pytest.approx(6 / 9)
    assert versus(theirs, ours).verdict == "worse"


def test_probability_of_improvement_counts_equals_half_and_tasks_alike() -> None:
    """Maze: of 2 x 2 pairs one is won, two are equal: 1/2. Field: of 1 x 4 all are won: 1."""
    ours = episodes(maze=[1.0, 2.0], field=[9.0])
    theirs = episodes(maze=[1.0, 2.0], field=[0.0, 1.0, 2.0, 3.0])
    assert versus(ours, theirs).improvement.value == pytest.approx((1 / 2 + 1) / 2)


def test_the_smallest_detectable_effect_is_found_four_times_in_five() -> None:
    """Two tasks of 40 pairs that vary by 1 and by 2: the interval leaves 0 out in 80 % of 150 repetitions."""
    generator = np.random.default_rng(11)
    noise = {MAZE: 1.0, FIELD: 2.0}
    effect = (1.959964 + 0.841621) * np.sqrt(40 * 1.0**2 + 40 * 2.0**2) / 80
    found, told = 0, []
    for _ in range(150):
        drawn = {task: generator.normal(effect, spread, size=40) for task, spread in noise.items()}
        ours = {task: list(enumerate(values.tolist())) for task, values in drawn.items()}
        comparison = versus(ours, {task: [(name, 0.0) for name, _ in own] for task, own in ours.items()})
        told.append(comparison.detectable)
        found += comparison.verdict == "better"
    assert np.mean(told) == pytest.approx(effect, rel=0.03)
    assert 0.7 <= found / 150 <= 0.9


def test_the_smallest_detectable_effect_by_hand() -> None:
    """Differences 0 and 2, of sample variance 2, so that the standard error of their mean is 1."""
    found = versus(episodes(maze=[1.0, 3.0]), episodes(maze=[1.0, 1.0]))
    assert found.detectable == pytest.approx(1.959964 + 0.841621, rel=1e-6)


def test_one_pair_of_a_task_says_nothing_of_what_could_be_detected() -> None:
    assert versus(episodes(maze=[1.0, 2.0], field=[1.0]), episodes(maze=[0.0, 0.0], field=[0.0])).detectable is None


def test_without_pairs_the_probability_decides() -> None:
    ours = {MAZE: [("a", 5.0), ("b", 6.0)]}
    theirs = {MAZE: [("c", 1.0), ("d", 2.0)]}
    comparison = versus(ours, theirs)
    assert (comparison.pairs, comparison.difference, comparison.improvement.value) == (0, None, 1.0)
    assert (versus(ours, theirs).verdict, versus(theirs, ours).verdict) == ("better", "worse")


def test_little_is_decided_by_little() -> None:
    assert versus(episodes(maze=[0.0, 1.0]), episodes(maze=[1.0, 0.0])).verdict == "undecided"


def test_a_policy_is_not_better_than_itself() -> None:
    """The bounds of both intervals are the value of no difference."""
    same = episodes(maze=[1.0, 1.0])
    others = {MAZE: [(f"other {name}", value) for name, value in same[MAZE]]}
    paired, unpaired = versus(same, same), versus(same, others)
    assert (paired.difference, paired.verdict) == (Estimate(0.0, 0.0, 0.0), "undecided")
    assert (unpaired.improvement, unpaired.verdict) == (Estimate(0.5, 0.5, 0.5), "undecided")


def test_policies_that_played_nothing_in_common_are_not_compared() -> None:
    assert versus(episodes(maze=[1.0]), episodes(field=[1.0])) is None
    assert rank({ANT: episodes(maze=[1.0]), BEE: episodes(field=[1.0])}, Bootstrap(0, 50)) == ()


def test_places_follow_the_interquartile_mean_and_equals_share() -> None:
    """The outlier lifts the mean of `bee` above that of `ant`, and the interquartile mean not at all."""
    played = {
        ANT: episodes(maze=[1.0, 1.0, 1.0, 1.0]),
        BEE: episodes(maze=[0.0, 0.0, 0.0, 99.0]),
        CAT: episodes(maze=[1.0, 1.0, 1.0, 1.0]),
    }
    ranking = rank(played, Bootstrap(0, 500))
    assert [(standing.policy, standing.place, standing.iqm.value) for standing in ranking] == [
        (ANT, 1, 1.0),
        (CAT, 1, 1.0),
        (BEE, 3, 0.0),
    ]
    assert ranking[0].iqm == Estimate(1.0, 1.0, 1.0)
    assert ranking[2].iqm.low == 0.0 < 1.0 < ranking[2].iqm.high  # the outlier, drawn twice or more


def test_only_tasks_that_all_played_count() -> None:
    played = {ANT: episodes(maze=[1.0], field=[100.0]), BEE: episodes(maze=[2.0])}
    assert [standing.policy for standing in rank(played, Bootstrap(0, 50))] == [BEE, ANT]


values = st.lists(st.integers(-3, 3).map(float), min_size=1, max_size=12)


@settings(max_examples=40, deadline=None)
@given(ours=values, theirs=values)
def test_probability_agrees_with_counting_and_turns_around(ours: list[float], theirs: list[float]) -> None:
    forward = versus(episodes(maze=ours), episodes(maze=theirs))
    backward = versus(episodes(maze=theirs), episodes(maze=ours))
    counted = np.mean([(x > y) + 0.5 * (x == y) for x in ours for y in theirs])
    assert forward.improvement.value == pytest.approx(counted)
    assert forward.improvement.value + backward.improvement.value == pytest.approx(1.0)
    assert forward.difference.value == pytest.approx(-backward.difference.value)
    assert forward.difference.low <= forward.difference.high

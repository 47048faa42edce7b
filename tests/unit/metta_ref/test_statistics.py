"""What a run counts of its episodes: the latest hundred, whatever the rollouts that they came in."""

import numpy as np
import pytest

from metta_ref.envs import Info
from metta_ref.rl.group import ALONE
from metta_ref.rl.statistics import WINDOW, EpisodeStatistics


def ended(earned: list[float]) -> Info:
    """A step of so many environments, all of whose episodes end in it, each as long as it pays."""
    paid = np.array(earned, np.float32)
    return {"_final_obs": np.ones(len(paid), bool), "episode_return": paid, "episode_length": paid.astype(np.int64)}


def test_before_an_episode_has_ended_there_is_no_mean() -> None:
    assert EpisodeStatistics().means == (None, None)


@pytest.mark.parametrize("chunks", [[3], [40, 40, 41], [1, 99, 1], [250], [60, 170]])
def test_means_are_of_the_latest_episodes(chunks: list[int]) -> None:
    statistics, returns = EpisodeStatistics(), np.arange(sum(chunks), dtype=float)
    for chunk in np.split(returns, np.cumsum(chunks)[:-1]):
        statistics.add(0, ended(chunk.tolist()))
        statistics.settle(ALONE)
    latest = returns[-WINDOW:]
    assert (statistics.episodes, statistics.means) == (len(returns), (latest.mean(), latest.mean()))


def test_episodes_count_once_and_from_the_settling_on() -> None:
    statistics = EpisodeStatistics()
    statistics.add(0, ended([1.0]))
    assert statistics.episodes == 0
    earned, tasks = statistics.settle(ALONE)
    assert (earned.tolist(), tasks.tolist(), statistics.episodes) == ([1.0], [0], 1)
    assert len(statistics.settle(ALONE)[0]) == 0
    assert statistics.episodes == 1

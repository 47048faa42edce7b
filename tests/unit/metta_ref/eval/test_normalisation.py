"""The rule of normalisation: what a policy could have been measured in divides what was recorded."""

import math
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metta_ref.eval.eval_stats_db import EvalStatsDB, SampleFilter
from metta_ref.eval.simulation_stats_db import EpisodeRecord, SimulationRecord, SimulationStatsDB

NOON = datetime(2025, 8, 28, 12)
TEST, OTHER = ("test_policy", 1), ("other_policy", 2)
TEST_PATH = Path("train_dir/test_policy/checkpoints/epoch-00000001")


def simulation(name: str = "test_sim", env: str = "test_env") -> SimulationRecord:
    return SimulationRecord(f"id-of-{name}", name, env, TEST, NOON, NOON)


@pytest.fixture
def evaluated(tmp_path: Path) -> Iterator[EvalStatsDB]:
    """Five episodes of two agents with different policies; hearts are collected in the first two alone."""
    episodes = [
        EpisodeRecord(
            id=f"episode-{i}",
            simulation_id="id-of-test_sim",
            step_count=100,
            created_at=NOON,
            completed_at=NOON,
            policies={0: TEST, 1: OTHER},
            agent_metrics={
                0: {"reward": 1.0 + i} | ({"hearts_collected": 3.0} if i < 2 else {}),
                1: {"reward": 1.5 + i} | ({"hearts_collected": 2.0} if i < 2 else {}),
            },
        )
        for i in range(5)
    ]
    path = tmp_path / "stats.duckdb"
    with SimulationStatsDB(path) as database:
        database.record(simulation(), episodes)
    with EvalStatsDB(path) as database:
        yield database


def test_average_divides_by_potential_samples(evaluated: EvalStatsDB) -> None:
    assert evaluated.get_average_metric_by_filter("hearts_collected", TEST_PATH, 1) == 6.0 / 5.0
    assert evaluated.potential_samples_for_metric(*TEST) == 5
    assert evaluated.count_metric_agents(*TEST, "hearts_collected") == 2
    assert evaluated.get_average_metric_by_filter("reward", TEST_PATH, 1) == 3.0


def test_filter_selects_simulations_exactly(evaluated: EvalStatsDB) -> None:
    def hearts(samples: SampleFilter) -> float | None:
        return evaluated.get_average_metric_by_filter("hearts_collected", TEST_PATH, 1, samples)

    assert hearts(SampleFilter(sim_env="test_env")) == 1.2
    assert hearts(SampleFilter(sim_name="test_sim", sim_env="test_env")) == 1.2
    assert hearts(SampleFilter(sim_env="another_env")) is None
    assert hearts(SampleFilter(sim_name="test")) is None
    assert hearts(SampleFilter(sim_env="test_env' OR '1'='1")) is None


def test_simulation_scores_are_normalised(evaluated: EvalStatsDB) -> None:
    assert evaluated.simulation_scores(TEST_PATH, 1, "hearts_collected") == {("test_sim", "test_env"): 1.2}
    recorded = evaluated.sums("hearts_collected", TEST)
    assert recorded.total / recorded.recorded == 3.0  # what a mean over recorded rows would have claimed


def test_sum_and_standard_deviation(evaluated: EvalStatsDB) -> None:
    assert evaluated.get_sum_metric_by_filter("hearts_collected", TEST_PATH, 1) == 1.2
    std = evaluated.get_std_metric_by_filter("hearts_collected", TEST_PATH, 1)
    assert std == pytest.approx(math.sqrt(18.0 / 5.0 - 1.2**2))


def test_unknown_metric_is_zero_and_unknown_policy_is_none(evaluated: EvalStatsDB) -> None:
    assert evaluated.get_average_metric_by_filter("nonexistent", TEST_PATH, 1) == 0.0
    assert evaluated.get_average_metric_by_filter("reward", TEST_PATH.parent, 99) is None
    stranger = Path("train_dir/stranger/checkpoints/epoch-00000001")
    assert evaluated.get_average_metric_by_filter("reward", stranger, 1) is None
    assert evaluated.get_std_metric_by_filter("reward", stranger, 1) is None
    assert evaluated.simulation_scores(stranger, 1, "reward") == {}


def test_empty_database_has_no_average_and_no_potential(tmp_path: Path) -> None:
    with SimulationStatsDB(tmp_path / "empty.duckdb"):
        pass
    with EvalStatsDB(tmp_path / "empty.duckdb") as database:
        assert database.get_average_metric_by_filter("reward", TEST_PATH, 1) is None
        assert database.potential_samples_for_metric(*TEST) == 0
        assert (database.sample_count(), database.checkpoints()) == (0, [])


@pytest.mark.parametrize(("requested", "completed"), [(1, 1), (5, 2)])
def test_episodes_that_did_not_end_do_not_count(tmp_path: Path, requested: int, completed: int) -> None:
    """Two agents share a policy and always earn 1: the average is 1 however many episodes never ended."""
    episodes = [
        EpisodeRecord(
            id=f"episode-{i}",
            simulation_id="id-of-test_sim",
            step_count=10,
            created_at=NOON,
            completed_at=NOON if i < completed else None,
            policies={0: TEST, 1: TEST},
            agent_metrics={0: {"reward": 1.0}, 1: {"reward": 1.0}} if i < completed else {},
        )
        for i in range(requested)
    ]
    path = tmp_path / "stats.duckdb"
    with SimulationStatsDB(path) as database:
        database.record(simulation(), episodes)
    with EvalStatsDB(path) as database:
        assert database.get_average_metric_by_filter("reward", TEST_PATH, 1) == 1.0
        assert database.potential_samples_for_metric(*TEST) == 2 * completed
        assert database.sample_count(TEST_PATH, 1) == 2 * requested
        assert database.sample_count(TEST_PATH, 1, sim_name="test_sim", sim_env="test_env") == 2 * requested
        assert database.sample_count(TEST_PATH, 1, sim_name="another") == 0


def test_an_agent_without_any_metric_is_no_potential_sample(tmp_path: Path) -> None:
    """Two agents of one policy, one of which was never measured, in the same episode."""
    episode = EpisodeRecord(
        id="e",
        simulation_id="id-of-test_sim",
        step_count=10,
        created_at=NOON,
        policies={0: TEST, 1: TEST},
        agent_metrics={0: {"reward": 3.0}},
    )
    with SimulationStatsDB(tmp_path / "stats.duckdb") as database:
        database.record(simulation(), [episode])
    with EvalStatsDB(tmp_path / "stats.duckdb") as database:
        sums = database.sums("reward", TEST)
        assert (sums.samples, sums.potential, sums.recorded, sums.average) == (2, 1, 1, 3.0)
        assert database.episode_values(TEST, "reward") == {("test_sim", "test_env"): [(":e", 3.0)]}


def test_a_path_without_an_epoch_names_no_checkpoint(evaluated: EvalStatsDB) -> None:
    with pytest.raises(ValueError, match="both checkpoint_path and epoch, or neither"):
        evaluated.sample_count(TEST_PATH)
    assert evaluated.sample_count() == 10


VALUES = st.lists(st.one_of(st.none(), st.just(0.0), st.floats(-1e3, 1e3)), max_size=12)


@settings(max_examples=25, deadline=None)
@given(values=VALUES)
def test_leaving_out_zeros_changes_no_figure(
    tmp_path_factory: pytest.TempPathFactory, values: list[float | None]
) -> None:
    """For any recorded values (None: the episode never ended), the figures are those of the full list."""
    ended = [value for value in values if value is not None]
    episodes = [
        EpisodeRecord(
            id=str(i),
            simulation_id="id-of-test_sim",
            step_count=1,
            created_at=NOON,
            policies={0: TEST},
            agent_metrics={} if value is None else {0: {"reward": 1.0} | ({} if value == 0.0 else {"hearts": value})},
        )
        for i, value in enumerate(values)
    ]
    path = tmp_path_factory.mktemp("stats") / "stats.duckdb"
    with SimulationStatsDB(path) as database:
        database.record(simulation(), episodes)
    with EvalStatsDB(path) as database:
        sums = database.sums("hearts", TEST)
        assert (sums.samples, sums.potential) == (len(values), len(ended))
        assert sums.recorded == sum(value != 0.0 for value in ended)
        if ended:
            mean = math.fsum(ended) / len(ended)
            variance = math.fsum((value - mean) ** 2 for value in ended) / len(ended)
            assert sums.average == pytest.approx(mean, abs=1e-9)
            assert sums.std == pytest.approx(math.sqrt(variance), abs=1e-4)

"""What is said of each checkpoint, from a database written for the purpose."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from metta_ref.eval.analysis import Analysis, CheckpointAnalysis, MetricAnalysis, TaskAnalysis, analyse
from metta_ref.eval.connection import StatsError
from metta_ref.eval.eval_stats_db import EvalStatsDB
from metta_ref.eval.simulation_stats_db import EpisodeRecord, SimulationRecord, SimulationStatsDB
from metta_ref.eval.statistics import Bootstrap, Comparison, Estimate, Standing

NOON = datetime(2025, 8, 28, 12)


def record(path: Path, epoch: int, rewards: list[float | None], **sparse: float) -> None:
    """One episode a reward; None never ended; `sparse` metrics are recorded in the first episode alone."""
    policy, identity = ("ant", epoch), f"s{epoch}"
    with SimulationStatsDB(path) as database:
        database.record(
            SimulationRecord(identity, "memory", "grid", policy, NOON),
            [
                EpisodeRecord(
                    id=f"{identity}-{i}",
                    simulation_id=identity,
                    step_count=1,
                    created_at=NOON,
                    policies={0: policy},
                    agent_metrics={} if reward is None else {0: {"reward": reward} | (sparse if i == 0 else {})},
                )
                for i, reward in enumerate(rewards)
            ],
        )


@pytest.fixture
def stats(tmp_path: Path) -> Iterator[EvalStatsDB]:
    path = tmp_path / "stats.duckdb"
    record(path, 4, [1.0, 1.0, 1.0, 1.0, None], hearts=4.0)
    record(path, 8, [2.0, 2.0])
    record(path, 9, [None])
    with EvalStatsDB(path) as database:
        yield database


def test_every_checkpoint_is_told_with_what_it_rests_on(stats: EvalStatsDB) -> None:
    where = (("memory", "grid"),)

    def certain(metric: str, value: float, recorded: int, potential: int) -> MetricAnalysis:
        point = Estimate(value, value, value)
        return MetricAnalysis(metric, point, point, 0.0, recorded, potential)

    def task(episodes: int, iqm: float) -> tuple[TaskAnalysis]:
        return (TaskAnalysis("memory", "grid", episodes, Estimate(iqm, iqm, iqm)),)

    assert analyse(stats, ["reward"], Bootstrap(0, 100)) == Analysis(
        checkpoints=(
            CheckpointAnalysis(("ant", 4), 4, 5, where, (certain("reward", 1.0, 4, 4),), task(4, 1.0)),
            CheckpointAnalysis(("ant", 8), 2, 2, where, (certain("reward", 2.0, 2, 2),), task(2, 2.0)),
            CheckpointAnalysis(("ant", 9), 0, 1, where),
        ),
        seed=0,
        resamples=100,
        ranked_by="reward",
        ranking=(
            Standing(("ant", 8), 1, Estimate(2.0, 2.0, 2.0)),
            Standing(("ant", 4), 2, Estimate(1.0, 1.0, 1.0)),
        ),
        comparisons=(Comparison(("ant", 8), ("ant", 4), 0, None, None, Estimate(1.0, 1.0, 1.0), "better"),),
    )


def test_one_checkpoint_alone_is_not_ranked(tmp_path: Path) -> None:
    record(tmp_path / "one.duckdb", 1, [1.0, 2.0])
    with EvalStatsDB(tmp_path / "one.duckdb") as alone:
        assert analyse(alone, ["*"], Bootstrap(0, 100)).ranking == ()


def test_the_baseline_can_be_chosen_among_the_measured(stats: EvalStatsDB) -> None:
    [comparison] = analyse(stats, ["*"], Bootstrap(0, 100), baseline=("ant", 8)).comparisons
    assert (comparison.policy, comparison.baseline, comparison.verdict) == (("ant", 4), ("ant", 8), "worse")
    with pytest.raises(StatsError, match="baseline ant epoch 9 was not measured: measured are ant epoch 4, ant"):
        analyse(stats, ["*"], Bootstrap(0, 100), baseline=("ant", 9))


def test_a_metric_that_only_another_checkpoint_recorded_is_zero(stats: EvalStatsDB) -> None:
    first, second, _ = analyse(stats, ["h*"], Bootstrap(0, 200)).checkpoints
    [hearts], [none] = first.metrics, second.metrics
    assert (hearts.mean.value, hearts.recorded, hearts.potential) == (1.0, 1, 4)
    assert hearts.iqm.value == 0.0
    assert hearts.mean.low < hearts.mean.value < hearts.mean.high
    assert (none.mean.value, none.recorded, none.potential) == (0.0, 0, 2)


def test_episodes_of_one_seed_and_number_all_count(tmp_path: Path) -> None:
    """As of two simulations of one name that differ in their limit of steps; each is a pair of the baseline's."""
    path = tmp_path / "stats.duckdb"
    for run, identity, reward in (("ant", "a", 0.0), ("bee", "b", 1.0), ("bee", "c", 3.0)):
        episode = EpisodeRecord(
            id=f"{identity}-0",
            simulation_id=identity,
            step_count=1,
            created_at=NOON,
            policies={0: (run, 1)},
            agent_metrics={0: {"reward": reward}},
            attributes={"seed": "5", "number": "0"},
        )
        with SimulationStatsDB(path) as database:
            database.record(SimulationRecord(identity, "memory", "grid", (run, 1), NOON), [episode])
    with EvalStatsDB(path) as stats:
        found = analyse(stats, ["*"], Bootstrap(0, 50))
    [comparison] = found.comparisons
    assert (comparison.pairs, comparison.difference.value) == (2, 2.0)
    assert [(one.policy, one.iqm.value) for one in found.ranking] == [(("bee", 1), 2.0), (("ant", 1), 0.0)]


def test_another_checkpoint_moves_no_interval(tmp_path: Path) -> None:
    def intervals(path: Path) -> list[Estimate]:
        with EvalStatsDB(path) as database:
            [reward] = analyse(database, ["reward"], Bootstrap(3, 200)).checkpoints[0].metrics
        return [reward.mean, reward.iqm]

    alone, together = tmp_path / "alone.duckdb", tmp_path / "together.duckdb"
    for path in (alone, together):
        record(path, 4, [0.0, 1.0, 2.0, 5.0])
    record(together, 2, [1.0, 7.0])
    record(together, 8, [1.0, 7.0])
    with EvalStatsDB(together) as database:
        [reward] = analyse(database, ["reward"], Bootstrap(3, 200)).checkpoints[1].metrics
    assert [reward.mean, reward.iqm] == intervals(alone)


def test_nothing_measured_is_an_error_and_never_an_empty_table(tmp_path: Path, stats: EvalStatsDB) -> None:
    with pytest.raises(StatsError, match=r"no metric matches x\*: recorded are hearts, reward"):
        analyse(stats, ["x*"], Bootstrap(0, 10))
    with pytest.raises(StatsError, match="no metric hearths to rank by: recorded are hearts, reward"):
        analyse(stats, ["*"], Bootstrap(0, 10), ranked_by="hearths")
    with SimulationStatsDB(tmp_path / "empty.duckdb"):
        pass
    with EvalStatsDB(tmp_path / "empty.duckdb") as empty, pytest.raises(StatsError, match="no episode"):
        analyse(empty, ["*"], Bootstrap(0, 10))

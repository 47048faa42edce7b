"""What is said of each checkpoint, from a database written for the purpose."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from metta_ref.eval.analysis import analyse
from metta_ref.eval.connection import StatsError
from metta_ref.eval.eval_stats_db import EvalStatsDB
from metta_ref.eval.simulation_stats_db import EpisodeRecord, SimulationRecord, SimulationStatsDB
from metta_ref.eval.statistics import Bootstrap

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
    where = [{"name": "memory", "env": "grid"}]

    def certain(name: str, value: float) -> dict[str, Any]:
        return {name: value, f"{name}_interval": [value, value]}

    def told(epoch: int, value: float, episodes: int, samples: int) -> dict[str, Any]:
        figures = certain("mean", value) | certain("iqm", value)
        metric = {"metric": "reward", **figures, "std": 0.0, "recorded": episodes, "potential": episodes}
        task = {"name": "memory", "env": "grid", "episodes": episodes, **certain("iqm", value)}
        counts = {"episodes": episodes, "samples": samples, "simulations": where}
        return {"run": "ant", "epoch": epoch, **counts, "metrics": [metric], "tasks": [task]}

    unmeasured = {"run": "ant", "epoch": 9, "episodes": 0, "samples": 1, "simulations": where}
    assert analyse(stats, ["reward"], Bootstrap(0, 100)) == {
        "schema_version": 1,
        "confidence": 0.95,
        "checkpoints": [told(4, 1.0, 4, 5), told(8, 2.0, 2, 2), {**unmeasured, "metrics": [], "tasks": []}],
        "seed": 0,
        "resamples": 100,
        "ranked_by": "reward",
        "ranking": [
            {"run": "ant", "epoch": 8, "place": 1, **certain("iqm", 2.0)},
            {"run": "ant", "epoch": 4, "place": 2, **certain("iqm", 1.0)},
        ],
        "comparisons": [
            {
                "run": "ant",
                "epoch": 8,
                "baseline": {"run": "ant", "epoch": 4},
                "pairs": 0,
                "difference": None,
                "detectable": None,
                **certain("improvement", 1.0),
                "verdict": "better",
            }
        ],
    }


def test_one_checkpoint_alone_is_not_ranked(tmp_path: Path) -> None:
    record(tmp_path / "one.duckdb", 1, [1.0, 2.0])
    with EvalStatsDB(tmp_path / "one.duckdb") as alone:
        assert analyse(alone, ["*"], Bootstrap(0, 100))["ranking"] == []


def test_the_baseline_can_be_chosen_among_the_measured(stats: EvalStatsDB) -> None:
    [one] = analyse(stats, ["*"], Bootstrap(0, 100), baseline=("ant", 8))["comparisons"]
    assert (one["run"], one["epoch"], one["baseline"]["epoch"], one["verdict"]) == ("ant", 4, 8, "worse")
    with pytest.raises(StatsError, match="baseline ant epoch 9 was not measured: measured are ant epoch 4, ant"):
        analyse(stats, ["*"], Bootstrap(0, 100), baseline=("ant", 9))


def test_a_metric_that_only_another_checkpoint_recorded_is_zero(stats: EvalStatsDB) -> None:
    first, second, _ = analyse(stats, ["h*"], Bootstrap(0, 200))["checkpoints"]
    [hearts], [none] = first["metrics"], second["metrics"]
    assert (hearts["mean"], hearts["recorded"], hearts["potential"], hearts["iqm"]) == (1.0, 1, 4, 0.0)
    assert hearts["mean_interval"][0] < hearts["mean"] < hearts["mean_interval"][1]
    assert (none["mean"], none["recorded"], none["potential"]) == (0.0, 0, 2)


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
    [comparison] = found["comparisons"]
    assert (comparison["pairs"], comparison["difference"]) == (2, 2.0)
    assert [(one["run"], one["iqm"]) for one in found["ranking"]] == [("bee", 2.0), ("ant", 0.0)]


def test_another_checkpoint_moves_no_interval(tmp_path: Path) -> None:
    def metrics(path: Path, number: int) -> list[dict[str, Any]]:
        with EvalStatsDB(path) as database:
            return analyse(database, ["reward"], Bootstrap(3, 200))["checkpoints"][number]["metrics"]

    alone, together = tmp_path / "alone.duckdb", tmp_path / "together.duckdb"
    for path in (alone, together):
        record(path, 4, [0.0, 1.0, 2.0, 5.0])
    record(together, 2, [1.0, 7.0])
    record(together, 8, [1.0, 7.0])
    assert metrics(together, 1) == metrics(alone, 0)


def test_nothing_measured_is_an_error_and_never_an_empty_table(tmp_path: Path, stats: EvalStatsDB) -> None:
    with pytest.raises(StatsError, match=r"no metric matches x\*: recorded are hearts, reward"):
        analyse(stats, ["x*"], Bootstrap(0, 10))
    with pytest.raises(StatsError, match="no metric hearths to rank by: recorded are hearts, reward"):
        analyse(stats, ["*"], Bootstrap(0, 10), ranked_by="hearths")
    with SimulationStatsDB(tmp_path / "empty.duckdb"):
        pass
    with EvalStatsDB(tmp_path / "empty.duckdb") as empty, pytest.raises(StatsError, match="no episode"):
        analyse(empty, ["*"], Bootstrap(0, 10))

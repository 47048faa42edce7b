"""Policies evaluated together: any number of processes, whole or not at all."""

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from metta_ref.checkpoint.policies import Policy, PolicyCache
from metta_ref.config import ConfigError, EnvConfig, Observation
from metta_ref.envs import WorkerError
from metta_ref.eval.connection import StatsError
from metta_ref.eval.eval_stats_db import EvalStatsDB
from metta_ref.eval.simulation_stats_db import SimulationStatsDB
from metta_ref.sim.evaluation import Play, evaluate
from metta_ref.sim.simulation import Simulation

NEAR = Simulation(name="near", env=EnvConfig(max_steps=12), episodes=20, num_envs=4, seed=5, max_steps=1000)
MAZE = replace(NEAR, name="maze", env=EnvConfig(name="tmaze", max_steps=9), episodes=6)


def aimless(run: str, num_actions: int = 4) -> Policy:
    """A policy that acts at random."""
    return PolicyCache().load(f"mock://{run}", Observation((3, 3, 3)), num_actions)


PLAYS: list[Play] = [(aimless(run), simulation) for simulation in (NEAR, MAZE) for run in ("ant", "bee")]


@pytest.fixture
def directory(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
    assert not [path for path in tmp_path.rglob("*") if path.name.startswith(".")], "something was left behind"


def contents(path: Path) -> dict[str, list[Any]]:
    """Every row of every table, in order, without the times."""
    with SimulationStatsDB(path, read_only=True) as database:
        tables = database.tables()
    return {
        table: sorted(tuple(value for value in row if not isinstance(value, datetime)) for row in rows)
        for table, rows in tables.items()
    }


def test_the_number_of_processes_changes_nothing(directory: Path) -> None:
    """Not the episodes, nor their ids: six blocks, played by one process and shared by two."""

    def played(database: Path, num_workers: int) -> tuple[Any, Any]:
        return evaluate(PLAYS, database, num_workers), contents(database)

    alone, shared = played(directory / "alone.duckdb", 0), played(directory / "shared.duckdb", 2)
    assert shared == alone
    assert [(one.policy, one.simulation, one.requested, one.completed, one.added) for one in alone[0]] == [
        (("ant", 0), "near", 20, 20, 20),
        (("bee", 0), "near", 20, 20, 20),
        (("ant", 0), "maze", 6, 6, 6),
        (("bee", 0), "maze", 6, 6, 6),
    ]


def test_what_ended_before_is_not_counted_again_when_more_steps_are_given(directory: Path) -> None:
    """Otherwise short episodes, which end first, would count twice."""
    together, alone = directory / "together.duckdb", directory / "alone.duckdb"
    few, more = replace(NEAR, max_steps=30), replace(NEAR, max_steps=1000)
    [first], [second] = (evaluate([(aimless("ant"), simulation)], together) for simulation in (few, more))
    evaluate([(aimless("ant"), more)], alone)
    assert 0 < first.completed < first.requested
    assert second.added == second.requested - first.completed
    values = []
    for path in (together, alone):
        with EvalStatsDB(path) as database:
            values.append(database.episode_values(("ant", 0), "reward"))
    assert values[0] == values[1]


class Deadly:
    """Ends whoever unpickles it."""

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return os.abort, ()

    def state_dict(self) -> dict[str, object]:
        return {}


@pytest.mark.parametrize(
    ("plays", "message"),
    [
        ([(aimless("bee", num_actions=99), MAZE)], r"worker 0 raised:\n(.|\n)*Traceback(.|\n)*actions must be 0 to 3"),
        ([(replace(aimless("bee"), agent=Deadly()), MAZE)], "worker 0 .* died: signal 6"),
    ],
    ids=["raises", "dies"],
)
def test_a_worker_s_end_is_an_error_and_nothing_is_written(directory: Path, plays: list[Play], message: str) -> None:
    with pytest.raises(WorkerError, match=message):
        evaluate(plays, directory / "stats.duckdb", num_workers=2)
    assert list(directory.iterdir()) == []


def test_a_refusal_of_a_worker_is_that_refusal(directory: Path) -> None:
    gone = replace(NEAR, env=EnvConfig(name="gymnasium", id="Gone-v1"))
    with pytest.raises(ConfigError, match=r"env\.id=Gone-v1: "):
        evaluate([(aimless("ant", 2), gone)], directory / "stats.duckdb", num_workers=1)
    assert list(directory.iterdir()) == []


def test_a_suite_in_which_one_simulation_came_to_nothing_is_not_written(directory: Path) -> None:
    plays = [(aimless("ant"), MAZE), (aimless("ant"), replace(NEAR, max_steps=1))]
    with pytest.raises(StatsError, match="ant epoch 0 in near: none of 20 episodes ended within max_steps=1"):
        evaluate(plays, directory / "stats.duckdb")
    assert list(directory.iterdir()) == []


def test_a_database_that_takes_nothing_is_left_as_it_is(directory: Path) -> None:
    database = directory / "stats.duckdb"
    database.write_bytes(b"not a database at all")
    with pytest.raises(StatsError):
        evaluate([(aimless("ant"), MAZE)], database)
    assert list(directory.iterdir()) == [database]


def test_a_policy_is_evaluated_once_under_its_name(directory: Path) -> None:
    """Two policies of one name would be one policy in the database."""
    with pytest.raises(ConfigError, match="ant epoch 0 in maze stands 2 times; name every policy once"):
        evaluate([(aimless("ant"), MAZE), (aimless("ant", 5), MAZE)], directory / "stats.duckdb")

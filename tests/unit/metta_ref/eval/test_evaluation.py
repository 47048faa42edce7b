"""Policies evaluated together: any number of processes, whole or not at all, in pictures when asked for."""

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from metta_ref.agents import uniform_agent
from metta_ref.checkpoint.policies import Policy
from metta_ref.config import ConfigError, EnvConfig, Observation
from metta_ref.envs import WorkerError
from metta_ref.eval.errors import NoEpisodesError, StatsCorruptError
from metta_ref.eval.eval_stats_db import EvalStatsDB
from metta_ref.eval.simulation_stats_db import SimulationStatsDB
from metta_ref.sim.evaluation import Play, evaluate
from metta_ref.sim.playing import ReplayError
from metta_ref.sim.replay import from_json
from metta_ref.sim.simulation import Simulation

NEAR = Simulation(name="near", env=EnvConfig(max_steps=12), episodes=20, num_envs=4, seed=5, max_steps=1000)
MAZE = replace(NEAR, name="maze", env=EnvConfig(name="tmaze", max_steps=9), episodes=6)


def aimless(run: str, num_actions: int = 4) -> Policy:
    """A policy that acts at random."""
    return Policy((run, 0), uniform_agent(Observation((3, 3, 3)), num_actions), {})


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
    """Not the episodes, nor their ids, nor the pictures: six blocks, played by one process and shared by two."""

    def played(folder: Path, num_workers: int) -> tuple[object, object, object]:
        folder.mkdir()
        database, replays = folder / "stats.duckdb", folder / "replays"
        done = evaluate(PLAYS, database, num_workers=num_workers, replays=2, replay_dir=replays)
        return done, contents(database), {path.name: path.read_bytes() for path in replays.iterdir()}

    alone, shared = played(directory / "alone", 0), played(directory / "shared", 2)
    assert shared == alone
    assert [(one.policy, one.simulation, one.requested, one.completed, one.added) for one in alone[0]] == [
        (("ant", 0), "near", 20, 20, 20),
        (("bee", 0), "near", 20, 20, 20),
        (("ant", 0), "maze", 6, 6, 6),
        (("bee", 0), "maze", 6, 6, 6),
    ]
    assert len(alone[2]) == 8


def test_a_kept_episode_is_the_one_that_was_measured(directory: Path) -> None:
    database = directory / "stats.duckdb"
    [done] = evaluate([(aimless("ant"), NEAR)], database, replays=6, replay_dir=directory / "replays")
    assert len(done.replays) == 6
    with EvalStatsDB(database) as stats:
        urls = stats.replay_urls()
        rewards = dict(stats.episode_values(("ant", 0), "reward")["near", "grid"])
    assert urls == {episode: f"replays/{episode}.json" for episode in done.replays}
    steps = {row[0]: row[2] for row in contents(database)["episodes"]}
    for number, (episode, url) in enumerate(urls.items()):
        replay = from_json((directory / url).read_text(), Path(url))
        assert (replay.total, len(replay.frames)) == (rewards[f"5:{number}"], steps[episode])


def test_pictures_can_be_added_to_what_was_measured_before(directory: Path) -> None:
    database = directory / "stats.duckdb"
    evaluate([(aimless("ant"), NEAR)], database)
    before = contents(database)
    [done] = evaluate([(aimless("ant"), NEAR)], database, replays=1, replay_dir=directory / "replays")
    with EvalStatsDB(database) as stats:
        assert (done.added, list(stats.replay_urls())) == (0, list(done.replays))
    assert {**contents(database), "episodes": None} == {**before, "episodes": None}


def test_replays_elsewhere_are_named_by_a_whole_url(directory: Path) -> None:
    (directory / "data").mkdir()
    database, elsewhere = directory / "data" / "stats.duckdb", directory / "else where"
    [done] = evaluate([(aimless("ant"), MAZE)], database, replays=1, replay_dir=elsewhere)
    with EvalStatsDB(database) as stats:
        assert stats.replay_urls() == {done.replays[0]: (elsewhere / f"{done.replays[0]}.json").as_uri()}


class Deadly:
    """Ends whoever unpickles it."""

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return os.abort, ()

    def state_dict(self) -> dict[str, object]:
        return {}


@pytest.mark.parametrize(
    ("plays", "message"),
    [
        ([(aimless("bee", num_actions=99), MAZE)], r"worker raised:\n(.|\n)*Traceback(.|\n)*actions must be 0 to 3"),
        ([(Policy(("bee", 0), Deadly(), {}), MAZE)], "worker died; what it said last"),
    ],
    ids=["raises", "dies"],
)
def test_a_worker_s_end_is_an_error_and_nothing_is_written(directory: Path, plays: list[Play], message: str) -> None:
    with pytest.raises(WorkerError, match=message):
        evaluate(plays, directory / "stats.duckdb", num_workers=2, replays=1, replay_dir=directory / "replays")
    assert list(directory.iterdir()) == []


def test_a_refusal_of_a_worker_is_that_refusal(directory: Path) -> None:
    cart = replace(NEAR, env=EnvConfig(name="gymnasium", id="CartPole-v1"))
    with pytest.raises(ReplayError, match="CartPole-v1: cannot be drawn as text"):
        evaluate([(aimless("ant", 2), cart)], directory / "stats.duckdb", num_workers=1, replays=1)
    assert list(directory.iterdir()) == []


def test_a_suite_in_which_one_simulation_came_to_nothing_is_not_written(directory: Path) -> None:
    plays = [(aimless("ant"), MAZE), (aimless("ant"), replace(NEAR, max_steps=1))]
    with pytest.raises(NoEpisodesError, match="ant epoch 0 in near: none of 20 episodes ended within max_steps=1"):
        evaluate(plays, directory / "stats.duckdb", replays=1, replay_dir=directory / "replays")
    assert list(directory.iterdir()) == []


def test_replays_leave_no_trace_when_the_database_takes_nothing(directory: Path) -> None:
    database = directory / "stats.duckdb"
    database.write_bytes(b"not a database at all")
    with pytest.raises(StatsCorruptError):
        evaluate([(aimless("ant"), MAZE)], database, replays=2, replay_dir=directory / "replays")
    assert list(directory.iterdir()) == [database]


def test_a_policy_is_evaluated_once_under_its_name(directory: Path) -> None:
    """Two policies of one name would be one policy in the database."""
    with pytest.raises(ConfigError, match="ant epoch 0 in maze stands 2 times; name every policy once"):
        evaluate([(aimless("ant"), MAZE), (aimless("ant", 5), MAZE)], directory / "stats.duckdb")

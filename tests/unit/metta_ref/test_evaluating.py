"""Evaluation during training: what it leaves behind, and that training does not notice it."""

import json
from typing import Any

import pytest

from metta_ref.checkpoint import CheckpointManager, Selection
from metta_ref.config import Config, ConfigError, run_dir
from metta_ref.eval.eval_stats_db import EvalStatsDB
from metta_ref.tools import resume, sim, train
from metta_ref.tools._main import tool

SMALL = (
    "agent.hidden_size=8",
    "agent.head_size=4",
    "trainer.num_envs=8",
    "trainer.horizon=8",
    "env.name=tmaze",
    "env.corridor_length=1",
    "env.max_steps=12",
    "trainer.checkpoint_interval=5",
)
EVALUATING = ("evaluation.interval=2", "evaluation.episodes=6", "evaluation.num_envs=2")
UPDATE = 64
"""Steps of an update."""


def trained(run: str, updates: int, *overrides: str) -> CheckpointManager:
    argv = [f"run={run}", f"trainer.total_timesteps={updates * UPDATE}", *SMALL, *overrides]
    assert tool(train.main, Config, "", parse=train.parse, argv=argv) == 0
    return CheckpointManager(run_dir(run))


def resumed(run: str, updates: int, *overrides: str) -> None:
    argv = [f"run={run}", f"trainer.total_timesteps={updates * UPDATE}", *overrides]
    assert tool(resume.main, Config, "", parse=resume.parse, argv=argv) == 0


def logged(run: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (run_dir(run) / "metrics.jsonl").read_text().splitlines()]


def scores(manager: CheckpointManager) -> dict[int, Any]:
    """Scores of evaluated epochs."""
    return {
        epoch: sidecar["evaluation_score"]
        for epoch, sidecar in manager.listing().sidecars().items()
        if "evaluation_score" in sidecar
    }


def published(manager: CheckpointManager) -> dict[int, tuple[int, float | None]]:
    """Samples and mean reward by epoch, as the stats database has them."""
    with EvalStatsDB(manager.run_dir / "stats.duckdb") as database:
        return {
            epoch: (
                database.sample_count(manager.path(epoch), epoch),
                database.get_average_metric_by_filter("reward", manager.path(epoch), epoch),
            )
            for _, epoch in database.checkpoints()
        }


def test_training_is_the_same_with_and_without_it() -> None:
    plain, evaluated = trained("plain", 5), trained("evaluated", 5, *EVALUATING, "curriculum.kind=off")
    assert (plain.epochs(), evaluated.epochs()) == ((0, 5), (0, 2, 4, 5))
    assert plain.stored(5).manifest.state_digest == evaluated.stored(5).manifest.state_digest
    assert plain.stored(5).manifest.config_digest == evaluated.stored(5).manifest.config_digest
    own = {"evaluation_score", "time", "seconds", "steps_per_second"}
    for ours, theirs in zip(logged("plain"), logged("evaluated"), strict=True):
        common = [name for name in ours if name not in own and not name.endswith("_seconds")]
        assert {name: ours[name] for name in common} == {name: theirs[name] for name in common}


def test_the_score_is_in_the_checkpoint_the_log_and_the_database(capsys: pytest.CaptureFixture[str]) -> None:
    manager = trained("demo", 5, *EVALUATING)
    found = scores(manager)
    assert list(found) == [2, 4, 5]  # every second, and the last
    assert published(manager) == {epoch: (6, pytest.approx(score)) for epoch, score in found.items()}
    assert {line["epoch"]: line["evaluation_score"] for line in logged("demo") if "evaluation_score" in line} == found
    capsys.readouterr()
    argv = ["run=demo", "epoch=4", "episodes=6", "num_envs=2"]
    assert tool(sim.main, sim.SimConfig, "", argv=argv) == 0
    again = capsys.readouterr().out
    assert "completed=6 added=0 total=18" in again
    assert f"mean_reward={found[4]:.6f}" in again


def test_the_best_by_that_score_is_kept_and_chosen() -> None:
    rising_and_falling = ("seed=2", "trainer.learning_rate=0.1", "trainer.keep_checkpoints=1")
    manager = trained("demo", 6, "evaluation.interval=2", "evaluation.num_envs=4", *rising_and_falling)
    found = {line["epoch"]: line["evaluation_score"] for line in logged("demo") if "evaluation_score" in line}
    best = max(found, key=lambda epoch: (found[epoch], epoch))
    assert best == 4
    assert manager.epochs() == (best, 6)
    assert manager.select(Selection("best", "evaluation_score"))[0] == best


def test_resuming_publishes_what_a_kill_cut_off(capsys: pytest.CaptureFixture[str]) -> None:
    manager = trained("demo", 4, *EVALUATING)
    before = published(manager)
    (run_dir("demo") / "stats.duckdb").unlink()  # as if killed between the last checkpoint and its publication
    resumed("demo", 6)
    after = published(manager)
    assert (list(before), list(after)) == ([2, 4], [4, 6])
    assert after[4] == before[4]


def test_settings_of_evaluation_may_change_when_a_run_goes_on() -> None:
    manager = trained("demo", 2)
    resumed("demo", 4, *EVALUATING)
    assert list(scores(manager)) == [4]


def test_a_database_that_takes_nothing_is_told_and_does_not_end_training(capsys: pytest.CaptureFixture[str]) -> None:
    trained("demo", 1)
    database = run_dir("demo") / "stats.duckdb"
    database.write_bytes(b"no database")
    resumed("demo", 2, *EVALUATING)
    assert database.read_bytes() == b"no database"
    told = [line for line in capsys.readouterr().err.splitlines() if line.startswith("note: the evaluation")]
    assert len(told) == 1
    assert told[0].startswith(f"note: the evaluation of epoch 2 is not published: {database} is not a readable stats")
    assert told[0].endswith("then python -m metta_ref.tools.sim run=demo epoch=2")


def test_where_no_episode_ends_the_score_is_null(capsys: pytest.CaptureFixture[str]) -> None:
    manager = trained("demo", 2, *EVALUATING, "evaluation.max_steps=1")
    assert scores(manager) == {2: None}
    assert "note: no episode of epoch 2 ended within evaluation.max_steps=1; raise it" in capsys.readouterr().err
    assert published(manager) == {2: (6, None)}
    assert "evaluation_score" not in logged("demo")[-1]


def test_agents_of_a_world_are_evaluated_together() -> None:
    with pytest.raises(ConfigError, match=r"evaluation.num_envs=3: must be a multiple of env.agents=2"):
        train.parse(
            ["env.name=mettagrid", "env.id=arena", "env.agents=2", "evaluation.num_envs=3", "evaluation.interval=1"]
        )

"""Interrupted and resumed equals uninterrupted, in every byte of the trainer's whole state.

The second half is mutation testing of the checkpoint: each piece of state in turn is left out, which must
be refused, or put back to its initial value, which must show. A piece that could be lost unnoticed would
be either dead or a hole.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from metta_ref.checkpoint import Checkpoint, CheckpointManager
from metta_ref.checkpoint.errors import CheckpointStateError
from metta_ref.config import AGENTS, Config

BEFORE, AFTER = 2, 2
"""Updates on each side of the interruption; episodes are short, so that many end in them."""

TASK = ("trainer.num_envs=16", "env.max_steps=5", "env.corridor_length=1", "env.view_radius=5")
"""Short episodes, and goals that are in view from the start: every piece of state matters at once. With 16
environments a piece differs from its initial value, whatever the last bits of the arithmetic.
"""

CURRICULUM = (
    *TASK,
    "curriculum.kind=learning_progress",
    "curriculum.tasks=4",
    "curriculum.corridor_length=1,2",
    "env.name=tmaze",
    "curriculum.max_steps=8,20",
)

OTHER_SEED = ("seed=2", *TASK)

WITHOUT_EFFECT = {"agalite": [], "fast": [], "lstm": [], "memoryless": ["recurrent/starts"]}
"""Where an episode starts is nothing to an agent that has no memory to clear."""

ALIKE = re.compile(r"(policy|optimizer)/(?!value\.weight|steps).*")
"""Weights and moments, for which those of one layer stand."""


def state_digest(manager: CheckpointManager, epoch: int) -> str:
    return manager.stored(epoch).manifest.state_digest


@pytest.fixture
def uninterrupted(tmp_path: Path, new_trainer: Callable[..., Any]) -> Callable[[Config], CheckpointManager]:
    """Trains to the end in one go, saving at the point where others are interrupted."""

    def trained(config: Config) -> CheckpointManager:
        manager = CheckpointManager(tmp_path / "whole" / "demo")
        with new_trainer(config) as trainer:
            for epoch in range(1, BEFORE + AFTER + 1):
                trainer.update()
                if epoch in (BEFORE, BEFORE + AFTER):
                    manager.save(trainer.checkpoint())
        return manager

    return trained


@pytest.fixture
def resumed(tmp_path: Path, new_trainer: Callable[..., Any]) -> Callable[[Config, Checkpoint], str]:
    """Goes on from a checkpoint in a fresh trainer; the digest of where it ends."""

    def went_on(config: Config, checkpoint: Checkpoint) -> str:
        manager = CheckpointManager(tmp_path / f"resumed-{config.trainer.num_workers}" / "demo")
        with new_trainer(config) as trainer:
            trainer.restore(checkpoint)
            for _ in range(AFTER):
                trainer.update()
            path = manager.save(trainer.checkpoint())
        digest = state_digest(manager, BEFORE + AFTER)
        for file in path.iterdir():
            file.unlink()
        path.rmdir()
        return digest

    return went_on


@pytest.mark.parametrize(("agent", "task"), [*((agent, TASK) for agent in AGENTS), ("agalite", CURRICULUM)])
def test_a_resumed_run_ends_in_the_same_bytes_with_any_number_of_workers(
    agent: str, task: tuple[str, ...], small_config: Any, uninterrupted: Any, resumed: Any
) -> None:
    config = small_config(*task, f"py_agent={agent}")
    manager = uninterrupted(config)
    digests = {
        resumed(small_config(*task, f"py_agent={agent}", f"trainer.num_workers={workers}"), manager.load(BEFORE))
        for workers in (0, 1, 2)
    }
    assert digests == {state_digest(manager, BEFORE + AFTER)}


def test_another_seed_ends_in_other_bytes(small_config: Any, uninterrupted: Any, tmp_path: Path) -> None:
    digest = state_digest(uninterrupted(small_config(*TASK)), BEFORE)
    (tmp_path / "whole").rename(tmp_path / "first")
    assert state_digest(uninterrupted(small_config(*OTHER_SEED)), BEFORE) != digest


@pytest.mark.parametrize(("agent", "task"), [*((agent, TASK) for agent in AGENTS), ("memoryless", CURRICULUM)])
def test_a_checkpoint_without_any_one_piece_is_refused(
    agent: str, task: tuple[str, ...], small_config: Any, uninterrupted: Any, new_trainer: Any
) -> None:
    config = small_config(*task, f"py_agent={agent}")
    checkpoint = uninterrupted(config).load(BEFORE)
    with new_trainer(config) as trainer:
        for name in checkpoint.state:
            lacking = {key: array for key, array in checkpoint.state.items() if key != name}
            with pytest.raises(CheckpointStateError, match=rf"{name} is missing"):
                trainer.restore(replace(checkpoint, state=lacking))
        assert trainer.epoch == 0


@pytest.mark.parametrize(("agent", "task"), [*((agent, TASK) for agent in AGENTS), ("agalite", CURRICULUM)])
def test_any_one_piece_at_its_initial_value_shows_in_the_end(
    agent: str, task: tuple[str, ...], small_config: Any, uninterrupted: Any, resumed: Any, new_trainer: Any
) -> None:
    config = small_config(*task, f"py_agent={agent}")
    manager = uninterrupted(config)
    whole, expected = manager.load(BEFORE), state_digest(manager, BEFORE + AFTER)
    with new_trainer(config) as trainer:
        initial = trainer.snapshot()
    unnoticed = []
    examined = [name for name in whole.state if not ALIKE.fullmatch(name) and name != "scalars/epoch"]
    if task == CURRICULUM:
        examined = [name for name in examined if re.fullmatch("curriculum/.*|env/.*task.*", name)]
        assert len(examined) == 6
    for name in examined:
        mutant = {**whole.state, name: initial[name]}
        if resumed(config, replace(whole, state=mutant)) == expected:
            unnoticed.append(name)
    assert unnoticed == WITHOUT_EFFECT[agent]


@pytest.mark.parametrize("agent", AGENTS)
def test_a_snapshot_stays_as_it_is_while_training_goes_on(agent: str, small_config: Any, new_trainer: Any) -> None:
    """It is written by a thread meanwhile: nothing in it may be the live state."""
    with new_trainer(small_config(*TASK, f"py_agent={agent}")) as trainer:
        trainer.update()
        taken = trainer.snapshot()
        before = {name: array.copy() for name, array in taken.items()}
        trainer.update()
        changed = [name for name, array in taken.items() if not np.array_equal(array, before[name])]
    assert changed == []


def test_state_of_another_shape_type_or_name_is_refused_with_all_differences(
    small_config: Any, uninterrupted: Any, new_trainer: Any
) -> None:
    config = small_config(*TASK, "py_agent=memoryless")
    checkpoint = uninterrupted(config).load(BEFORE)
    state = {**checkpoint.state, "statistics/mood": np.zeros(1)}
    state["env/length"] = state["env/length"].astype(np.float32)
    state["recurrent/starts"] = state["recurrent/starts"][:2]
    with new_trainer(config) as trainer, pytest.raises(CheckpointStateError) as caught:
        trainer.restore(replace(checkpoint, state=state))
    assert str(caught.value) == (
        "the checkpoint does not hold this trainer's state: statistics/mood is unknown; "
        "env/length is float32[16], not int64[16]; recurrent/starts is bool[2], not bool[16]; "
        "resume with the configuration and version that wrote it"
    )


def test_a_checkpoint_of_another_configuration_is_refused(
    small_config: Any, uninterrupted: Any, new_trainer: Any
) -> None:
    checkpoint = uninterrupted(small_config(*TASK)).load(BEFORE)
    with (
        new_trainer(small_config(*TASK, "trainer.gamma=0.5")) as trainer,
        pytest.raises(CheckpointStateError, match=r"other settings than the run's config.yaml holds now"),
    ):
        trainer.restore(checkpoint)


def test_a_checkpoint_knows_where_it_comes_from(small_config: Any, uninterrupted: Any, new_trainer: Any) -> None:
    config = small_config(*TASK)
    manager = uninterrupted(config)
    with new_trainer(config) as trainer:
        trainer.restore(manager.load(BEFORE))
        trainer.update()
        manager.save(trainer.checkpoint())
    assert [manager.stored(epoch).manifest.parent for epoch in manager.epochs()] == [None, BEFORE, None]
    assert manager.stored(BEFORE + 1).sidecar()["agent_step"] == (BEFORE + 1) * 16 * 8

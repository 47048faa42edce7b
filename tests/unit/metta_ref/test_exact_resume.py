"""Interrupted and resumed equals uninterrupted, in every byte of the trainer's whole state.

The second half is mutation testing of the checkpoint: each piece of state in turn is left out, which must
be refused, or put back to its initial value, which must show. A piece that could be lost unnoticed would
be either dead or a hole.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from metta_ref.checkpoint import Checkpoint, CheckpointManager, CheckpointStateError, Snapshot
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

WITHOUT_EFFECT = {"agalite": [], "fast": [], "lstm": [], "memoryless": [("recurrent", "starts")]}
"""Where an episode starts is nothing to an agent that has no memory to clear."""


def state_digest(manager: CheckpointManager, epoch: int) -> str:
    return manager.read_manifest(epoch).state_digest


@pytest.fixture
def uninterrupted(tmp_path: Path, new_trainer: Callable[..., Any]) -> Callable[[Config], CheckpointManager]:
    """Trains to the end in one go, saving at the point where others are interrupted."""

    def trained(config: Config) -> CheckpointManager:
        manager = CheckpointManager(tmp_path / "whole" / "demo")
        with new_trainer(config) as trainer:
            for epoch in range(1, BEFORE + AFTER + 1):
                trainer.update()
                if epoch in (BEFORE, BEFORE + AFTER):
                    trainer.save(manager)
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
            path = trainer.save(manager)
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


def pieces(snapshot: Snapshot) -> list[tuple[str, str]]:
    """Every piece of state by section and name: all tensors, and the scalars."""
    named = [(section, name) for section, arrays in snapshot.tensors.items() for name in arrays]
    return named + [("scalars", name) for name in snapshot.scalars]


def with_piece(snapshot: Snapshot, section: str, name: str, value: Any) -> Snapshot:
    """The snapshot with one piece replaced, or left out where the value is None."""
    holder: dict[str, Any] = dict(snapshot.scalars if section == "scalars" else snapshot.tensors[section])
    holder.pop(name)
    if value is not None:
        holder[name] = value
    if section == "scalars":
        return replace(snapshot, scalars=holder)
    return replace(snapshot, tensors={**snapshot.tensors, section: holder})


def initial_piece(initial: Snapshot, section: str, name: str) -> Any:
    return initial.scalars[name] if section == "scalars" else initial.tensors[section][name]


@pytest.mark.parametrize(("agent", "task"), [*((agent, TASK) for agent in AGENTS), ("memoryless", CURRICULUM)])
def test_a_checkpoint_without_any_one_piece_is_refused(
    agent: str, task: tuple[str, ...], small_config: Any, uninterrupted: Any, new_trainer: Any
) -> None:
    config = small_config(*task, f"py_agent={agent}")
    checkpoint = uninterrupted(config).load(BEFORE)
    with new_trainer(config) as trainer:
        for section, name in pieces(checkpoint.snapshot):
            lacking = with_piece(checkpoint.snapshot, section, name, None)
            with pytest.raises(CheckpointStateError, match=rf"{name} is missing"):
                trainer.restore(replace(checkpoint, snapshot=lacking))
        for section in checkpoint.snapshot.tensors:
            others = {key: value for key, value in checkpoint.snapshot.tensors.items() if key != section}
            with pytest.raises(CheckpointStateError, match=f"section {section} is missing"):
                trainer.restore(replace(checkpoint, snapshot=replace(checkpoint.snapshot, tensors=others)))
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
    examined = [piece for piece in pieces(whole.snapshot) if piece != ("scalars", "epoch")]
    if task == CURRICULUM:
        examined = [piece for piece in examined if piece[0] == "curriculum" or piece[1] in ("task", "next_tasks")]
        assert len(examined) == 6
    for section, name in representative(examined):
        mutant = with_piece(whole.snapshot, section, name, initial_piece(initial, section, name))
        if resumed(config, replace(whole, snapshot=mutant)) == expected:
            unnoticed.append((section, name))
    assert unnoticed == WITHOUT_EFFECT[agent]


def representative(examined: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """All pieces but most weights and moments, of which one of each kind stands for the many alike."""
    alike = {"policy": ("value.weight",), "optimizer": ("steps", "value.weight.first", "value.weight.second")}
    return [(section, name) for section, name in examined if name in alike.get(section, (name,))]


@pytest.mark.parametrize("agent", AGENTS)
def test_a_snapshot_stays_as_it_is_while_training_goes_on(agent: str, small_config: Any, new_trainer: Any) -> None:
    """It is written by a thread meanwhile: nothing in it may be the live state."""
    with new_trainer(small_config(*TASK, f"py_agent={agent}")) as trainer:
        trainer.update()
        taken = trainer.snapshot()
        before = {piece: np.copy(initial_piece(taken, *piece)) for piece in pieces(taken)}
        trainer.update()
        changed = [piece for piece in pieces(taken) if not np.array_equal(initial_piece(taken, *piece), before[piece])]
    assert changed == []


def test_the_epoch_of_the_state_must_be_that_of_the_checkpoint(
    small_config: Any, uninterrupted: Any, new_trainer: Any
) -> None:
    config = small_config(*TASK)
    checkpoint = uninterrupted(config).load(BEFORE)
    mutant = with_piece(checkpoint.snapshot, "scalars", "epoch", 0)
    with (
        new_trainer(config) as trainer,
        pytest.raises(CheckpointStateError, match="the state is of epoch 0, its checkpoint of 2"),
    ):
        trainer.restore(replace(checkpoint, snapshot=mutant))


def test_state_of_another_shape_type_or_name_is_refused_with_all_differences(
    small_config: Any, uninterrupted: Any, new_trainer: Any
) -> None:
    config = small_config(*TASK, "py_agent=memoryless")
    checkpoint = uninterrupted(config).load(BEFORE)
    tensors = {section: dict(arrays) for section, arrays in checkpoint.snapshot.tensors.items()}
    tensors["env"]["length"] = tensors["env"]["length"].astype(np.float32)
    tensors["recurrent"]["starts"] = tensors["recurrent"]["starts"][:2]
    tensors["statistics"]["mood"] = np.zeros(1)
    with new_trainer(config) as trainer, pytest.raises(CheckpointStateError) as caught:
        trainer.restore(replace(checkpoint, snapshot=replace(checkpoint.snapshot, tensors=tensors)))
    assert str(caught.value) == (
        "the checkpoint does not hold this trainer's state: env tensor length is float32[16], not int64[16]; "
        "recurrent tensor starts is bool[2], not bool[16]; statistics tensor mood is unknown; "
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
        trainer.save(manager)
    assert [manager.read_manifest(epoch).parent for epoch in manager.epochs()] == [None, BEFORE, None]
    assert manager.read_sidecar(BEFORE + 1)["agent_step"] == (BEFORE + 1) * 16 * 8

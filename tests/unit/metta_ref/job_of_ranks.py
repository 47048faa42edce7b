"""What each of two processes does in test_ranks.py, as torchrun would start them: argument, the directory of results.

First a child of each is in a group that goes wrong. Then all that goes well is done in one group, for importing torch
takes longer than the rest.
"""

import hashlib
import os
import sys
import time
from contextlib import closing
from pathlib import Path

import torch

from metta_ref.checkpoint import Checkpoint, CheckpointManager
from metta_ref.config import Config, parse_overrides, save_run_config
from metta_ref.rl.group import Group, GroupError, process_group
from metta_ref.rl.trainer import Trainer
from metta_ref.tools import resume, train
from metta_ref.tools._main import tool
from metta_ref.tools._training import own_envs

SMALL = ("agent.hidden_size=8", "agent.head_size=4", "trainer.num_envs=8", "trainer.horizon=16")
TASK = ("env.name=tmaze", "env.corridor_length=1", "env.max_steps=7")
"""Episodes end at all times, many of them in a rollout: their order among the ranks shows."""

STEPS = 8 * 16
"""Of an update."""

CASES = {
    "lstm": ("py_agent=lstm", "trainer.minibatches=4", "trainer.target_kl=3e-4"),
    "agalite": (
        "py_agent=agalite",
        "trainer.priority_alpha=0.8",
        "curriculum.kind=learning_progress",
        "curriculum.tasks=3",
        "curriculum.corridor_length=1,3",
    ),
    "taught": ("py_agent=lstm", "kickstart.teacher={directory}/alone/lstm#epoch-2", "kickstart.value_coefficient=0.5"),
}
"""Minibatches of two environments, of which a rank has both, one or none; updates that stop half-way; and a teacher
with a memory.
"""

HALF, WHOLE = 2, 4
"""Updates until the interruption, and in all."""


def case_config(name: str, directory: Path) -> Config:
    own = (setting.format(directory=directory) for setting in CASES[name])
    return parse_overrides([f"run={name}", *SMALL, *TASK, *own], Config)


def trained(config: Config, group: Group, out: CheckpointManager, start: Checkpoint | None = None) -> Trainer:
    """Train to the end, from a checkpoint if there is one, and save at half time and at the end."""
    with closing(own_envs(config, group)) as env:
        trainer = Trainer(config, env, group, start.teachers if start else ())
        if start:
            trainer.restore(start)
        while trainer.epoch < WHOLE:
            trainer.update()
            if trainer.epoch in (HALF, WHOLE):
                checkpoint = trainer.checkpoint()
                if group.rank == 0:
                    out.save(checkpoint)
    return trainer


def main(directory: Path) -> None:
    """All that goes well, then what is refused, and a run resumed by the tool."""
    group = process_group()
    torch.set_num_threads(1)
    for name in CASES:
        config = case_config(name, directory)
        trainer = trained(config, group, CheckpointManager(directory / "ranks" / name))
        weights = b"".join(tensor.numpy().tobytes() for tensor in trainer.agent.state_dict().values())
        (directory / f"{name}-{group.rank}.sha256").write_text(hashlib.sha256(weights).hexdigest())
        for origin in ("ranks", "alone"):
            start = CheckpointManager(directory / origin / name).load(HALF)
            trained(config, group, CheckpointManager(directory / f"resumed-{origin}" / name), start)
    diverging(trainer, group, directory)
    refused = tool(train.main, Config, None, parse=train.parse, argv=["trainer.num_envs=9", "trainer.minibatches=3"])
    if group.rank == 0:
        save_run_config(case_config("lstm", directory))
    argv = ["run=lstm", f"trainer.total_timesteps={STEPS * (WHOLE + 1)}"]
    done = tool(resume.main, Config, None, parse=resume.parse, argv=argv)
    (directory / f"exit-codes-{group.rank}").write_text(f"{refused} {done}")


def diverging(trainer: Trainer, group: Group, directory: Path) -> None:
    """One rank's weights change as those of no other do."""
    if group.rank == 1:
        with torch.no_grad():
            next(tensor for _, tensor in trainer.agent.named_parameters()).add_(1e-7)
    try:
        trainer.snapshot()
    except GroupError as error:
        (directory / f"diverged-{group.rank}").write_text(str(error))


def failing(directory: Path) -> None:
    """Rank 1 is late, and when the group has been made anew, gone."""
    group = process_group()
    group.limit(1.0)
    if group.rank == 1:
        time.sleep(3.0)
    else:
        expect_failure(group, directory / "late")
    group.limit(60.0)
    if group.rank == 1:
        os._exit(9)
    expect_failure(group, directory / "gone")


def expect_failure(group: Group, file: Path) -> None:
    began = time.monotonic()
    try:
        group.gather(None)
    except GroupError as error:
        file.write_text(f"{time.monotonic() - began}\n{error}")


if __name__ == "__main__":
    child = os.fork()  # before there is any thread that it would lack
    if child == 0:
        os.environ["MASTER_PORT"] = os.environ["PORT_OF_FAILING"]
        failing(Path(sys.argv[1]))
        os._exit(0)
    os.waitpid(child, 0)
    main(Path(sys.argv[1]))

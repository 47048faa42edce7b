"""The loop that `train` and `resume` share: update, report, save."""

import sys
import time
from typing import TYPE_CHECKING

from metta_ref.checkpoint import CheckpointManager, retained
from metta_ref.tools._interrupt import StopRequest
from metta_ref.tools._main import EXIT_DONE, EXIT_INTERRUPTED
from metta_ref.tools._progress import MetricsLog, Watcher, shown

if TYPE_CHECKING:
    from metta_ref.rl.trainer import Trainer

_SHORTEST = 1e-9
"""Seconds that any training takes at least, where a coarse clock shows none."""


def use_one_thread() -> None:
    """Confine torch to one thread: faster for networks of this size, and the same bits everywhere."""
    import torch

    torch.set_num_threads(1)


def train_until_done(trainer: "Trainer", manager: CheckpointManager, stop: StopRequest) -> int:
    """Train until the configured step or a request to stop, save at intervals and at the end, and summarise.

    Returns the exit code. However it ends, the newest complete checkpoint stays, and where training can
    go on from it, the user is told how.
    """
    settings = trainer.config.trainer
    first_step, saved, began = trainer.agent_step, trainer.epoch, time.monotonic()
    try:
        with MetricsLog(manager.run_dir, saved) as log, Watcher(first_step, settings.total_timesteps) as watcher:
            while trainer.agent_step < settings.total_timesteps and not stop.requested:
                update_began = time.monotonic()
                progress = trainer.update()
                log.write(progress, time.monotonic() - update_began)
                watcher.update(progress.agent_step, progress.score)
                if trainer.epoch % settings.checkpoint_interval == 0:
                    save(trainer, manager)
                    saved = trainer.epoch
        if trainer.epoch != saved:
            save(trainer, manager)
            saved = trainer.epoch
    except BaseException:
        _say_how_to_go_on(trainer, saved)
        raise
    steps = trainer.agent_step - first_step
    print(
        f"trained run={manager.run} epoch={trainer.epoch} agent_step={trainer.agent_step} steps={steps} "
        f"steps_per_second={steps / max(time.monotonic() - began, _SHORTEST):.0f} episodes={trainer.episodes} "
        f"return={shown(trainer.score)}"
    )
    if trainer.agent_step < settings.total_timesteps:
        _say_how_to_go_on(trainer, saved)
        return EXIT_INTERRUPTED
    return EXIT_DONE


def save(trainer: "Trainer", manager: CheckpointManager) -> None:
    """Save a checkpoint, say where it is, and remove what is older than the configuration keeps."""
    path = trainer.save(manager)
    print(f"checkpoint: {path} (epoch {trainer.epoch}, step {trainer.agent_step})", flush=True)
    settings = trainer.config.trainer
    manager.prune(
        retained(
            manager.sidecars(),
            newest=settings.keep_checkpoints,
            best=settings.keep_best,
            every=settings.keep_every,
        )
    )


def _say_how_to_go_on(trainer: "Trainer", saved: int) -> None:
    run = trainer.config.run
    print(
        f"stopped at step {trainer.agent_step}; epoch {saved} is saved: "
        f"go on with python -m metta_ref.tools.resume run={run}",
        file=sys.stderr,
    )

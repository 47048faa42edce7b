"""The loop that `train` and `resume` share: update, report, save."""

import logging
import time
from typing import TYPE_CHECKING

from metta_ref.checkpoint import BackgroundWriter, Checkpoint, CheckpointManager, retained
from metta_ref.config import TrainerConfig
from metta_ref.tools._interrupt import StopRequest
from metta_ref.tools._logging import announce, log_failure
from metta_ref.tools._main import EXIT_DONE, EXIT_INTERRUPTED
from metta_ref.tools._progress import MetricsLog, Watcher, shown

if TYPE_CHECKING:
    from metta_ref.rl.trainer import Trainer

_log = logging.getLogger(__name__)
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
        with (
            MetricsLog(manager.run_dir, saved) as log,
            Watcher(first_step, settings.total_timesteps) as watcher,
            BackgroundWriter() as writer,
        ):
            while trainer.agent_step < settings.total_timesteps and not stop.requested:
                progress = trainer.update()
                log.write(progress)
                watcher.update(progress.agent_step, progress.score)
                if trainer.epoch % settings.checkpoint_interval == 0:
                    saved = _save_beside(writer, trainer, manager)
            if trainer.epoch != saved:
                _save_beside(writer, trainer, manager)
    except BaseException as error:
        log_failure(error)
        _say_how_to_go_on(trainer, manager)
        raise
    steps = trainer.agent_step - first_step
    announce(
        f"trained run={manager.run} epoch={trainer.epoch} agent_step={trainer.agent_step} steps={steps} "
        f"steps_per_second={steps / max(time.monotonic() - began, _SHORTEST):.0f} episodes={trainer.episodes} "
        f"return={shown(trainer.score)}"
    )
    if trainer.agent_step < settings.total_timesteps:
        _say_how_to_go_on(trainer, manager)
        return EXIT_INTERRUPTED
    return EXIT_DONE


def persist(checkpoint: Checkpoint, manager: CheckpointManager, settings: TrainerConfig) -> None:
    """Save a checkpoint, say where it is, and remove what is older than the configuration keeps."""
    path = manager.save(checkpoint)
    announce(f"checkpoint: {path} (epoch {checkpoint.epoch}, step {checkpoint.sidecar['agent_step']})")
    keep = retained(
        manager.sidecars(), newest=settings.keep_checkpoints, best=settings.keep_best, every=settings.keep_every
    )
    manager.prune(keep)


def _save_beside(writer: BackgroundWriter, trainer: "Trainer", manager: CheckpointManager) -> int:
    """Have the state as it is now written while training goes on; the epoch."""
    trainer.stopwatch.skip()
    checkpoint = trainer.checkpoint()
    writer.submit(lambda: persist(checkpoint, manager, trainer.config.trainer))
    trainer.stopwatch.lap("checkpoint")
    return checkpoint.epoch


def _say_how_to_go_on(trainer: "Trainer", manager: CheckpointManager) -> None:
    _log.info(
        "stopped at step %d; epoch %d is saved: go on with python -m metta_ref.tools.resume run=%s",
        trainer.agent_step,
        manager.latest(),
        manager.run,
    )

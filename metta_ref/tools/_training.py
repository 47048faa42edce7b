"""The loop that `train` and `resume` share: update, report, save."""

import logging
import time
from typing import TYPE_CHECKING

from metta_ref.checkpoint import CheckpointManager
from metta_ref.config import Config
from metta_ref.tools._evaluating import evaluation_due
from metta_ref.tools._interrupt import StopRequest
from metta_ref.tools._logging import announce, log_failure
from metta_ref.tools._main import EXIT_DONE, EXIT_INTERRUPTED
from metta_ref.tools._progress import shown
from metta_ref.tools._record import recording

if TYPE_CHECKING:
    from metta_ref.rl.trainer import Progress, Trainer

_log = logging.getLogger(__name__)
_SHORTEST = 1e-9
"""Seconds that any training takes at least, where a coarse clock shows none."""


def use_one_thread() -> None:
    """Confine torch to one thread: faster for networks of this size, and the same bits everywhere."""
    import torch

    torch.set_num_threads(1)


def train_until_done(trainer: "Trainer", manager: CheckpointManager, stop: StopRequest) -> int:
    """Train until the configured step or a request to any rank to stop, save at intervals and at the end, and
    summarise.

    Returns the exit code. However it ends, the newest complete checkpoint stays, and where training can
    go on from it, the user is told how.
    """
    settings, group = trainer.config.trainer, trainer.group
    first_step, saved, began = trainer.agent_step, trainer.epoch, time.monotonic()
    try:
        with recording(trainer, manager) as record:
            while trainer.agent_step < settings.total_timesteps and not any(group.gather(stop.requested)):
                progress, checkpoint = trainer.update(), None
                if _save_due(trainer.config, progress):
                    checkpoint, saved = trainer.checkpoint(), progress.epoch
                record.update(progress, checkpoint)
            if trainer.epoch != saved:
                record.save(trainer.checkpoint())
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


def _save_due(config: Config, progress: "Progress") -> bool:
    if evaluation_due(config, progress.epoch, progress.agent_step):
        return True
    return progress.epoch % config.trainer.checkpoint_interval == 0


def _say_how_to_go_on(trainer: "Trainer", manager: CheckpointManager) -> None:
    if trainer.group.rank == 0:
        _log.info(
            "stopped at step %d; epoch %d is saved: go on with python -m metta_ref.tools.resume run=%s",
            trainer.agent_step,
            manager.latest(),
            manager.run,
        )

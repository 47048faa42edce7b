"""What a run leaves behind while it trains: metrics, checkpoints, and progress for whoever watches."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from metta_ref.checkpoint import BackgroundWriter, Checkpoint, CheckpointManager, retained
from metta_ref.config import Config
from metta_ref.tools._evaluating import SCORE, Played, evaluated, evaluation_due, publish, publish_again
from metta_ref.tools._logging import announce
from metta_ref.tools._progress import logged, watched
from metta_ref.tools._wandb import telemetry

if TYPE_CHECKING:
    from metta_ref.rl.trainer import Progress, Trainer


Report = Callable[["Progress | None", Checkpoint | None], None]
"""Takes in an update, and a checkpoint that is to be kept after it."""


@contextmanager
def recording(trainer: "Trainer", manager: CheckpointManager) -> Iterator[Report]:
    """Where the loop of training reports to, for the time of the block, at whose end everything is on disk.

    A checkpoint is evaluated first where that is due, and saved while training may go on; what that raises is raised by
    the next report, or at the end. Only rank 0 keeps anything. Raises OSError.
    """
    if trainer.group.rank:
        yield lambda *_: None
        return
    config, stopwatch = trainer.config, trainer.stopwatch
    with (
        telemetry(config, manager.run_dir) as shown,
        logged(manager.run_dir, trainer.epoch) as log,
        watched(trainer.agent_step, config.trainer.total_timesteps) as show,
        BackgroundWriter() as writer,
    ):
        if trainer.epoch > 0:
            publish_again(trainer.epoch, config, manager)

        def report(progress: "Progress | None", checkpoint: Checkpoint | None) -> None:
            played: Played = ()
            if progress and checkpoint and evaluation_due(config, progress.epoch, progress.agent_step):
                stopwatch.skip()
                checkpoint, score, played = evaluated(checkpoint, config, manager)
                stopwatch.lap("evaluate")
                progress = replace(progress, evaluation_score=score)
            if progress:
                log(progress)
                show(progress)
                shown.update(progress)
            if checkpoint:
                stopwatch.skip()
                writer.submit(partial(keep, checkpoint, played))
                stopwatch.lap("checkpoint")

        def keep(checkpoint: Checkpoint, played: Played) -> None:
            shown.checkpoint(checkpoint, persist(checkpoint, manager, config))
            if played:
                publish(played, checkpoint.epoch, manager)

        yield report


def persist(checkpoint: Checkpoint, manager: CheckpointManager, config: Config) -> Path:
    """Save a checkpoint, say where it is, and remove what is older than the configuration keeps; where it is."""
    path = manager.save(checkpoint)
    announce(f"checkpoint: {path} (epoch {checkpoint.epoch}, step {checkpoint.sidecar['agent_step']})")
    settings = config.trainer
    keep = retained(
        manager.listing().sidecars(),
        newest=settings.keep_checkpoints,
        best=settings.keep_best,
        every=settings.keep_every,
        metric=SCORE if config.evaluation.interval else "score",
    )
    manager.prune(keep)
    return path

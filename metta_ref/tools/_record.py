"""What a run leaves behind while it trains: metrics, checkpoints, and progress for whoever watches."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from metta_ref.checkpoint import BackgroundWriter, Checkpoint, CheckpointManager, retained
from metta_ref.config import Config
from metta_ref.tools._evaluating import SCORE, evaluated, evaluation_due, publish_again
from metta_ref.tools._logging import announce
from metta_ref.tools._progress import MetricsLog, Watcher
from metta_ref.tools._wandb import Telemetry, telemetry

if TYPE_CHECKING:
    from metta_ref.rl.trainer import Progress, Trainer


@dataclass(frozen=True, slots=True)
class Record:
    """Where the loop of training reports to. A checkpoint is saved while training may go on; what that raises is
    raised by the next call, or at the end.
    """

    trainer: "Trainer"
    manager: CheckpointManager
    log: MetricsLog
    watcher: Watcher
    telemetry: Telemetry
    writer: BackgroundWriter

    def update(self, progress: "Progress", checkpoint: Checkpoint | None) -> None:
        """Take in an update, and the checkpoint that is to be kept after it, evaluated first where that is due.

        Raises OSError.
        """
        publish, config, stopwatch = None, self.trainer.config, self.trainer.stopwatch
        if checkpoint is not None and evaluation_due(config, progress.epoch, progress.agent_step):
            stopwatch.skip()
            checkpoint, score, publish = evaluated(checkpoint, config, self.manager)
            stopwatch.lap("evaluate")
            progress = replace(progress, evaluation_score=score)
        self.log.write(progress)
        self.watcher.update(progress.agent_step, progress.score, progress.evaluation_score)
        self.telemetry.update(progress)
        if checkpoint is not None:
            self.save(checkpoint, publish)

    def save(self, checkpoint: Checkpoint, then: Callable[[], None] | None = None) -> None:
        """Keep a checkpoint, and do what is to be done when it stands."""

        def keep() -> None:
            self.telemetry.checkpoint(checkpoint, persist(checkpoint, self.manager, self.trainer.config))
            if then is not None:
                then()

        self.trainer.stopwatch.skip()
        self.writer.submit(keep)
        self.trainer.stopwatch.lap("checkpoint")


@contextmanager
def recording(trainer: "Trainer", manager: CheckpointManager) -> Iterator[Record | None]:
    """The record of a run for the time of the block, at whose end everything is on disk; none but on rank 0."""
    if trainer.group.rank:
        yield None
        return
    config = trainer.config
    with (
        telemetry(config, manager.run_dir) as shown,
        MetricsLog(manager.run_dir, trainer.epoch) as log,
        Watcher(trainer.agent_step, config.trainer.total_timesteps) as watcher,
        BackgroundWriter() as writer,
    ):
        if trainer.epoch > 0:
            publish_again(trainer.epoch, config, manager)
        yield Record(trainer, manager, log, watcher, shown, writer)


def persist(checkpoint: Checkpoint, manager: CheckpointManager, config: Config) -> Path:
    """Save a checkpoint, say where it is, and remove what is older than the configuration keeps; where it is."""
    path = manager.save(checkpoint)
    announce(f"checkpoint: {path} (epoch {checkpoint.epoch}, step {checkpoint.sidecar['agent_step']})")
    settings = config.trainer
    keep = retained(
        manager.sidecars(),
        newest=settings.keep_checkpoints,
        best=settings.keep_best,
        every=settings.keep_every,
        metric=SCORE if config.evaluation.interval else "score",
    )
    manager.prune(keep)
    return path

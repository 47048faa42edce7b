"""What a run leaves behind while it trains: metrics, checkpoints, and progress for whoever watches."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from metta_ref.checkpoint import BackgroundWriter, Checkpoint, CheckpointManager, retained
from metta_ref.config import Config
from metta_ref.tools._evaluating import SCORE, Evaluated, Evaluator, evaluation_due
from metta_ref.tools._logging import announce
from metta_ref.tools._progress import MetricsLog, Watcher
from metta_ref.tools._wandb import Telemetry, telemetry

if TYPE_CHECKING:
    from metta_ref.rl.trainer import Progress, Trainer


class Record(Protocol):
    """Where the loop of training reports to."""

    def update(self, progress: "Progress", checkpoint: Checkpoint | None) -> None:
        """Take in an update, and the checkpoint that is to be kept after it, evaluated first where that is due.

        It is saved while training may go on; what that raises is raised by the next. Raises OSError.
        """
        ...

    def save(self, checkpoint: Checkpoint) -> None:
        """Keep a checkpoint, as `update` does."""
        ...


class NoRecord:
    """The null object, for ranks that write nothing."""

    def update(self, progress: "Progress", checkpoint: Checkpoint | None) -> None:
        """Nobody watches."""

    def save(self, checkpoint: Checkpoint) -> None:
        """Rank 0 keeps it."""


class _RunRecord:
    def __init__(
        self,
        trainer: "Trainer",
        manager: CheckpointManager,
        log: MetricsLog,
        watcher: Watcher,
        writer: BackgroundWriter,
        telemetry: Telemetry,
    ) -> None:
        self._config, self._stopwatch, self._manager = trainer.config, trainer.stopwatch, manager
        self._log, self._watcher, self._writer, self._telemetry = log, watcher, writer, telemetry
        self._evaluator = Evaluator(trainer.config, manager)

    def update(self, progress: "Progress", checkpoint: Checkpoint | None) -> None:
        evaluated = None
        if checkpoint is not None and evaluation_due(self._config, progress.epoch, progress.agent_step):
            self._stopwatch.skip()
            checkpoint, evaluated = self._evaluator.play(checkpoint)
            self._stopwatch.lap("evaluate")
            progress = replace(progress, evaluation_score=evaluated.score)
        self._log.write(progress)
        self._watcher.update(progress.agent_step, progress.score, progress.evaluation_score)
        self._telemetry.update(progress)
        if checkpoint is not None:
            self._keep(checkpoint, evaluated)

    def save(self, checkpoint: Checkpoint) -> None:
        self._keep(checkpoint, None)

    def _keep(self, checkpoint: Checkpoint, evaluated: Evaluated | None) -> None:
        def keep() -> None:
            self._telemetry.checkpoint(checkpoint, persist(checkpoint, self._manager, self._config))
            if evaluated is not None:
                self._evaluator.publish(evaluated)

        self._stopwatch.skip()
        self._writer.submit(keep)
        self._stopwatch.lap("checkpoint")


@contextmanager
def recording(trainer: "Trainer", manager: CheckpointManager) -> Iterator[Record]:
    """The record of a run for the time of the block, at whose end everything is on disk; none but on rank 0."""
    if trainer.group.rank:
        yield NoRecord()
        return
    config = trainer.config
    with (
        telemetry(config, manager.run_dir) as shown,
        MetricsLog(manager.run_dir, trainer.epoch) as log,
        Watcher(trainer.agent_step, config.trainer.total_timesteps) as watcher,
        BackgroundWriter() as writer,
    ):
        if trainer.epoch > 0:
            Evaluator(config, manager).publish_again(trainer.epoch)
        yield _RunRecord(trainer, manager, log, watcher, writer, shown)


def persist(checkpoint: Checkpoint, manager: CheckpointManager, config: Config) -> Path:
    """Save a checkpoint, say where it is, and remove what is older than the configuration keeps; where it is."""
    path = manager.save(checkpoint)
    announce(f"checkpoint: {path} (epoch {checkpoint.epoch}, step {checkpoint.sidecar['agent_step']})")
    settings, metric = config.trainer, SCORE if config.evaluation.interval else "score"
    keep = retained(
        manager.sidecars(),
        newest=settings.keep_checkpoints,
        best=settings.keep_best,
        every=settings.keep_every,
        metric=metric,
    )
    manager.prune(keep)
    return path

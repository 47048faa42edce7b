"""What a run leaves behind while it trains: metrics, checkpoints, and progress for whoever watches."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from metta_ref.checkpoint import BackgroundWriter, Checkpoint, CheckpointManager, retained
from metta_ref.config import TrainerConfig
from metta_ref.tools._logging import announce
from metta_ref.tools._progress import MetricsLog, Watcher
from metta_ref.tools._wandb import Telemetry, telemetry

if TYPE_CHECKING:
    from metta_ref.rl.trainer import Progress, Trainer


class Record(Protocol):
    """Where the loop of training reports to."""

    def update(self, progress: "Progress") -> None:
        """Take in an update. Raises OSError."""
        ...

    def save(self, checkpoint: Checkpoint) -> None:
        """Keep a checkpoint, while training may go on. Raises what keeping the one before raised."""
        ...


class NoRecord:
    """The null object, for ranks that write nothing."""

    def update(self, progress: "Progress") -> None:
        """Nobody watches."""

    def save(self, checkpoint: Checkpoint) -> None:
        """Rank 0 keeps it."""


class _RunRecord:
    def __init__(
        self,
        manager: CheckpointManager,
        settings: TrainerConfig,
        log: MetricsLog,
        watcher: Watcher,
        writer: BackgroundWriter,
        telemetry: Telemetry,
    ) -> None:
        self._manager, self._settings, self._log, self._watcher, self._writer = manager, settings, log, watcher, writer
        self._telemetry = telemetry

    def update(self, progress: "Progress") -> None:
        self._log.write(progress)
        self._watcher.update(progress.agent_step, progress.score)
        self._telemetry.update(progress)

    def save(self, checkpoint: Checkpoint) -> None:
        self._writer.submit(lambda: self._keep(checkpoint))

    def _keep(self, checkpoint: Checkpoint) -> None:
        self._telemetry.checkpoint(checkpoint, persist(checkpoint, self._manager, self._settings))


@contextmanager
def recording(trainer: "Trainer", manager: CheckpointManager) -> Iterator[Record]:
    """The record of a run for the time of the block, at whose end everything is on disk; none but on rank 0."""
    if trainer.group.rank:
        yield NoRecord()
        return
    config, settings = trainer.config, trainer.config.trainer
    with (
        telemetry(config, manager.run_dir) as shown,
        MetricsLog(manager.run_dir, trainer.epoch) as log,
        Watcher(trainer.agent_step, settings.total_timesteps) as watcher,
        BackgroundWriter() as writer,
    ):
        yield _RunRecord(manager, settings, log, watcher, writer, shown)


def persist(checkpoint: Checkpoint, manager: CheckpointManager, settings: TrainerConfig) -> Path:
    """Save a checkpoint, say where it is, and remove what is older than the configuration keeps; where it is."""
    path = manager.save(checkpoint)
    announce(f"checkpoint: {path} (epoch {checkpoint.epoch}, step {checkpoint.sidecar['agent_step']})")
    keep = retained(
        manager.sidecars(), newest=settings.keep_checkpoints, best=settings.keep_best, every=settings.keep_every
    )
    manager.prune(keep)
    return path

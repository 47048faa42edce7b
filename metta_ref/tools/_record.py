"""What a run says and leaves behind while it trains: its log, a line of metrics for each update, checkpoints, and
progress for whoever watches.
"""

import logging
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from metta_ref.checkpoint import BackgroundWriter, Checkpoint, CheckpointManager, retained
from metta_ref.checkpoint.errors import CheckpointCorruptError, CheckpointVersionError
from metta_ref.config import METRICS, Config, ConfigError, write_whole
from metta_ref.rl.trainer import Progress, Trainer
from metta_ref.tools._evaluating import SCORE, Played, evaluated, evaluation_due, publish, publish_again
from metta_ref.tools._wandb import telemetry

Report = Callable[[Progress | None, Checkpoint | None], None]
"""Takes in an update, and a checkpoint that is to be kept after it."""

_logger = logging.getLogger("metta_ref")


class _Line(msgspec.Struct):
    epoch: int


class _Stderr(logging.Handler):
    """Standard error as it is at the moment: a progress bar puts its own in place while it is drawn."""

    def emit(self, record: logging.LogRecord) -> None:
        if not hasattr(record, "shown"):
            print(self.format(record), file=sys.stderr)


@contextmanager
def logging_to(run_dir: Path, level: str) -> Iterator[None]:
    """Send records of the package from a level on to stderr and to a run's `train.log`, for the time of the block."""
    to_file = logging.FileHandler(run_dir / "train.log", encoding="utf-8")
    to_file.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    handlers: tuple[logging.Handler, ...] = (to_file, _Stderr())
    before = _logger.level
    for handler in handlers:
        _logger.addHandler(handler)
    _logger.setLevel(level.upper())
    _logger.propagate = False  # an environment's package may have given the root logger a handler as well
    try:
        yield
    finally:
        _logger.propagate = True
        _logger.setLevel(before)
        for handler in handlers:
            _logger.removeHandler(handler)
        to_file.close()


def announce(text: str) -> None:
    """Print a line that programs read on standard output, and keep it in the log."""
    print(text, flush=True)
    _logger.info(text, extra={"shown": True})


@contextmanager
def recording(trainer: Trainer, manager: CheckpointManager) -> Iterator[Report]:
    """Where the loop of training reports to, for the time of the block, at whose end everything is on disk.

    A checkpoint is evaluated first where that is due, and saved while training may go on; what that raises is raised by
    the next report, or at the end. Only rank 0 keeps anything.
    """
    if trainer.group.rank:
        yield lambda *_: None
        return
    config, stopwatch = trainer.config, trainer.stopwatch
    with (
        telemetry(config, manager.run_dir) as shown_there,
        _metrics_log(manager.run_dir / METRICS, trainer.epoch) as log,
        _progress_bar(trainer.agent_step, config.trainer.total_timesteps) as show,
        BackgroundWriter() as writer,
    ):
        if trainer.epoch > 0:
            publish_again(trainer.epoch, config, manager)

        def report(progress: Progress | None, checkpoint: Checkpoint | None) -> None:
            played: Played = ()
            if progress and checkpoint and evaluation_due(config, progress.epoch, progress.agent_step):
                stopwatch.skip()
                checkpoint, score, played = evaluated(checkpoint, config, manager)
                stopwatch.lap("evaluate")
                progress = replace(progress, evaluation_score=score)
            if progress:
                record = _record(progress)
                log(record)
                shown_there.update(record)
                show(progress)
            if checkpoint:
                stopwatch.skip()
                writer.submit(partial(keep, checkpoint, played))
                stopwatch.lap("checkpoint")

        def keep(checkpoint: Checkpoint, played: Played) -> None:
            path = persist(checkpoint, manager, config)
            shown_there.checkpoint(path, checkpoint.epoch, checkpoint.sidecar)
            if played:
                publish(played, checkpoint.epoch, manager)

        yield report


def persist(checkpoint: Checkpoint, manager: CheckpointManager, config: Config) -> Path:
    """Save a checkpoint, say where it is, and remove what the configuration does not keep; where it is."""
    path = manager.save(checkpoint)
    announce(f"checkpoint: {path} (epoch {checkpoint.epoch}, step {checkpoint.sidecar['agent_step']})")
    settings, metric = config.trainer, SCORE if config.evaluation.interval else "score"
    limits = {"newest": settings.keep_checkpoints, "best": settings.keep_best, "every": settings.keep_every}
    try:
        manager.prune(retained(manager.listing().sidecars(), **limits, metric=metric))
    except (CheckpointCorruptError, CheckpointVersionError) as error:  # of an older one, by which training is no worse
        _logger.warning("note: no older checkpoint is removed: %s", error)
    return path


def shown(score: float | None) -> str:
    """A return, or that there is none yet."""
    return "none" if score is None else f"{score:.3f}"


@contextmanager
def _metrics_log(path: Path, after: int) -> Iterator[Callable[[Mapping[str, Any]], object]]:
    """What adds a line to the metrics of a run: one JSON object for each update; nan is null.

    A run that goes on from epoch `after` has forgotten what came later, and so does its log; a line that a kill cut
    off is left out. Raises ConfigError when a line is no such object.
    """
    lines = path.read_bytes().splitlines(keepends=True) if path.exists() else []
    try:
        epochs = [msgspec.json.decode(line, type=_Line).epoch for line in lines if line.endswith(b"\n")]
    except msgspec.DecodeError as error:
        raise ConfigError([f"{path}: holds a line that no update wrote ({error}); remove it"]) from error
    kept = [line for line, epoch in zip(lines, epochs, strict=False) if epoch <= after]

    with write_whole(path, b"".join(kept)).open("ab", buffering=0) as file:
        yield lambda record: file.write(msgspec.json.encode(record) + b"\n")


def _record(progress: Progress) -> Mapping[str, Any]:
    seconds = sum(progress.seconds.values())
    return {
        "epoch": progress.epoch,
        "agent_step": progress.agent_step,
        "score": progress.score,
        **({} if progress.evaluation_score is None else {"evaluation_score": progress.evaluation_score}),
        **asdict(progress.losses),
        "seconds": seconds,
        **{f"{phase}_seconds": value for phase, value in progress.seconds.items()},
        "steps_per_second": progress.agent_step / progress.epoch / max(seconds, 1e-9),
        "time": time.time(),
        **({"tasks": progress.tasks} if progress.tasks else {}),
    }


@contextmanager
def _progress_bar(first_step: int, total: int) -> Iterator[Callable[[Progress], None]]:
    """What shows an update on a terminal: a bar with the return, steps per second and the time left."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich import progress as bars
    from rich.console import Console

    note = bars.TextColumn("{task.completed}/{task.total}  {task.fields[note]}")
    columns = (bars.BarColumn(), note, bars.TimeRemainingColumn())
    with bars.Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task, began, evaluation = bar.add_task("", total=total, completed=first_step, note=""), time.monotonic(), ""

        def show(progress: Progress) -> None:
            nonlocal evaluation
            if progress.evaluation_score is not None:
                evaluation = f"  evaluation {shown(progress.evaluation_score)}"
            speed = (progress.agent_step - first_step) / max(time.monotonic() - began, 1e-9)
            note = f"return {shown(progress.score)}{evaluation}  {speed:.0f} steps/s"
            bar.update(task, completed=min(progress.agent_step, total), note=note)

        yield show

"""What a run says of itself while it trains: a line in its log for each update, and progress for whoever watches."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from metta_ref.config import ConfigError, write_whole

if TYPE_CHECKING:
    from metta_ref.rl.trainer import Progress

LOG = "metrics.jsonl"


class _Line(msgspec.Struct):
    epoch: int


@contextmanager
def logged(directory: Path, after: int) -> "Iterator[Callable[[Progress], None]]":
    """What adds an update to `metrics.jsonl` in a run's directory: one JSON object each, in order, none twice.

    A run that goes on from epoch `after` has forgotten what came later, and so does its log; a line that a kill cut
    off is left out. Numbers that JSON does not know (nan, infinities) are null. Raises ConfigError when a line is no
    such object, and OSError.
    """
    path = directory / LOG
    lines = path.read_bytes().splitlines(keepends=True) if path.exists() else []
    kept = [line for line in lines if line.endswith(b"\n") and _epoch(line, path) <= after]
    with write_whole(path, b"".join(kept)).open("ab", buffering=0) as file:
        yield lambda progress: _add(file.write, progress)


@contextmanager
def watched(first_step: int, total: int) -> "Iterator[Callable[[Progress], None]]":
    """What shows an update to whoever watches standard error on a terminal: a bar with the return, steps per second
    and the time left.
    """
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (BarColumn(), TextColumn("{task.completed}/{task.total}  {task.fields[note]}"), TimeRemainingColumn())
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task, began, evaluation = bar.add_task("", total=total, completed=first_step, note=""), time.monotonic(), ""

        def show(progress: "Progress") -> None:
            nonlocal evaluation
            if progress.evaluation_score is not None:
                evaluation = f"  evaluation {shown(progress.evaluation_score)}"
            speed = (progress.agent_step - first_step) / max(time.monotonic() - began, 1e-9)
            note = f"return {shown(progress.score)}{evaluation}  {speed:.0f} steps/s"
            bar.update(task, completed=min(progress.agent_step, total), note=note)

        yield show


def shown(score: float | None) -> str:
    """A return, or that there is none yet."""
    return "none" if score is None else f"{score:.3f}"


def _add(write: Callable[[bytes], object], progress: "Progress") -> None:
    seconds = sum(progress.seconds.values())
    record = {
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
    write(msgspec.json.encode(record) + b"\n")


def _epoch(line: bytes, path: Path) -> int:
    try:
        return msgspec.json.decode(line, type=_Line).epoch
    except msgspec.DecodeError as error:
        raise ConfigError([f"{path}: holds a line that no update wrote ({error}); remove it"]) from error

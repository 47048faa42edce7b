"""What a run says of itself while it trains: a line in its log for each update, and progress for whoever watches."""

import json
import logging
import math
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Self

from metta_ref.config import ConfigError, write_whole

if TYPE_CHECKING:
    from rich.progress import Progress as Bar

    from metta_ref.rl.trainer import Progress

LOG = "metrics.jsonl"
_SECONDS_BETWEEN_LINES, _PART_OF_THE_TIME = 5.0, 0.1
"""A line comes at most this often, and later once in a tenth of the time so far: a long run keeps a short log."""
_log = logging.getLogger(__name__)


class MetricsLog:
    """`metrics.jsonl` in a run's directory: one JSON object an update, in order, none twice.

    A run that goes on from epoch `after` has forgotten what came later, and so does its log; a line that a kill cut
    off is left out. Numbers that JSON does not know (nan, infinities) are null. Raises ConfigError when a line is no
    such object.
    """

    def __init__(self, directory: Path, after: int) -> None:
        path = directory / LOG
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True) if path.exists() else []
        kept = [line for line in lines if line.endswith("\n") and _epoch(line, path) <= after]
        self._file = write_whole(path, "".join(kept)).open("a", encoding="utf-8")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def write(self, progress: "Progress") -> None:
        """Add an update; whole lines reach the file at once. Raises OSError."""
        total = sum(progress.seconds.values())
        record: dict[str, float | None] = {
            "epoch": progress.epoch,
            "agent_step": progress.agent_step,
            "score": progress.score,
            **({} if progress.evaluation_score is None else {"evaluation_score": progress.evaluation_score}),
            **asdict(progress.losses),
            "seconds": total,
            **{f"{phase}_seconds": value for phase, value in progress.seconds.items()},
            "steps_per_second": progress.agent_step / progress.epoch / max(total, 1e-9),
            "time": time.time(),
        }
        finite = {name: value for name, value in record.items() if value is not None and math.isfinite(value)}
        tasks = {"tasks": dict(progress.tasks)} if progress.tasks else {}
        self._file.write(json.dumps(dict.fromkeys(record) | finite | tasks, allow_nan=False) + "\n")
        self._file.flush()


class Watcher:
    """Progress on stderr: a bar with speed, return and time left on a terminal, a line now and then elsewhere."""

    def __init__(self, first_step: int, total: int) -> None:
        self._first, self._total, self._began = first_step, total, time.monotonic()
        self._reported, self._evaluated = self._began, ""
        self._bar = _bar(first_step, total) if sys.stderr.isatty() else None

    def __enter__(self) -> Self:
        if self._bar is not None:
            self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def update(self, step: int, score: float | None, evaluation: float | None = None) -> None:
        """Tell of an update that reached `step`, and of the latest evaluation."""
        now = time.monotonic()
        speed = (step - self._first) / max(now - self._began, 1e-9)
        if evaluation is not None:
            self._evaluated = f"evaluation {shown(evaluation)}  "
        note = f"return {shown(score)}  {self._evaluated}{speed:.0f} steps/s"
        if self._bar is not None:
            self._bar.update(self._bar.task_ids[0], completed=min(step, self._total), note=note)
        elif now - self._reported > max(_SECONDS_BETWEEN_LINES, _PART_OF_THE_TIME * (now - self._began)):
            self._reported = now
            left = max(self._total - step, 0) / max(speed, 1e-9)
            _log.info("step %d/%d  %s  %.0f s left", step, self._total, note, left)


def shown(score: float | None) -> str:
    """A return, or that there is none yet."""
    return "none" if score is None else f"{score:.3f}"


def _bar(first_step: int, total: int) -> "Bar":
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (BarColumn(), TextColumn("{task.completed}/{task.total}"), TextColumn("{task.fields[note]}"))
    bar = Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True), transient=True)
    bar.add_task("training", total=total, completed=first_step, note="")
    return bar


def _epoch(line: str, path: Path) -> int:
    try:
        return int(json.loads(line)["epoch"])
    except (ValueError, KeyError, TypeError) as error:
        raise ConfigError([f"{path}: holds a line that no update wrote ({line.strip()[:40]!r}); remove it"]) from error

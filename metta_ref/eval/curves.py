"""How training went, from the logs of runs: one curve for runs that differ in nothing but their seed."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec
import numpy as np

from metta_ref.config import ConfigError
from metta_ref.eval.statistics import Values

SERIES: Final = {
    "score": "return per episode",
    "policy": "policy loss",
    "value": "value loss",
    "entropy": "entropy (nats)",
    "approximate_kl": "divergence of an update (nats)",
    "explained_variance": "explained variance of returns",
}
"""What is drawn of the numbers in a log, with its title."""

_MOST_POINTS: Final = 200
"""More would lie closer together than the dots of a screen."""


_Update = msgspec.defstruct("_Update", [("agent_step", int), *((name, float | None, None) for name in SERIES)])
"""What of a line of a log is drawn."""


@dataclass(frozen=True, slots=True)
class Curve:
    """Mean, lowest and highest over `runs` at agent steps [P], as [P, series]; nan where no run has a number."""

    runs: tuple[str, ...]
    steps: Values
    mean: Values
    low: Values
    high: Values


def load_curve(logs: Mapping[str, Path]) -> Curve:
    """The curve of runs by their names and the paths of their logs, as far as all of them came.

    Raises ConfigError when a log is missing, empty or damaged.
    """
    rows = [_read(path) for path in logs.values()]
    length = min(map(len, rows))
    # What is not known, as a return before the first episode ended, is left out of every figure.
    updates = np.ma.masked_invalid([own[:length] for own in rows])  # [runs, updates, 1 + series]
    # Neighbouring updates are averaged, not left out: a loss varies too much for one to stand for all.
    parts = np.array_split(np.arange(length), min(length, _MOST_POINTS))
    points = np.ma.stack([updates[:, part].mean(axis=1) for part in parts], axis=1)
    series = points[:, :, 1:]
    mean, low, high = (figure.filled(np.nan) for figure in (series.mean(0), series.min(0), series.max(0)))
    return Curve(tuple(logs), points[0, :, 0].data, mean, low, high)


def _read(path: Path) -> list[list[float]]:
    """A row for each whole line: the step, then the series."""
    try:
        lines = path.read_bytes().splitlines(keepends=True)
        updates = [msgspec.json.decode(line, type=_Update) for line in lines if line.endswith(b"\n")]
    except FileNotFoundError:
        raise ConfigError([f"{path}: missing; train the run, or name others to draw"]) from None
    except msgspec.DecodeError as error:
        raise ConfigError([f"{path}: holds a line that no update wrote ({error}); remove it"]) from error
    if not updates:
        raise ConfigError([f"{path}: holds no update yet; train the run, or name others to draw"])
    rows = map(msgspec.structs.astuple, updates)
    return [[math.nan if value is None else value for value in row] for row in rows]

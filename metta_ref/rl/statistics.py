"""What a run counts: returns and lengths of the latest episodes, and where its time goes."""

import time
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from metta_ref.envs import Info
from metta_ref.rl.group import Group

WINDOW = 100


class EpisodeStatistics:
    """A ring of the latest `WINDOW` episodes, float64[WINDOW, 2] of return and length, and a count of all."""

    def __init__(self) -> None:
        self.ring: NDArray[np.float64] = np.zeros((WINDOW, 2))
        self.episodes = 0
        self._ended = [np.empty((0, 4))]

    def add(self, step: int, info: Info) -> None:
        """Take in the episodes that ended in one step of a `VectorEnv`; they count from the next `settle` on."""
        ended = np.flatnonzero(info["_final_obs"])
        tasks = info["task"][ended] if "task" in info else np.zeros_like(ended)
        columns = np.full_like(ended, step), info["episode_return"][ended], info["episode_length"][ended], tasks
        self._ended.append(np.stack(columns, axis=1))

    def settle(self, group: Group) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Count the new episodes of all ranks; their returns and tasks, in the order of a single process."""
        rows = np.concatenate(group.gather(np.concatenate(self._ended)))
        rows = rows[np.argsort(rows[:, 0], kind="stable")]
        latest = rows[-WINDOW:, 1:3]
        self.episodes += len(rows)
        self.ring[np.arange(self.episodes - len(latest), self.episodes) % WINDOW] = latest
        del self._ended[1:]
        return rows[:, 1], rows[:, 3].astype(np.int64)

    @property
    def means(self) -> tuple[float, float] | tuple[None, None]:
        """Return, and length in steps, of the latest episodes; None before the first has ended."""
        known = self.ring[: min(self.episodes, WINDOW)]
        return (float(known[:, 0].mean()), float(known[:, 1].mean())) if len(known) else (None, None)


PHASES = ("env", "act", "learn", "checkpoint", "evaluate")
"""Stepping the environment, choosing actions, updating the network, waiting for a checkpoint, playing its policy."""


class Stopwatch:
    """Seconds by phase, each second counted once, over all sessions of a run."""

    def __init__(self) -> None:
        self._seconds = dict.fromkeys(PHASES, 0.0)
        self._last = time.perf_counter()

    def read(self) -> dict[str, float]:
        return dict(self._seconds)

    def skip(self) -> None:
        """The time since the last call belongs to no phase."""
        self._last = time.perf_counter()

    def lap(self, phase: str) -> None:
        """The time since the last call belongs to a phase."""
        now = time.perf_counter()
        self._seconds[phase] += now - self._last
        self._last = now

    def restore(self, seconds: object) -> None:
        """Count on from what a sidecar holds; one that was written before there were phases holds nothing."""
        if isinstance(seconds, Mapping):
            self._seconds |= {phase: float(seconds[phase]) for phase in PHASES if phase in seconds}

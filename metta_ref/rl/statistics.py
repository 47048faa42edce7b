"""Returns and lengths of the latest episodes."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from metta_ref.envs import Info
from metta_ref.rl.group import Group

WINDOW = 100


@dataclass(frozen=True, slots=True)
class Episodes:
    """Episodes that ended, in order: their returns and tasks."""

    returns: NDArray[np.float64]
    tasks: NDArray[np.int64]


class EpisodeStatistics:
    """A ring of the latest `WINDOW` episodes, float64[WINDOW, 2] of return and length, and a count of all."""

    def __init__(self) -> None:
        self.ring: NDArray[np.float64] = np.zeros((WINDOW, 2))
        self.episodes = 0
        self._steps: list[int] = []
        self._infos: list[Info] = []

    def add(self, step: int, info: Info) -> None:
        """Take in the episodes that ended in one step of a `VectorEnv`; they count from the next `settle` on."""
        self._steps.append(step)
        self._infos.append({name: values for name, values in info.items() if name != "final_obs"})

    def settle(self, group: Group) -> Episodes:
        """Count the new episodes of all ranks, in the order in which a single process would have met them."""
        rows = np.empty((0, 4))
        if self._infos:
            ended, returns, lengths = (
                self._column(name) for name in ("_final_obs", "episode_return", "episode_length")
            )
            tasks = self._column("task") if "task" in self._infos[0] else np.zeros(len(ended))
            steps = np.repeat(self._steps, len(ended) // len(self._steps))
            rows = np.stack([column[ended] for column in (steps, returns, lengths, tasks)], axis=1)
        rows = np.concatenate(group.gather(rows))
        rows = rows[np.argsort(rows[:, 0], kind="stable")]
        latest = rows[-WINDOW:, 1:3]
        self.episodes += len(rows)
        self.ring[np.arange(self.episodes - len(latest), self.episodes) % WINDOW] = latest
        self._steps, self._infos = [], []
        return Episodes(rows[:, 1], rows[:, 3].astype(np.int64))

    def _column(self, name: str) -> NDArray[Any]:
        return np.concatenate([info[name] for info in self._infos])

    @property
    def mean_return(self) -> float | None:
        """Of the latest episodes; None before the first has ended."""
        return self._mean(0)

    @property
    def mean_length(self) -> float | None:
        """Of the latest episodes, in steps; None before the first has ended."""
        return self._mean(1)

    def _mean(self, column: int) -> float | None:
        known = self.ring[: min(self.episodes, WINDOW), column]
        return float(known.mean()) if len(known) else None

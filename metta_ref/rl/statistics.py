"""Returns and lengths of the latest episodes."""

from dataclasses import dataclass

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
        self._new: list[NDArray[np.float64]] = [np.empty((0, 4))]

    def add(self, step: int, info: Info) -> None:
        """Take in the episodes that ended in one step of a `VectorEnv`; they count from the next `settle` on."""
        ended = info["_final_obs"]
        returns, lengths = info["episode_return"][ended], info["episode_length"][ended]
        tasks = info["task"][ended] if "task" in info else np.zeros(len(returns))
        self._new.append(np.stack([np.full(len(returns), step), returns, lengths, tasks], axis=1))

    def settle(self, group: Group) -> Episodes:
        """Count the new episodes of all ranks, in the order in which a single process would have met them."""
        rows = np.concatenate(group.gather(np.concatenate(self._new)))
        rows = rows[np.argsort(rows[:, 0], kind="stable")]
        for row in rows[:, 1:3]:
            self.ring[self.episodes % WINDOW] = row
            self.episodes += 1
        self._new = self._new[:1]
        return Episodes(rows[:, 1], rows[:, 3].astype(np.int64))

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

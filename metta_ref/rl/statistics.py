"""Returns and lengths of the latest episodes."""

import numpy as np
from numpy.typing import NDArray

from metta_ref.envs import Info

WINDOW = 100


class EpisodeStatistics:
    """A ring of the latest `WINDOW` episodes, float64[WINDOW, 2] of return and length, and a count of all."""

    def __init__(self) -> None:
        self.ring: NDArray[np.float64] = np.zeros((WINDOW, 2))
        self.episodes = 0

    def add(self, info: Info) -> None:
        """Take in the episodes that ended in one step of a `VectorEnv`."""
        ended = info["_final_obs"]
        for row in zip(info["episode_return"][ended], info["episode_length"][ended], strict=True):
            self.ring[self.episodes % WINDOW] = row
            self.episodes += 1

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

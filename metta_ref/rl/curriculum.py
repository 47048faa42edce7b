"""Which task each environment plays next, drawn by how much is being learned from it.

Learning progress as in Kanitscheider et al., "Multi-task curriculum learning in a complex, visual, hard-exploration
domain: Minecraft" (arXiv:2106.14876, 2021): a fast and a slow average of each task's success are kept, and tasks are
drawn in proportion to their distance, in either direction: a task that is being forgotten is as worth playing as one
that is being learned. One that is mastered, or out of reach, is left to the uniform share.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from metta_ref.config import LEARNING_PROGRESS, CurriculumConfig
from metta_ref.envs import VectorEnv
from metta_ref.rl.group import ALONE, Group
from metta_ref.rl.state import Tree

_RARE = 0.1
"""Below this success a difference counts for more, and above it for less: the source's p_theta."""

_NOTHING = 1e-3
"""A smaller distance of the averages is what is left of an old one, not progress."""


class Curriculum:
    """Assigns the tasks of episodes to come, with a generator of its own; with one task there is nothing to it.

    Success is an episode's return, cut to the range from 0 to 1, which is all that the own tasks pay. What is drawn
    during a rollout rests on the episodes before it, so that every rank draws alike and uses its own environments'.
    """

    def __init__(self, config: CurriculumConfig, env: VectorEnv, seed: int, group: Group = ALONE) -> None:
        self._config, self._env, self._group = config, env, group
        self._rng = np.random.Generator(np.random.PCG64([seed, 1]))  # not the stream that minibatches have
        self._episodes = np.zeros(env.num_tasks, np.int64)
        self._fast, self._slow = np.zeros(env.num_tasks), np.zeros(env.num_tasks)

    def begin(self, steps: int) -> None:
        """Draw for every environment the task of an episode that would begin in each of some steps."""
        bounds = np.cumsum(self.probabilities())
        uniform = self._rng.random((steps, self._env.num_envs * self._group.size)) * bounds[-1]
        own = np.split(uniform, self._group.size, axis=1)[self._group.rank]
        self._drawn: NDArray[np.int64] = bounds[:-1].searchsorted(own, side="right")

    def assign(self, step: int, ended: NDArray[np.bool_]) -> None:
        """Hand the task drawn in a step to environments whose episode ended in it: it is that of their next but one."""
        self._env.next_tasks[ended] = self._drawn[step, ended]

    def assign_all(self) -> None:
        """Draw a task for every environment's next episode."""
        self.begin(1)
        self.assign(0, np.ones(self._env.num_envs, np.bool_))

    def learn(self, returns: NDArray[np.float64], tasks: NDArray[np.int64]) -> None:
        """Take in the episodes of a rollout, of all ranks."""
        if self._env.num_tasks == 1:
            return
        for task, earned in zip(tasks, returns.clip(0, 1), strict=True):
            self._episodes[task] += 1
            # Plain means at first, so that the two averages agree until there is something to compare.
            for average, window in ((self._fast, self._config.fast_window), (self._slow, self._config.slow_window)):
                average[task] += (earned - average[task]) / min(self._episodes[task], window)

    def probabilities(self) -> NDArray[np.float64]:
        """Of each task to be drawn next; they add up to 1."""
        uniform = np.full(self._env.num_tasks, 1 / self._env.num_tasks)
        progress: NDArray[np.float64] = np.abs(_stretched(self._fast) - _stretched(self._slow))
        progress[progress < _NOTHING] = 0
        if self._config.kind != LEARNING_PROGRESS or not progress.any():
            return uniform
        share = self._config.exploration
        mixed: NDArray[np.float64] = share * uniform + (1 - share) * progress / progress.sum()
        return mixed

    def statistics(self) -> Mapping[str, list[float]]:
        """Of each task, in the order of ids; empty where there is one."""
        if self._env.num_tasks == 1:
            return {}
        return {
            "success": self._fast.round(6).tolist(),
            "episodes": self._episodes.tolist(),
            "probability": self.probabilities().round(6).tolist(),
        }

    def state(self) -> Tree:
        """Everything that later draws depend on, equal on all ranks."""
        if self._env.num_tasks == 1:
            return {}
        return {"fast": self._fast, "slow": self._slow, "episodes": self._episodes, "rng": self._rng}


def _stretched(success: NDArray[np.float64]) -> NDArray[np.float64]:
    """Success rescaled so that differences weigh more where it is rare; 0 and 1 stay where they are."""
    return (1 - _RARE) * success / (success + _RARE * (1 - 2 * success))

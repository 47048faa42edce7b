"""The cart-pole task for all contestants alike: N poles as numpy arrays, or Gymnasium's own, stepped one by one."""

from __future__ import annotations

import numpy as np

ACTIONS, SEEN = 2, 4
MAX_STEPS = 500


class CartPoles:
    """N cart-poles (Barto, Sutton and Anderson 1983) stepped at once, with same-step autoreset.

    A step returns observations, rewards, terminated, truncated, and the observations as they were before new
    episodes began.
    """

    def __init__(self, num_envs: int, seed: int) -> None:
        self.num_envs = num_envs
        self._rng = np.random.default_rng(seed)
        self._state = np.zeros((num_envs, SEEN))
        self._length = np.zeros(num_envs, np.int64)

    def reset(self) -> np.ndarray:
        """Begin everywhere."""
        self._begin(np.ones(self.num_envs, np.bool_))
        return self._state.astype(np.float32)

    def step(self, actions: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """A fiftieth of a second with a push of 10 N to the left (0) or the right (1)."""
        x, speed, angle, turn = self._state.T
        cosine, sine = np.cos(angle), np.sin(angle)
        push = (np.where(actions == 1, 10.0, -10.0) + 0.05 * turn**2 * sine) / 1.1
        spin = (9.8 * sine - cosine * push) / (0.5 * (4 / 3 - 0.1 * cosine**2 / 1.1))
        pull = push - 0.05 * spin * cosine / 1.1
        self._state = np.stack([x + 0.02 * speed, speed + 0.02 * pull, angle + 0.02 * turn, turn + 0.02 * spin], axis=1)
        self._length += 1
        terminated = (np.abs(self._state[:, 0]) > 2.4) | (np.abs(self._state[:, 2]) > np.pi / 15)
        truncated = ~terminated & (self._length >= MAX_STEPS)
        final = self._state.astype(np.float32)
        self._begin(terminated | truncated)
        return self._state.astype(np.float32), np.ones(self.num_envs, np.float32), terminated, truncated, final

    def _begin(self, chosen: np.ndarray) -> None:
        self._state[chosen] = self._rng.uniform(-0.05, 0.05, (int(chosen.sum()), SEEN))
        self._length[chosen] = 0

"""envpool's environments behind the interface of this package."""

import difflib
import warnings
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from metta_ref.envs.gymnasium_env import GymnasiumEnv, UnsupportedSpaceError


class SameStepPool:
    """A pool as a Gymnasium vector environment in same-step mode, which its own mode is not.

    By itself a pool begins the next episode in the step after the one that ended it, and that step ignores its action
    and pays nothing: a transition that nobody made. Here what ended is reset at once, so that there is no such step.

    `make` gives a pool whose environments have certain seeds. Raises ValueError for a pool of another mode.
    """

    def __init__(self, make: Callable[[Sequence[int]], Any], num_envs: int) -> None:
        from gymnasium.vector import AutoresetMode

        self.metadata: Mapping[str, Any] = {"autoreset_mode": AutoresetMode.SAME_STEP}
        self.num_envs, self._make = num_envs, make
        self._pool = make(range(num_envs))
        self.single_observation_space = self._pool.single_observation_space
        self.single_action_space = self._pool.single_action_space
        if (mode := self._pool.metadata["autoreset_mode"]) != AutoresetMode.NEXT_STEP:
            raise ValueError(f"a pool whose autoreset mode is {mode} is not what is translated here")

    def reset(self, *, seed: Sequence[int] | None = None) -> tuple[NDArray[Any], dict[str, Any]]:
        """Begin episodes everywhere; seeds can be given to a new pool only, and so make one."""
        if seed is not None:
            self._pool = self._make(seed)
        obs, info = self._pool.reset()
        return obs, info

    def step(
        self, actions: NDArray[np.int64]
    ) -> tuple[NDArray[Any], NDArray[np.float32], NDArray[np.bool_], NDArray[np.bool_], dict[str, Any]]:
        """As Gymnasium's: what ended shows the next episode, and its last observation is in `final_obs`."""
        obs, rewards, terminated, truncated, _ = self._pool.step(actions.astype(np.int32))
        final = obs
        if (ended := np.flatnonzero(terminated | truncated)).size:
            obs = obs.copy()
            obs[ended], _ = self._pool.reset(ended.astype(np.int32))
        return obs, rewards, terminated, truncated, {"final_obs": final}

    def close(self) -> None:
        """End the pool's threads."""
        self._pool.close()


def make_envpool(name: str, seed: int, first_env: int, num_envs: int) -> GymnasiumEnv:
    """`num_envs` environments of one of envpool's ids, such as CartPole-v1, stepped by its own threads.

    Raises ValueError for an id that envpool does not know and as `GymnasiumEnv` does, UnsupportedSpaceError where
    several players share an environment, and ModuleNotFoundError when envpool is not installed.
    """
    import envpool

    if name not in (known := envpool.list_all_envs()):
        [nearest] = difflib.get_close_matches(name, known, n=1, cutoff=0.0)
        raise ValueError(f"env.id={name}: envpool has no such environment; did you mean {nearest}?")
    if envpool.make_spec(name).config.max_num_players > 1:
        raise UnsupportedSpaceError(f"{name}: several players share an environment; agents here play alone")
    # Every new pool says that the limits of its spaces are cast to the type of its observations.
    warnings.filterwarnings("ignore", r".*precision lowered by casting", UserWarning)
    return GymnasiumEnv(SameStepPool(partial(_pool, name), num_envs), name, seed, first_env, channels_first=True)


def _pool(name: str, seeds: Sequence[int]) -> Any:
    import envpool

    # It takes signed 32-bit seeds.
    return envpool.make(name, env_type="gymnasium", num_envs=len(seeds), env_seed=[seed >> 1 for seed in seeds])

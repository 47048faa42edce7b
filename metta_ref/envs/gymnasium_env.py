"""Gymnasium's environments behind the interface of this package."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from metta_ref.config import Observation
from metta_ref.envs.interface import Info, StepResult, load_arrays, require_actions

if TYPE_CHECKING:
    from gymnasium import spaces

Batch = NDArray[np.float32]
_PICTURE_AXES = 3


class UnsupportedSpaceError(ValueError):
    """Observations or actions of a kind that no agent here can handle."""


class GymnasiumEnv:
    """A Gymnasium vector environment in same-step mode, with discrete actions.

    Boxes are shown as they are, pictures of bytes as [channels, rows, columns] from 0 to 1 (`channels_first`: they
    have that order already), a discrete observation as one of its values set. Gymnasium has no way to save an
    environment, so `metadata["snapshot"]` is `episodes`: a run that goes on begins new episodes, of seeds that none
    before it had.

    Raises ValueError for another mode of autoreset (samples would be attributed wrongly),
    UnsupportedSpaceError, and ModuleNotFoundError when Gymnasium is not installed.
    """

    def __init__(self, envs: Any, name: str, seed: int, first_env: int = 0, *, channels_first: bool = False) -> None:
        from gymnasium import spaces
        from gymnasium.vector import AutoresetMode

        mode = envs.metadata.get("autoreset_mode")
        if mode != AutoresetMode.SAME_STEP:
            raise ValueError(f"{name}: its autoreset mode is {mode}; make it with AutoresetMode.SAME_STEP")
        if not isinstance(envs.single_action_space, spaces.Discrete):
            raise UnsupportedSpaceError(
                f"{name}: its actions are {envs.single_action_space}; agents here need Discrete ones"
            )
        self.num_envs = envs.num_envs
        self.num_actions = int(envs.single_action_space.n)
        self.observation, self._shown = _shown(envs.single_observation_space, name, channels_first=channels_first)
        self.metadata: Mapping[str, str] = {"name": name, "autoreset_mode": "same_step", "snapshot": "episodes"}
        self.num_tasks, self.next_tasks = 1, np.zeros(self.num_envs, np.int64)
        self._envs, self._first_action = envs, int(envs.single_action_space.start)
        self._seed, self._first_env = seed, first_env
        self._begun = np.zeros(self.num_envs, np.int64)
        self._next_seeds: list[int] | None = self._seeds()
        self._return, self._length = np.zeros(self.num_envs), np.zeros(self.num_envs, np.int64)

    def reset(self) -> tuple[Batch, Info]:
        obs, _ = self._envs.reset(seed=self._next_seeds)
        self._next_seeds = None
        self._begun += 1
        self._return[:], self._length[:] = 0, 0
        return self._shown(obs), {}

    def step(self, actions: NDArray[np.int64]) -> StepResult:
        require_actions(self, actions)
        raw, rewards, terminated, truncated, told = self._envs.step(actions + self._first_action)
        obs, done = self._shown(raw), terminated | truncated
        self._return += rewards
        self._length += 1
        final = obs.copy()
        for row in np.flatnonzero(done):
            final[row] = self._shown(np.asarray(told["final_obs"][row])[None])[0]
        info: Info = {
            "_final_obs": done,
            "final_obs": final,
            "episode_return": self._return.astype(np.float32),
            "episode_length": self._length.copy(),
        }
        self._return[done], self._length[done] = 0, 0
        self._begun += done
        return obs, rewards.astype(np.float32), terminated, truncated & ~terminated, info

    def state_dict(self) -> dict[str, NDArray[Any]]:
        """How many episodes each environment has begun: see the class."""
        return {"begun": self._begun.copy()}

    def load_state_dict(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Call `reset` next."""
        load_arrays({"begun": self._begun}, state)
        self._next_seeds = self._seeds()

    def close(self) -> None:
        self._envs.close()

    def _seeds(self) -> list[int]:
        """Decided by the seed, the environment's number in the whole batch and the episodes that it has begun."""
        keys = ((self._seed, self._first_env + row, int(count)) for row, count in enumerate(self._begun))
        return [int(np.random.SeedSequence(key).generate_state(1)[0]) for key in keys]


def make_gymnasium(name: str, seed: int, first_env: int, num_envs: int) -> GymnasiumEnv:
    """`num_envs` environments of a registered id, such as CartPole-v1, stepped in this process.

    Raises ValueError for an id that Gymnasium does not know, and as `GymnasiumEnv` does.
    """
    import gymnasium
    from gymnasium.vector import AutoresetMode, SyncVectorEnv

    try:
        makers = [lambda: gymnasium.make(name) for _ in range(num_envs)]
        envs = SyncVectorEnv(makers, autoreset_mode=AutoresetMode.SAME_STEP)
    except gymnasium.error.Error as error:
        raise ValueError(f"env.id={name}: {error}") from error
    return GymnasiumEnv(envs, name, seed, first_env)


def _shown(
    space: "spaces.Space[Any]", name: str, *, channels_first: bool
) -> tuple[Observation, Callable[[Any], Batch]]:
    """What agents see of a space, and how a batch of its values is turned into that."""
    from gymnasium import spaces

    if isinstance(space, spaces.Discrete):
        count, start = int(space.n), int(space.start)
        identity = np.eye(count, dtype=np.float32)
        return Observation((count,)), lambda batch: identity[np.asarray(batch) - start]
    if not isinstance(space, spaces.Box):
        raise UnsupportedSpaceError(f"{name}: its observations are {space}; agents here see boxes and discrete values")
    if space.dtype == np.uint8 and len(space.shape) == _PICTURE_AXES:
        axis = 1 if channels_first else -1
        channels, rows, columns = space.shape if channels_first else np.roll(space.shape, 1).tolist()
        return Observation((channels, rows, columns)), lambda batch: np.moveaxis(
            np.asarray(batch, np.float32) / np.float32(255), axis, 1
        )
    shape = space.shape or (1,)
    return Observation(shape), lambda batch: np.asarray(batch, np.float32).reshape(-1, *shape)

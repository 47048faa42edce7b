"""Gymnasium's environments, and envpool's as such, behind the interface of this package."""

import difflib
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from traceback import format_exception
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from metta_ref.config import FailedError, Observation
from metta_ref.envs.interface import Info, StepResult, load_arrays, require_actions
from metta_ref.envs.streams import episode_seed

if TYPE_CHECKING:
    from gymnasium import spaces

Batch = NDArray[np.float32]
_PICTURE_AXES = 3


class UnsupportedSpaceError(ValueError):
    """Observations or actions of a kind that no agent here can handle."""


class EnvironmentFailedError(FailedError):
    """An environment of another package raised; the message says which, with its traceback."""


class GymnasiumEnv:
    """A Gymnasium vector environment in same-step mode, with discrete actions.

    Boxes are shown as they are, pictures of bytes as [channels, rows, columns] from 0 to 1 (`channels_first`: they
    have that order already), a discrete observation as one of its values set. No state within an episode can be saved:
    a run that goes on begins new episodes, of seeds that none before it had.

    Raises ValueError for another mode of autoreset, UnsupportedSpaceError, and later EnvironmentFailedError.
    """

    def __init__(self, envs: Any, name: str, seed: int, first_env: int = 0, *, channels_first: bool = False) -> None:
        from gymnasium import spaces
        from gymnasium.vector import AutoresetMode

        mode = envs.metadata.get("autoreset_mode")
        if mode != AutoresetMode.SAME_STEP:
            raise ValueError(f"{name}: its autoreset mode is {mode}; make it with AutoresetMode.SAME_STEP")
        if not isinstance(envs.single_action_space, spaces.Discrete):
            actions = envs.single_action_space
            raise UnsupportedSpaceError(f"{name}: its actions are {actions}; agents here need Discrete ones")
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
        with _reported(self.metadata["name"]):
            obs, _ = self._envs.reset(seed=self._next_seeds)
        self._next_seeds = None
        self._begun += 1
        self._return[:], self._length[:] = 0, 0
        return self._shown(obs), {}

    def step(self, actions: NDArray[np.int64]) -> StepResult:
        require_actions(self, actions)
        with _reported(self.metadata["name"]):
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
        return {"begun": self._begun.copy()}

    def load_state_dict(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Call `reset` next."""
        load_arrays({"begun": self._begun}, state)
        self._next_seeds = self._seeds()

    def close(self) -> None:
        self._envs.close()

    def _seeds(self) -> list[int]:
        return [episode_seed(self._seed, self._first_env + row, int(count)) for row, count in enumerate(self._begun)]


@contextmanager
def _reported(name: str, *known: type[Exception]) -> Iterator[None]:
    """Whatever an environment raises as its failure, but errors that are known to be of another kind."""
    try:
        yield
    except known:
        raise
    except Exception as error:  # noqa: BLE001 - it is the environment's, whatever it is
        raise EnvironmentFailedError(f"{name} raised:\n{''.join(format_exception(error))}") from None


def make_gymnasium(name: str, seed: int, first_env: int, num_envs: int) -> GymnasiumEnv:
    """Environments of a registered id, stepped in this process.

    Raises ValueError for an unknown one, ModuleNotFoundError, and EnvironmentFailedError when one cannot be made.
    """
    import gymnasium
    from gymnasium.vector import AutoresetMode, SyncVectorEnv

    makers = [lambda: gymnasium.make(name) for _ in range(num_envs)]
    try:
        with _reported(name, gymnasium.error.Error, ModuleNotFoundError):
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


class SameStepPool:
    """A pool as a Gymnasium vector environment in same-step mode; `make` gives one whose environments have some seeds.

    By itself a pool begins the next episode in the step after the one that ended it, and that step ignores its action
    and pays nothing: a transition that nobody made. Here what ended is reset at once, so that there is no such step.
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
        self._pool.close()


def make_envpool(name: str, seed: int, first_env: int, num_envs: int) -> GymnasiumEnv:
    """Environments of one of envpool's ids, stepped by its own threads. Raises ValueError for an unknown one, and
    UnsupportedSpaceError where several players share an environment.
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

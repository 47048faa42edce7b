"""The one interface of all vector environments, in Gymnasium's terms."""

from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from metta_ref.config import Observation

Info = dict[str, NDArray[Any]]
StepResult = tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.bool_], NDArray[np.bool_], Info]


class VectorEnv(Protocol):
    """N environments that step together.

    Autoreset is same-step: in the step that ends an episode the next one begins, so the returned
    observation is the first of the new episode and `info["final_obs"]` holds the last of the old one.
    `metadata["autoreset_mode"]` says so. Nothing is ever ignored or masked on the way.
    Arrays that were returned are the caller's: later steps leave them as they are.

    `info` of a step holds arrays whose rows mean something where `info["_final_obs"]` is true:
    `final_obs` float32[N, *observation.shape], `episode_return` float32[N], `episode_length` int64[N], and with
    several tasks `task` int64[N], the one that the episode was played in.
    """

    num_envs: int
    observation: Observation
    num_actions: int
    num_tasks: int
    """Variations that an episode can be played in, which all show the same shape; 1 where there is no choice."""

    next_tasks: NDArray[np.int64]
    """int64[N], below `num_tasks`: the task that each environment's next episode is played in. Written by whoever
    assigns tasks, and read when an episode begins; part of the state where there is a choice.
    """

    metadata: Mapping[str, str]
    """`name` of the task, `autoreset_mode`, and `snapshot`: `exact`, or `episodes` when the state of an environment is
    no more than which episode comes next, so that one that goes on must be reset first.
    """

    def reset(self) -> tuple[NDArray[np.float32], Info]:
        """Begin a new episode everywhere; random streams go on."""

    def step(self, actions: NDArray[np.int64]) -> StepResult:
        """Observation, reward, terminated, truncated and info of one step; `actions` is int64[N].

        Raises ValueError on an action out of range or an array of another shape.
        """

    def state_dict(self) -> dict[str, NDArray[Any]]:
        """Copies of everything that the future depends on, first axis N: equal states, equal futures."""

    def load_state_dict(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Go on from a state. Raises ValueError as `load_arrays` does."""

    def close(self) -> None:
        """Release what the environment holds; safe to call twice."""


def require_actions(env: VectorEnv, actions: NDArray[np.int64]) -> None:
    """Raise ValueError unless there is an action of the environment for each of its rows."""
    if actions.shape != (env.num_envs,):
        raise ValueError(f"actions have the shape {actions.shape}, not ({env.num_envs},)")
    if actions.min() < 0 or actions.max() >= env.num_actions:
        raise ValueError(f"actions must be 0 to {env.num_actions - 1}, not {np.unique(actions).tolist()}")


def load_arrays(own: Mapping[str, NDArray[Any]], state: Mapping[str, NDArray[Any]]) -> None:
    """Write a state into the arrays of an environment.

    Raises ValueError, with nothing written, when a key is missing or unknown or an array has another shape or type.
    """
    if set(state) != set(own):
        raise ValueError(f"environment state has the keys {sorted(state)}, not {sorted(own)}")
    for name, array in own.items():
        given = state[name]
        if given.shape != array.shape or given.dtype != array.dtype:
            raise ValueError(f"environment state {name} is {given.dtype}{given.shape}, not {array.dtype}{array.shape}")
    for name, array in own.items():
        array[...] = state[name]

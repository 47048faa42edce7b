"""The real mettagrid package behind the interface of this package; several agents share a world.

Each agent is one environment of the batch: worlds are blocks of `agents` rows, and an episode ends for all of a
world together. What is seen are tokens (see `metta_ref.config.Observation`); those that lie nowhere are put on the
agent's own cell, the middle of the view.

mettagrid cannot be asked for its state, but is decided by its seed and the actions: the state here is which episode
runs and the actions so far, and going on from it plays them again.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from metta_ref.config import EMPTY, TOKEN, Feature, Observation
from metta_ref.envs.interface import Info, StepResult, load_arrays, require_actions
from metta_ref.envs.streams import episode_seed

if TYPE_CHECKING:
    from mettagrid.simulator import Simulation

TASKS = ("arena", "navigation")
_NOWHERE = 254
"""mettagrid's place of tokens that concern the whole agent."""


class MettaGridEnv:
    """`num_envs` agents in worlds of `agents` each; see `VectorEnv` for the interface.

    A world's seed follows from the seed, its number in the whole batch, and the number of its episode. Raises
    ValueError for a task that is not in `TASKS`, and when `num_envs` or `first_env` is not a whole number of worlds.
    """

    def __init__(self, name: str, num_envs: int, seed: int, *, agents: int, max_steps: int, first_env: int = 0) -> None:
        if name not in TASKS:
            raise ValueError(f"env.id={name}: must be one of {', '.join(TASKS)}")
        if num_envs % agents or first_env % agents:
            raise ValueError(f"{agents} agents of a world do not divide {num_envs} environments from {first_env} on")
        from mettagrid.builder import envs as tasks  # an optional package: this module is read without it
        from mettagrid.policy.policy_env_interface import PolicyEnvInterface

        self.num_envs, self._agents, self._seed, self._first_world = num_envs, agents, seed, first_env // agents
        self._config = getattr(tasks, f"make_{name}")(agents)
        self._config.game.max_steps = max_steps
        facts = PolicyEnvInterface.from_mg_cfg(self._config)
        self.num_actions = len(facts.action_names)
        told = f"mettagrid {name}"
        self.metadata: Mapping[str, str] = {"name": told, "autoreset_mode": "same_step", "snapshot": "exact"}
        features = tuple(Feature(one.name, one.id, float(one.normalization) or 1.0) for one in facts.obs_features)
        rows, columns = facts.egocentric_shape
        self._middle = np.float32(columns // 2), np.float32(rows // 2)
        self.observation = Observation((facts.observation_shape[0], len(TOKEN)), features, (rows, columns))
        self.num_tasks, self.next_tasks = 1, np.zeros(num_envs, np.int64)
        self._episode = np.zeros(num_envs, np.int64)
        self._length = np.zeros(num_envs, np.int64)
        self._return = np.zeros(num_envs, np.float32)
        self._actions = np.zeros((num_envs, max_steps), np.int64)
        self._worlds = [self._world(number) for number in range(num_envs // agents)]

    def reset(self) -> tuple[NDArray[np.float32], Info]:
        for number in range(len(self._worlds)):
            self._begin(number)
        return self._observe(), {}

    def step(self, actions: NDArray[np.int64]) -> StepResult:
        require_actions(self, actions)
        self._actions[np.arange(self.num_envs), self._length] = actions
        self._length += 1
        for number, world in enumerate(self._worlds):
            _act(world, actions[self._rows(number)])
        rewards = self._of_all("rewards").astype(np.float32)
        self._return += rewards
        truncated = self._of_all("truncations").astype(np.bool_)
        terminated = self._of_all("terminals").astype(np.bool_) & ~truncated
        ended = (terminated | truncated).reshape(-1, self._agents).all(axis=1)
        done, obs = ended.repeat(self._agents), self._observe()
        info: Info = {
            "_final_obs": done,
            "final_obs": obs,
            "episode_return": self._return.copy(),
            "episode_length": self._length.copy(),
        }
        if done.any():
            for number in np.flatnonzero(ended).tolist():
                self._begin(number)
            obs = self._observe()
        return obs, rewards, terminated & done, truncated & done, info

    def state_dict(self) -> dict[str, NDArray[Any]]:
        return {name: array.copy() for name, array in self._state().items()}

    def load_state_dict(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Takes as long as the episodes that are played again."""
        load_arrays(self._state(), state)
        for number in range(len(self._worlds)):
            rows = self._rows(number)
            self._replace(number)
            for step in range(int(self._length[rows.start])):
                _act(self._worlds[number], self._actions[rows, step])

    def close(self) -> None:
        for world in self._worlds:
            world.close()
        self._worlds = []

    def _state(self) -> dict[str, NDArray[Any]]:
        return {"episode": self._episode, "length": self._length, "return": self._return, "actions": self._actions}

    def _rows(self, number: int) -> slice:
        return slice(number * self._agents, (number + 1) * self._agents)

    def _of_all(self, what: str) -> NDArray[Any]:
        return np.concatenate([getattr(world._c_sim, what)() for world in self._worlds])

    def _begin(self, number: int) -> None:
        rows = self._rows(number)
        self._episode[rows] += 1
        self._length[rows], self._return[rows], self._actions[rows] = 0, 0, 0
        self._replace(number)

    def _replace(self, number: int) -> None:
        self._worlds[number].close()
        self._worlds[number] = self._world(number)

    def _world(self, number: int) -> "Simulation":
        from mettagrid.simulator import Simulation

        episode = int(self._episode[number * self._agents])
        seed = episode_seed(self._seed, self._first_world + number, episode) >> 1  # mettagrid takes a signed 32-bit one
        config = self._config.model_copy(deep=True)
        config.game.map_builder.seed = seed
        return Simulation(config, seed=seed)

    def _observe(self) -> NDArray[np.float32]:
        place, feature, value = np.moveaxis(self._of_all("observations"), -1, 0)
        nowhere = place == _NOWHERE
        x = np.where(nowhere, self._middle[0], place & 0x0F)
        y = np.where(nowhere, self._middle[1], place >> 4)
        kind = np.where(place == EMPTY, EMPTY, feature)
        return np.stack([x, y, kind, value], axis=-1).astype(np.float32)


def _act(world: "Simulation", actions: NDArray[np.int64]) -> None:
    world._c_sim.actions()[:] = actions
    world.step()

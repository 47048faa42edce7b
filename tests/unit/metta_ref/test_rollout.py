"""Experience: which step a reward, an end and a value belong to, with an environment that counts."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from metta_ref.agents.interface import State
from metta_ref.config import Observation
from metta_ref.envs import Info, StepResult
from metta_ref.rl.network import Network
from metta_ref.rl.rollout import Cursor, Rollout, action_noise, collect
from metta_ref.rl.statistics import Stopwatch


class CountingEnv:
    """Two environments that show how often they have stepped in all, and pay the same.

    The first is truncated with its third step, the second terminates with its second. New episodes count on.
    """

    num_envs, observation, num_actions = 2, Observation((1,)), 2
    metadata: Mapping[str, str] = {"autoreset_mode": "same_step"}

    def __init__(self) -> None:
        self.steps = 0

    def reset(self) -> tuple[NDArray[np.float32], Info]:
        return self._obs(), {}

    def step(self, actions: NDArray[np.int64]) -> StepResult:
        self.steps += 1
        terminated, truncated = np.array([False, self.steps == 2]), np.array([self.steps == 3, False])
        done = terminated | truncated
        info = {
            "_final_obs": done,
            "final_obs": self._obs() * 100,
            "episode_return": np.full(2, self.steps, np.float32),
            "episode_length": np.full(2, self.steps),
        }
        return self._obs(), np.full(2, self.steps, np.float32), terminated, truncated, info

    def state_dict(self) -> dict[str, NDArray[Any]]:
        return {}

    def load_state_dict(self, state: Mapping[str, NDArray[Any]]) -> None:
        """No state to load."""

    def close(self) -> None:
        """Nothing to close."""

    def _obs(self) -> NDArray[np.float32]:
        return np.full((2, 1), self.steps, np.float32)


class SteadyAgent(nn.Module):
    """Values an observation at itself, and remembers how many steps ago its episode began."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(1))

    def initial_state(self, batch: int) -> State:
        return (torch.zeros(batch),)

    def step(self, obs: Tensor, state: State, starts: Tensor) -> tuple[Tensor, Tensor, State]:
        return torch.zeros(len(obs), 2), obs[:, 0], (torch.where(starts, 0, state[0]) + 1,)

    def sequence(self, obs: Tensor, state: State, starts: Tensor) -> tuple[Tensor, Tensor, State]:
        raise AssertionError("a rollout goes step by step")


class AgeingAgent(SteadyAgent):
    """Values an observation at the steps of its episode that it has seen, this one included."""

    def step(self, obs: Tensor, state: State, starts: Tensor) -> tuple[Tensor, Tensor, State]:
        logits, _, (age,) = super().step(obs, state, starts)
        return logits, age, (age,)


def collected(horizon: int, agent: SteadyAgent | None = None) -> tuple[Rollout, Cursor, list[Info]]:
    env, agent = CountingEnv(), agent or SteadyAgent()
    obs, _ = env.reset()
    seen: list[Info] = []
    rollout, cursor = collect(
        Network(agent, torch.device("cpu"), "float32", compiled=False),
        env,
        Cursor(obs, np.ones(2, np.bool_), agent.initial_state(2)),
        gamma=0.5,
        noise=action_noise(torch.Generator().manual_seed(0), horizon, 2, 2),
        on_episodes=lambda _, info: seen.append(info),
        stopwatch=Stopwatch(),
    )
    return rollout, cursor, seen


def test_rewards_and_ends_stand_beside_the_action_that_they_follow() -> None:
    rollout, _, _ = collected(horizon=4)
    assert rollout.obs[..., 0].tolist() == [[0, 0], [1, 1], [2, 2], [3, 3]]
    assert rollout.values.tolist() == [[0, 0], [1, 1], [2, 2], [3, 3]]
    assert rollout.dones.tolist() == [[False, False], [False, True], [True, False], [False, False]]
    assert rollout.starts.tolist() == [[True, True], [False, False], [False, True], [True, False]]
    assert rollout.last_values.tolist() == [4, 4]
    np.testing.assert_allclose(rollout.log_probs, np.log(0.5))


def test_a_truncated_episode_keeps_the_value_of_its_last_observation() -> None:
    rollout, _, _ = collected(horizon=4)
    # Truncation at step 3 adds 1/2 * 300, the discounted value of final_obs; termination adds nothing.
    assert rollout.rewards.tolist() == [[1, 1], [2, 2], [3 + 150, 3], [4, 4]]


def test_the_last_observation_of_an_episode_is_seen_with_the_memory_of_that_episode() -> None:
    rollout, _, _ = collected(horizon=4, agent=AgeingAgent())
    # Truncation at step 3: the last observation is the fourth, so that 1/2 * 4 is added.
    assert rollout.rewards.tolist() == [[1, 1], [2, 2], [3 + 2, 3], [4, 4]]


def test_acting_goes_on_where_it_stopped() -> None:
    rollout, cursor, seen = collected(horizon=3)
    assert cursor.obs.tolist() == [[3], [3]]
    assert cursor.starts.tolist() == [True, False]
    assert [part.tolist() for part in cursor.state] == [[3, 1]]  # steps since the start of each episode
    assert [part.tolist() for part in rollout.state] == [[0, 0]]
    assert [info["_final_obs"].tolist() for info in seen] == [[False, True], [True, False]]

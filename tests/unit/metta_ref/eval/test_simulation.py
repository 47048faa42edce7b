"""Episodes as records: reproducible, in equal quotas, extended and never repeated."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar

import numpy as np
import pytest
import torch

from metta_ref.checkpoint.policies import Policy
from metta_ref.config import EnvConfig
from metta_ref.envs.streams import seeded_streams
from metta_ref.eval.simulation_stats_db import EpisodeRecord
from metta_ref.sim.simulation import Simulation, action_streams, sampled, simulate, weights_digest

NOON = datetime(2025, 8, 28, 12)
POLICY = ("ant", 4)
SIMULATION = Simulation(name="memory", env=EnvConfig(max_steps=12), episodes=10, num_envs=4, seed=5, max_steps=1000)


class FixedPolicy:
    """An agent with the same logits for up, down, left and right everywhere; by default it tends to the right."""

    def __init__(self, logits: tuple[float, ...] = (0.0, 0.0, 0.0, 2.0)) -> None:
        self.logits = torch.tensor(logits)

    def initial_state(self, batch: int) -> tuple[torch.Tensor, ...]:
        return (torch.zeros(batch),)

    def step(
        self, obs: torch.Tensor, state: tuple[torch.Tensor, ...], starts: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor, tuple[torch.Tensor, ...]]:
        return self.logits.expand(len(obs), -1), torch.zeros(len(obs)), state

    def state_dict(self) -> Mapping[str, Any]:
        return {"logits": self.logits}


LEFT = FixedPolicy((0.0, 0.0, 2.0, 0.0))
"""The way to no goal."""


def play(simulation: Simulation, agent: FixedPolicy) -> list[EpisodeRecord]:
    """The episodes of all blocks, as if all had been played at noon."""
    return [
        replace(episode, created_at=NOON, completed_at=NOON if episode.completed_at else None)
        for block in range(simulation.blocks)
        for episode in simulate(simulation, block, ant(agent))[1]
    ]


def ant(agent: FixedPolicy) -> Policy:
    return Policy(POLICY, agent, None)  # type: ignore[arg-type] # what is not used is left out


def test_equal_seeds_play_equal_episodes_and_others_do_not() -> None:
    first, again = play(SIMULATION, FixedPolicy()), play(SIMULATION, FixedPolicy())
    assert first == again
    other = play(replace(SIMULATION, seed=6), FixedPolicy())
    assert other[0].id != first[0].id
    assert [e.step_count for e in other] != [e.step_count for e in first]


def test_every_episode_is_recorded_with_its_policy_and_reward() -> None:
    episodes = play(SIMULATION, FixedPolicy())
    identity = SIMULATION.id(ant(FixedPolicy()))
    assert [episode.id for episode in episodes] == [f"{identity}-{n:06d}" for n in range(10)]
    for number, episode in enumerate(episodes):
        assert (episode.policies, episode.completed_at) == ({0: POLICY}, NOON)
        assert episode.attributes == {"seed": "5", "number": str(number)}
        assert episode.agent_metrics[0]["reward"] in (0.0, 1.0)
        assert episode.agent_metrics[0]["episode_length"] == episode.step_count <= 12


def test_asking_for_more_extends_the_same_simulation() -> None:
    """What was played stays, wherever the quotas of the environments and the blocks end: 16 episodes make a block."""
    more = play(replace(SIMULATION, episodes=37), FixedPolicy())
    for episodes in (3, 16, 21):
        assert play(replace(SIMULATION, episodes=episodes), FixedPolicy()) == more[:episodes]
    assert [e.step_count for e in more[:16]] != [e.step_count for e in more[16:32]]


class World:
    """A fake of environments in which two agents share a world: world w ends every 2 + w steps, and pays 1 and 3."""

    metadata: ClassVar = {"name": "worlds"}

    def __init__(self, config: EnvConfig, num_envs: int, seed: int, first_env: int) -> None:
        self.num_envs, self.length = num_envs, np.repeat(2 + np.arange(num_envs // 2), 2)
        self.steps = np.zeros(num_envs, np.int64)

    def reset(self) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        return np.zeros((self.num_envs, 1), np.float32), {}

    def step(self, actions: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, dict[str, np.ndarray]]:
        self.steps += 1
        ended, length = self.steps == self.length, self.steps.copy()
        self.steps[ended] = 0
        reward = np.tile([1.0, 3.0], self.num_envs // 2)
        info = {"_final_obs": ended, "episode_return": reward, "episode_length": length}
        return self.reset()[0], reward, ended, np.zeros_like(ended), info

    def close(self) -> None:
        pass


def test_agents_that_share_a_world_share_its_episodes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("metta_ref.sim.simulation.make_env", World)
    shared = replace(SIMULATION, env=EnvConfig(name="mettagrid", id="navigation", agents=2), episodes=5)
    episodes = play(shared, FixedPolicy())
    assert [e.step_count for e in episodes] == [2, 3, 2, 3, 2]
    assert [e.policies for e in episodes] == [{0: POLICY, 1: POLICY}] * 5
    assert episodes[1].agent_metrics == {
        0: {"reward": 1.0, "episode_length": 3.0},
        1: {"reward": 3.0, "episode_length": 3.0},
    }


class Counting(FixedPolicy):
    """Goes to the left and counts the steps of its episodes, which it knows by where they start."""

    def __init__(self) -> None:
        super().__init__()
        self.counts: list[list[float]] = []

    def step(
        self, obs: torch.Tensor, state: tuple[torch.Tensor, ...], starts: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor, tuple[torch.Tensor, ...]]:
        count = torch.where(starts, 0, state[0]) + 1
        self.counts.append(count.tolist())
        return LEFT.logits.expand(len(obs), -1), count, (count,)


def test_memory_lasts_as_long_as_an_episode() -> None:
    agent = Counting()
    play(replace(SIMULATION, episodes=8, greedy=True), agent)  # two for each of four lanes, of twelve steps
    assert agent.counts == [[float(count)] * 4 for count in (*range(1, 13), *range(1, 13))]


def test_another_policy_is_another_simulation() -> None:
    right, left = FixedPolicy(), LEFT
    assert weights_digest(right) != weights_digest(left)  # type: ignore[arg-type] # what is not used is left out
    assert play(SIMULATION, right)[0].id != play(SIMULATION, left)[0].id


def test_who_never_arrives_is_cut_off_with_reward_zero_on_record() -> None:
    stays = play(replace(SIMULATION, greedy=True), LEFT)
    assert {tuple(e.agent_metrics[0].items()) for e in stays} == {
        (("reward", 0.0), ("episode_length", 12.0), ("truncated", 1.0))
    }


def test_episodes_that_did_not_end_in_time_have_no_metrics() -> None:
    """Four lanes, 15 steps, episodes of 12: the first four end, the next four stand at 3, two never began."""
    hurried = replace(SIMULATION, greedy=True, max_steps=15)
    episodes = play(hurried, LEFT)
    assert [(e.step_count, e.completed_at, bool(e.agent_metrics)) for e in episodes] == (
        [(12, NOON, True)] * 4 + [(3, None, False)] * 4 + [(0, None, False)] * 2
    )


def test_actions_are_drawn_with_the_policy_s_probabilities() -> None:
    probabilities = np.array([0.5, 0.3, 0.2, 0.0])
    with np.errstate(divide="ignore"):
        logits = np.tile(np.log(probabilities) + 3.0, (2000, 1))
    streams = action_streams(0, 0, 2000)
    drawn = np.concatenate([sampled(logits, streams) for _ in range(10)])
    assert np.bincount(drawn, minlength=4) / drawn.size == pytest.approx(probabilities, abs=0.015)


def test_actions_do_not_repeat_the_draws_of_the_environment() -> None:
    assert not set(action_streams(5, 0, 8)) & set(seeded_streams(5, 0, 8))


def test_a_lane_draws_the_same_whatever_the_others_do() -> None:
    logits = np.random.default_rng(0).normal(size=(8, 5))
    together, alone = sampled(logits, action_streams(3, 0, 8)), sampled(logits[:3], action_streams(3, 0, 3))
    assert together[:3].tolist() == alone.tolist()

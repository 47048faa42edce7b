"""Episodes as records: reproducible, in equal quotas, extended and never repeated."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import numpy as np
import pytest
import torch

from metta_ref.config import EnvConfig
from metta_ref.envs.streams import seeded_streams
from metta_ref.eval.records import EpisodeRecord, SimulationRecord
from metta_ref.sim.actions import action_streams, likeliest, sampled
from metta_ref.sim.simulation import Simulation, simulate, weights_digest

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


def play(simulation: Simulation, agent: FixedPolicy) -> tuple[SimulationRecord, list[EpisodeRecord]]:
    return simulate(simulation, agent, POLICY, lambda: NOON)  # type: ignore[arg-type] # what is not used is left out


def test_equal_seeds_play_equal_episodes_and_others_do_not() -> None:
    first, again = play(SIMULATION, FixedPolicy()), play(SIMULATION, FixedPolicy())
    assert first == again
    other = play(replace(SIMULATION, seed=6), FixedPolicy())
    assert other[0].id != first[0].id
    assert [e.step_count for e in other[1]] != [e.step_count for e in first[1]]


def test_every_episode_is_recorded_with_its_policy_and_reward() -> None:
    record, episodes = play(SIMULATION, FixedPolicy())
    assert record == SimulationRecord(record.id, "memory", "grid", POLICY, NOON, NOON)
    assert [episode.id for episode in episodes] == [f"{record.id}-{n:06d}" for n in range(10)]
    for number, episode in enumerate(episodes):
        assert (episode.policies, episode.completed_at) == ({0: POLICY}, NOON)
        assert episode.attributes == {"seed": "5", "number": str(number)}
        assert episode.agent_metrics[0]["reward"] in (0.0, 1.0)
        assert episode.agent_metrics[0]["episode_length"] == episode.step_count <= 12


def test_asking_for_more_extends_the_same_simulation() -> None:
    """What was played stays, wherever the quotas of the lanes end."""
    more, fewer = play(SIMULATION, FixedPolicy()), play(replace(SIMULATION, episodes=3), FixedPolicy())
    assert fewer[0] == more[0]
    assert fewer[1] == more[1][:3]


def test_another_policy_is_another_simulation() -> None:
    right, left = FixedPolicy(), LEFT
    assert weights_digest(right) != weights_digest(left)  # type: ignore[arg-type] # what is not used is left out
    assert play(SIMULATION, right)[0].id != play(SIMULATION, left)[0].id


def test_who_never_arrives_is_cut_off_with_reward_zero_on_record() -> None:
    stays = play(replace(SIMULATION, greedy=True), LEFT)[1]
    assert {tuple(e.agent_metrics[0].items()) for e in stays} == {
        (("reward", 0.0), ("episode_length", 12.0), ("truncated", 1.0))
    }


def test_episodes_that_did_not_end_in_time_have_no_metrics() -> None:
    """Four lanes, 15 steps, episodes of 12: the first four end, the next four stand at 3, two never began."""
    hurried = replace(SIMULATION, greedy=True, max_steps=15)
    _, episodes = play(hurried, LEFT)
    assert [(e.step_count, e.completed_at, bool(e.agent_metrics)) for e in episodes] == (
        [(12, NOON, True)] * 4 + [(3, None, False)] * 4 + [(0, None, False)] * 2
    )


def test_actions_are_drawn_with_the_policy_s_probabilities() -> None:
    probabilities = np.array([0.5, 0.3, 0.2, 0.0])
    with np.errstate(divide="ignore"):
        logits = np.tile(np.log(probabilities) + 3.0, (2000, 1))
    streams = action_streams(0, 2000)
    drawn = np.concatenate([sampled(logits, streams) for _ in range(10)])
    assert np.bincount(drawn, minlength=4) / drawn.size == pytest.approx(probabilities, abs=0.015)


def test_actions_do_not_repeat_the_draws_of_the_environment() -> None:
    assert not set(action_streams(5, 8)) & set(seeded_streams(5, 0, 8))


def test_a_lane_draws_the_same_whatever_the_others_do() -> None:
    logits = np.random.default_rng(0).normal(size=(8, 5))
    together, alone = sampled(logits, action_streams(3, 8)), sampled(logits[:3], action_streams(3, 3))
    assert together[:3].tolist() == alone.tolist()
    assert likeliest(logits).tolist() == [int(np.argmax(row)) for row in logits]

"""What agents see: boxes, pictures, and tokens whose ids are known by name."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from metta_ref.agents import make_agent
from metta_ref.agents.encoders import TokenBox
from metta_ref.checkpoint import CheckpointManager
from metta_ref.checkpoint.errors import CheckpointStateError
from metta_ref.checkpoint.policies import PolicyCache
from metta_ref.config import EMPTY, AgentConfig, EnvConfig, Feature, Observation, run_dir
from metta_ref.envs import make_env
from metta_ref.envs.cue_grid import FEATURES, CueGrid

SMALL = AgentConfig(hidden_size=8, channels=4)
WALL, ORE = Feature("wall", 3), Feature("ore", 7, scale=10.0)


def test_tokens_become_a_channel_for_each_feature() -> None:
    box = TokenBox(Observation((5, 4), (WALL, ORE), (2, 3)))
    rows = [[0, 0, 3, 1], [2, 1, 7, 5], [2, 1, 7, 2], [1, 0, EMPTY, 9], [1, 1, 4, 9]]
    assert box(torch.tensor([rows], dtype=torch.float32)).tolist() == [
        [[[1, 0, 0], [0, 0, 0]], [[0, 0, 0], [0, 0, pytest.approx(0.7)]]]
    ]


@pytest.mark.parametrize("token", [[3, 0, 3, 1], [0, 2, 3, 1], [-1, 0, 3, 1], [0, 0, EMPTY, 1], [0, 0, 4, 1]])
def test_what_is_empty_unknown_or_off_the_grid_is_left_out(token: list[float]) -> None:
    box = TokenBox(Observation((1, 4), (WALL, ORE), (2, 3)))
    assert box(torch.tensor([[token]], dtype=torch.float32)).count_nonzero().item() == 0


def test_tokens_and_box_show_the_same(small_config: Any) -> None:
    boxes, tokens = (make_env(small_config(f"env.observation={kind}").env, 8, seed=3) for kind in ("box", "tokens"))
    convert, actions = TokenBox(tokens.observation), np.random.default_rng(0)
    seen, told = boxes.reset()[0], tokens.reset()[0]
    for _ in range(30):
        np.testing.assert_array_equal(convert(torch.from_numpy(told)).numpy(), seen)
        chosen = actions.integers(0, 4, 8)
        seen, told = boxes.step(chosen)[0], tokens.step(chosen)[0]


def test_other_ids_are_read_by_name() -> None:
    """The same maze by an environment that numbers its features otherwise, and knows one that is new."""
    renumbered = tuple(replace(feature, id=40 - feature.id) for feature in FEATURES)
    task = EnvConfig(name="tmaze", max_steps=9, observation="tokens")
    first, other = CueGrid([task], 4, 0), CueGrid([task], 4, 0, features=renumbered)
    torch.manual_seed(0)
    agent = make_agent("fast", first.observation, 4, SMALL)
    starts = torch.ones(4, dtype=torch.bool)

    def logits(env: CueGrid) -> torch.Tensor:
        return agent.step(torch.from_numpy(env.reset()[0]), agent.initial_state(4), starts)[0]

    before = logits(first)
    assert not torch.equal(logits(other), before)
    here = logits(first)
    agent.adapt(replace(other.observation, features=(*renumbered, Feature("lava", 9))))
    assert torch.equal(logits(other), here)


def test_a_feature_that_the_agent_never_saw_is_left_out() -> None:
    box = TokenBox(Observation((2, 4), (WALL, ORE), (2, 3)))
    box.remap([Feature("ore", 3, scale=10.0), Feature("lava", 7)])
    tokens = torch.tensor([[[0, 0, 3, 5], [1, 1, 7, 9]]], dtype=torch.float32)
    assert box(tokens).tolist() == [[[[0, 0, 0], [0, 0, 0]], [[0.5, 0, 0], [0, 0, 0]]]]


def test_a_cached_policy_reads_each_environment_by_its_own_ids(small_config: Any, new_trainer: Any) -> None:
    config = small_config("py_agent=fast", "env.observation=tokens")
    manager = CheckpointManager(run_dir("demo"))
    with new_trainer(config) as trainer:
        manager.save(trainer.checkpoint())
        own = trainer.env.observation
    other = replace(own, features=tuple(replace(feature, id=feature.id + 9) for feature in own.features))
    policies = PolicyCache()
    agents = [policies.load("demo", observation, 4).agent for observation in (own, other, own)]
    assert agents[0] is agents[2]
    assert agents[0] is not agents[1]
    with pytest.raises(CheckpointStateError, match=r"sees 3 kinds of tokens on a grid of 3 x 3 cells .* a box of"):
        policies.load("demo", Observation((3, 3, 3)), 4)
    with pytest.raises(CheckpointStateError, match="3 kinds of tokens on a grid of 5 x 5 cells"):
        policies.load("demo", replace(own, grid=(5, 5)), 4)


def test_a_convolution_needs_a_picture() -> None:
    with pytest.raises(ValueError, match=r"channels, rows and columns or tokens, not a box of shape \(7,\)"):
        make_agent("fast", Observation((7,)), 2, SMALL)


@pytest.mark.parametrize("shape", [(2, 1, 1), (3, 5, 4)])
def test_pictures_of_any_size(shape: tuple[int, ...]) -> None:
    agent = make_agent("fast", Observation(shape), 2, SMALL)
    logits, values, _ = agent.step(torch.rand(6, *shape), agent.initial_state(6), torch.ones(6, dtype=torch.bool))
    assert (tuple(logits.shape), tuple(values.shape)) == ((6, 2), (6,))

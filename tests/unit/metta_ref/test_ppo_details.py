"""Those of the known implementation details of PPO that no other test shows, one test each.

After Huang et al., "The 37 implementation details of proximal policy optimization", ICLR blog track 2022. Which
apply, and which test shows each, stands in rules/claims/ppo.yaml.
"""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from metta_ref.agents import make_agent
from metta_ref.agents.interface import State
from metta_ref.config import AgentConfig, Config, KickstartConfig, Observation, TrainerConfig
from metta_ref.rl.adam import Adam
from metta_ref.rl.kickstarter import Kickstarter
from metta_ref.rl.ppo import minibatches
from metta_ref.rl.rollout import Rollout
from metta_ref.rl.update import Losses, ppo_update

SEEN, ACTIONS = Observation((3, 3, 3)), 4


def gains(layer: nn.Module) -> Tensor:
    """The singular values of a layer's weights, which are all equal when they are orthogonal."""
    weight: Any = layer.weight
    return torch.linalg.svdvals(weight.detach().flatten(1))


@pytest.mark.parametrize("name", ["agalite", "fast", "lstm", "memoryless"])
def test_layers_start_orthogonal_with_their_gains_and_without_bias(name: str) -> None:
    torch.manual_seed(0)
    agent: Any = make_agent(name, SEEN, ACTIONS, AgentConfig(hidden_size=16, channels=4))
    layers = [layer for layer in agent.encoder.modules() if isinstance(layer, nn.Linear | nn.Conv2d)]
    for layer in layers:
        torch.testing.assert_close(gains(layer), torch.full_like(gains(layer), 2**0.5))
    torch.testing.assert_close(gains(agent.policy), torch.full((4,), 0.01))
    torch.testing.assert_close(gains(agent.value), torch.ones(1))
    for layer in (*layers, agent.policy, agent.value):
        assert not layer.bias.any()


def test_the_lstm_starts_orthogonal_of_gain_one_and_remembering() -> None:
    """The published detail has all biases 0; here the forget gate's is 1, for the reason that `LstmCore` gives."""
    torch.manual_seed(0)
    cell = make_agent("lstm", SEEN, ACTIONS, AgentConfig(hidden_size=8)).core.cell  # type: ignore[attr-defined] # a part
    for weight in (cell.weight_ih, cell.weight_hh):
        torch.testing.assert_close(weight.detach().T @ weight.detach(), torch.eye(8))
    forget = slice(8, 16)
    biases = cell.bias_ih + cell.bias_hh
    assert biases[forget].tolist() == [1.0] * 8
    assert not torch.cat([biases[:8], biases[16:]]).any()


@pytest.mark.parametrize("name", ["agalite", "fast", "lstm"])
def test_memory_starts_empty(name: str) -> None:
    agent = make_agent(name, SEEN, ACTIONS, AgentConfig())
    state = agent.initial_state(2)
    assert state
    assert not any(part.any() for part in state)


class Listening:
    """An agent that keeps what it is shown in an update; its logits are two numbers, its value is their sum."""

    def __init__(self, bias: tuple[float, float]) -> None:
        self.bias, self.shown = nn.Parameter(torch.tensor(bias)), list[tuple[Tensor, State, Tensor]]()

    def sequence(self, obs: Tensor, state: State, starts: Tensor) -> tuple[Tensor, Tensor, State]:
        self.shown.append((obs, state, starts))
        return self.bias.expand(*starts.shape, 2), obs[..., 0] * 0 + self.bias.sum(), state


def updated(
    config: TrainerConfig, *, rewards: Any, bias: tuple[float, float] = (0.0, 0.0), values: Any = 0.0
) -> tuple[Listening, Losses, dict[str, Tensor]]:
    """One update on four environments of two steps, the number of each being its memory and all that it sees.

    Returns the agent, the losses, and the state of Adam.
    """
    agent, shape = Listening(bias), (2, 4)
    numbers, nothing = torch.arange(4.0), np.zeros(shape, np.float32)
    actions = torch.tensor([[0, 1, 0, 1], [1, 0, 1, 0]])
    rollout = Rollout(
        obs=numbers.expand(shape).unsqueeze(-1),
        starts=torch.tensor([[True, False, True, False], [False, True, False, False]]),
        actions=actions,
        log_probs=torch.tensor(bias).log_softmax(-1)[actions].numpy(),
        values=nothing + np.asarray(values, np.float32),
        rewards=np.broadcast_to(np.asarray(rewards, np.float32), shape),
        dones=nothing.astype(bool),
        last_values=nothing[0],
        state=(numbers,),
    )
    adam, rng = Adam({"bias": agent.bias}), np.random.default_rng(0)
    nobody = Kickstarter([], KickstartConfig(), 4, torch.device("cpu"))
    losses = ppo_update(agent, adam, rollout, nobody, config, step=0, rng=rng)  # type: ignore[arg-type] # enough of one
    return agent, losses, adam.state()


ONE_PASS = TrainerConfig(num_envs=4, horizon=2, update_epochs=1, minibatches=2)


def test_a_minibatch_replays_whole_sequences_from_the_memory_of_the_rollouts_start() -> None:
    agent, _, _ = updated(ONE_PASS, rewards=1)
    seen = [(obs[..., 0].tolist(), state[0].tolist()) for obs, state, _ in agent.shown]
    for obs, memory in seen:
        assert obs == [memory, memory]  # both steps of the environments whose memory it is, in their order
    assert sorted(number for _, memory in seen for number in memory) == [0.0, 1.0, 2.0, 3.0]


def test_where_an_episode_starts_inside_a_sequence_is_told() -> None:
    agent, _, _ = updated(ONE_PASS, rewards=1)
    starts = {int(obs[0, column, 0]): start[:, column].tolist() for obs, _, start in agent.shown for column in (0, 1)}
    assert starts == {0: [True, False], 1: [False, True], 2: [True, False], 3: [False, False]}


def test_advantages_are_normalised_within_each_minibatch() -> None:
    """With ratios 1 the loss is minus the mean of the advantages: 0 in each minibatch, whatever the rewards."""
    _, losses, _ = updated(ONE_PASS, rewards=[[9, 2, 7, 4], [3, 8, 1, 5]])
    assert losses.policy == pytest.approx(0.0, abs=1e-6)


def test_a_preferred_sequence_weighs_less_in_the_policy_loss() -> None:
    """With ratios 1 the loss of a minibatch is minus the mean of its normalised advantages, each times its weight."""
    rewards = np.array([[9, 2, 7, 4], [3, 8, 1, 5]], np.float32)
    preference = {"alpha": 1.0, "beta": 1.0}
    config = replace(ONE_PASS, gamma=0.0, learning_rate=0.0, priority_alpha=1.0, priority_beta=1.0)
    _, losses, _ = updated(config, rewards=rewards)
    expected = []
    for rows, weights in minibatches(rewards.sum(axis=0), 2, np.random.default_rng(0), passes=1, **preference):
        drawn = rewards[:, rows]  # advantages, where nothing is carried over and all values are 0
        expected.append(-((drawn - drawn.mean()) / drawn.std() * weights).mean())
    assert losses.policy == pytest.approx(np.mean(expected), rel=1e-5)
    assert abs(losses.policy) > 0.01


def test_the_explained_variance_is_of_the_returns() -> None:
    rewards, values = np.array([[9, 2, 7, 4], [3, 8, 1, 5]]), np.array([[8, 1, 5, 4], [3, 9, 2, 6]])
    _, losses, _ = updated(replace(ONE_PASS, gamma=0.0), rewards=rewards, values=values)
    assert losses.explained_variance == pytest.approx(1 - (rewards - values).var() / rewards.var(), rel=1e-5)


@pytest.mark.parametrize(("value", "entropy"), [(0.0, 0.0), (2.0, 0.0), (0.0, 3.0), (0.5, 0.1)])
def test_the_loss_adds_the_value_term_and_takes_off_the_entropy(value: float, entropy: float) -> None:
    """Equal rewards leave no advantage, so that the gradient is that of the two other terms alone.

    Adam's first moment after one step is a tenth of it.
    """
    coefficients = {"value_coefficient": value, "entropy_coefficient": entropy}
    config = replace(ONE_PASS, minibatches=1, gamma=0.0, value_clip=1e9, max_grad_norm=1e9, **coefficients)
    _, losses, moments = updated(config, rewards=1, bias=(1.0, 0.25))
    bias = torch.tensor([1.0, 0.25], requires_grad=True)
    odds = bias.softmax(-1)
    (value * 0.5 * (bias.sum() - 1) ** 2 + entropy * (odds * odds.log()).sum()).backward()
    assert losses.policy == pytest.approx(0.0, abs=1e-6)
    torch.testing.assert_close(moments["bias.first"], bias.grad / 10, atol=1e-6, rtol=1e-4)


def test_the_architecture_is_vectorised(small_config: Any, new_trainer: Any) -> None:
    """One rollout holds the same number of steps of every environment, and episodes run on over its end."""
    config: Config = small_config("py_agent=lstm", "env.max_steps=11")
    with new_trainer(config) as trainer:
        trainer.update()
        first = trainer.snapshot()
        steps = config.trainer.horizon * config.trainer.num_envs
    assert (trainer.agent_step, first["recurrent/obs"].shape[0]) == (steps, config.trainer.num_envs)
    assert not first["recurrent/starts"].all()

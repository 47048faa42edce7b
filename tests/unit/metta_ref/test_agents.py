"""Agents: one interface, memory that ends with its episode, and AGaLiTe by its published equations."""

import math

import pytest
import torch
from torch import Tensor
from torch.nn import Module

from metta_ref.agents import make_agent
from metta_ref.agents.actor_critic import PARTS
from metta_ref.agents.agalite import AgaliteCore
from metta_ref.agents.interface import Agent
from metta_ref.agents.lstm import LstmCore
from metta_ref.agents.scan import discounted_scores, discounted_sums
from metta_ref.config import AGENTS, AgentConfig, Observation

CONFIG = AgentConfig(hidden_size=8, layers=2, heads=2, head_size=3, eta=2, frequencies=5)
"""With five frequencies no shift of the tick by an episode's length leaves the waves as they are."""

STEPS, BATCH, SEEN, ACTIONS = 7, 3, Observation((3, 3, 3)), 4


def new_agent(name: str) -> Agent:
    torch.manual_seed(0)
    agent = make_agent(name, SEEN, ACTIONS, CONFIG)
    for _, parameter in agent.named_parameters():
        parameter.data = torch.randn_like(parameter) * 0.3  # initial heads are too quiet to tell agents apart
    return agent


def sequence() -> tuple[Tensor, Tensor]:
    """Observations and starts: the second environment starts anew in the middle, the third twice."""
    starts = torch.zeros(STEPS, BATCH, dtype=torch.bool)
    starts[3, 1] = starts[0, 2] = starts[5, 2] = True
    return torch.randn(STEPS, BATCH, *SEEN.shape), starts


def test_every_name_that_can_be_configured_has_its_parts() -> None:
    assert tuple(PARTS) == AGENTS


def test_an_unknown_agent_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="agent transformer: must be one of agalite, fast, lstm, memoryless"):
        make_agent("transformer", SEEN, ACTIONS, CONFIG)


@pytest.mark.parametrize("name", AGENTS)
def test_step_by_step_equals_the_whole_sequence(name: str) -> None:
    agent, (obs, starts) = new_agent(name), sequence()
    logits, values, last = agent.sequence(obs, agent.initial_state(BATCH), starts)
    state = agent.initial_state(BATCH)
    for step in range(STEPS):
        step_logits, step_values, state = agent.step(obs[step], state, starts[step])
        torch.testing.assert_close(step_logits, logits[step])
        torch.testing.assert_close(step_values, values[step])
    torch.testing.assert_close(state, last)
    assert (logits.shape, values.shape) == ((STEPS, BATCH, ACTIONS), (STEPS, BATCH))


@pytest.mark.parametrize("name", AGENTS)
def test_an_episode_does_not_depend_on_the_one_before(name: str) -> None:
    agent, (obs, starts) = new_agent(name), sequence()
    logits, _, _ = agent.sequence(obs, agent.initial_state(BATCH), starts)
    alone, _, _ = agent.sequence(obs[3:, 1:2], agent.initial_state(1), torch.zeros(STEPS - 3, 1, dtype=torch.bool))
    torch.testing.assert_close(logits[3:, 1:2], alone)


@pytest.mark.parametrize("name", AGENTS)
def test_only_agents_with_memory_are_changed_by_the_past(name: str) -> None:
    agent, (obs, _) = new_agent(name), sequence()
    starts = torch.zeros(STEPS, BATCH, dtype=torch.bool)
    other = obs.clone()
    other[0] += 1.0
    state = agent.initial_state(BATCH)
    difference = (agent.sequence(obs, state, starts)[0] - agent.sequence(other, state, starts)[0])[-1].abs().max()
    assert (difference > 1e-5) == (name != "memoryless")


@pytest.mark.parametrize("name", AGENTS)
def test_the_state_is_cut_by_environment_on_the_first_axis(name: str) -> None:
    agent, (obs, starts) = new_agent(name), sequence()
    _, _, state = agent.sequence(obs, agent.initial_state(BATCH), starts)
    assert all(part.shape[0] == BATCH for part in state)
    _, _, one = agent.sequence(obs[:, 1:2], tuple(part[1:2] for part in agent.initial_state(BATCH)), starts[:, 1:2])
    torch.testing.assert_close(one, tuple(part[1:2] for part in state))


def test_discounted_sums_by_hand() -> None:
    """One number under two waves: the first lets it through, the second doubles, drops and halves it."""
    waves = torch.tensor([[1.0, 2.0], [1.0, 0.0], [1.0, 0.5]])[..., None]
    inputs, decay = torch.tensor([[1.0], [2.0], [4.0]]), torch.tensor([[0.5], [0.0], [0.25]])
    initial = torch.tensor([[8.0], [4.0]])
    sums = discounted_sums(inputs, waves, decay, initial)
    assert sums[..., 0].tolist() == [
        [5.0, 4.0],
        [2.0, 0.0],
        [4.5, 2.0],
    ]  # 1 + 8/2 and 2 + 4/2; 2 and 0; 4 + 2/4 and 2 + 0
    queries = torch.tensor([[1.0], [10.0], [100.0]])
    scores, last = discounted_scores(inputs, waves, decay, queries, initial)
    assert scores.tolist() == [[5.0, 4.0], [20.0, 0.0], [450.0, 200.0]]
    torch.testing.assert_close(last, sums[-1])


@pytest.mark.parametrize("scored", [False, True])
def test_the_gradient_of_discounted_sums_is_right(scored: bool) -> None:
    """Numerically, in double precision, with waves that are broadcast along one axis."""
    torch.manual_seed(0)
    inputs, queries = (torch.randn(5, 2, 3, 4, dtype=torch.double, requires_grad=True) for _ in range(2))
    waves = torch.randn(5, 2, 1, 2, 1, dtype=torch.double)
    decay = torch.rand(5, 2, 3, 4, dtype=torch.double, requires_grad=True)
    initial = torch.randn(2, 3, 2, 4, dtype=torch.double, requires_grad=True)
    if scored:
        assert torch.autograd.gradcheck(discounted_scores, (inputs, waves, decay, queries, initial))
    else:
        assert torch.autograd.gradcheck(discounted_sums, (inputs, waves, decay, initial))


def attention_by_the_equations(core: AgaliteCore, inputs: Tensor) -> Tensor:
    """The first block's attention for one environment, an index at a time, as the paper states it."""
    attention = core.get_submodule("blocks.0.attention")
    heads, size, eta, count = CONFIG.heads, CONFIG.head_size, CONFIG.eta, CONFIG.frequencies
    frequencies = torch.linspace(-math.pi, math.pi, count).tolist()
    projected, expanded = attention.project(inputs), attention.expand(inputs)
    rows = []
    values, keys, norms = (
        torch.zeros(heads, count, size),
        torch.zeros(heads, count, eta * size),
        torch.zeros(heads, eta * size),
    )
    for tick, (row, wide) in enumerate(zip(projected, expanded, strict=True), start=1):
        attended = []
        for head in range(heads):
            key, query, value, beta, gamma = (part[head] for part in row.view(5, heads, size))
            p1, p2, p3 = (part[head] for part in wide.view(3, heads, eta))
            phi_key = torch.outer(p1.relu(), key.relu()).flatten()
            phi_query = torch.outer(p2.relu(), query.relu()).flatten()
            gate, beta = torch.outer(p3.sigmoid(), gamma.sigmoid()).flatten(), beta.sigmoid()
            norms[head] = (1 - gate) * norms[head] + gate * phi_key
            total = torch.zeros(size)
            for number, frequency in enumerate(frequencies):
                wave = math.cos(frequency * tick)
                values[head, number] = (1 - beta) * values[head, number] + wave * beta * value
                keys[head, number] = (1 - gate) * keys[head, number] + wave * gate * phi_key
                total += values[head, number] * (keys[head, number] @ phi_query)
            attended.append(total / (2 * count * (norms[head] @ phi_query) + 1e-5))
        rows.append(torch.cat(attended))
    merged: Tensor = attention.merge(torch.stack(rows))
    return merged


def test_agalite_attention_follows_the_published_equations() -> None:
    torch.manual_seed(0)
    core, inputs = AgaliteCore(CONFIG), torch.randn(STEPS, CONFIG.hidden_size)
    attention = core.get_submodule("blocks.0.attention")
    with torch.no_grad():
        expected = attention_by_the_equations(core, inputs)
        starts = torch.zeros(STEPS, 1, dtype=torch.bool)
        actual, _ = attention(inputs[:, None], core.initial_state(1)[:4], starts)
    torch.testing.assert_close(actual[:, 0], expected)
    assert expected.abs().max() > 0.01


def gated(gate: Module, old: Tensor, new: Tensor) -> Tensor:
    """The gate of a GRU in place of a sum, which at first lets little of what is new through."""
    of_new, of_old = gate.get_submodule("from_new"), gate.get_submodule("from_old")
    reset_new, update_new, candidate_new = of_new(new).split(CONFIG.hidden_size, -1)
    reset_old, update_old = of_old(old).split(CONFIG.hidden_size, -1)
    share = (update_new + update_old - 2).sigmoid()
    candidate_old = gate.get_submodule("from_reset")((reset_new + reset_old).sigmoid() * old)
    mixed: Tensor = old + share * ((candidate_new + candidate_old).tanh() - old)
    return mixed


def test_an_agalite_block_is_put_together_as_published() -> None:
    torch.manual_seed(0)
    core, inputs = AgaliteCore(CONFIG), torch.randn(STEPS, 1, CONFIG.hidden_size)
    block, starts = core.get_submodule("blocks.0"), torch.zeros(STEPS, 1, dtype=torch.bool)
    part = block.get_submodule
    state = core.initial_state(1)[:4]
    with torch.no_grad():
        attended, _ = part("attention")(part("attention_norm")(inputs), state, starts)
        between = gated(part("attention_gate"), inputs, attended.relu())
        fed = part("feed.2")(part("feed.0")(part("feed_norm")(between)).relu()).relu()
        actual, _ = block(inputs, state, starts)
    torch.testing.assert_close(actual, gated(part("feed_gate"), between, fed))


def loop_over_the_cell(core: LstmCore, inputs: Tensor, starts: Tensor) -> Tensor:
    """What the core does, a step at a time, with the library's cell."""
    hidden, cell = core.initial_state(BATCH)
    outputs = []
    for row, start in zip(inputs, starts, strict=True):
        keep = (~start).to(inputs.dtype).unsqueeze(-1)
        hidden, cell = core.cell(row, (hidden * keep, cell * keep))
        outputs.append(hidden)
    return torch.stack(outputs)


@pytest.mark.parametrize("chance", [0.0, 0.3, 1.0])
def test_the_lstm_learns_from_a_whole_sequence_what_it_learns_from_its_steps(chance: float) -> None:
    """Outputs and gradients; with chance 1 every step begins an episode."""
    torch.manual_seed(0)
    core = LstmCore(CONFIG)
    inputs = torch.randn(STEPS, BATCH, CONFIG.hidden_size, requires_grad=True)
    starts = torch.rand(STEPS, BATCH) < chance
    wanted = torch.randn(STEPS, BATCH, CONFIG.hidden_size)
    results = []
    for outputs in (core(inputs, core.initial_state(BATCH), starts)[0], loop_over_the_cell(core, inputs, starts)):
        gradients = torch.autograd.grad((outputs * wanted).sum(), [inputs, *core.parameters()])
        results.append((outputs, *gradients))
    torch.testing.assert_close(results[0], results[1])


def test_no_trace_of_an_earlier_episode_is_left_in_the_lstm() -> None:
    """Not even a rounding error of what the memory held, however large."""
    torch.manual_seed(0)
    core, inputs = LstmCore(CONFIG), torch.randn(STEPS, BATCH, CONFIG.hidden_size)
    starts = torch.zeros(STEPS, BATCH, dtype=torch.bool)
    starts[3] = True
    full = (torch.ones(BATCH, CONFIG.hidden_size), torch.full((BATCH, CONFIG.hidden_size), 1e6))
    for state in (full, core.initial_state(BATCH)):
        torch.testing.assert_close(
            core(inputs, state, starts)[0][3:], core(inputs, full, starts)[0][3:], atol=0, rtol=0
        )

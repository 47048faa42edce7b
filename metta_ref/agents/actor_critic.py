"""The agent: encoder, core over time, policy and value heads. Agents differ in the first two."""

from collections.abc import Callable

from torch import Tensor, nn

from metta_ref.agents.agalite import AgaliteCore
from metta_ref.agents.encoders import TokenBox, conv_encoder, flat_encoder
from metta_ref.agents.interface import Agent, Core, State
from metta_ref.agents.layers import orthogonal
from metta_ref.agents.lstm import LstmCore
from metta_ref.config import AgentConfig, Observation


class MemorylessCore(nn.Module):
    """One layer, applied to each step alone: the control, against which memory has to show its worth."""

    def __init__(self, config: AgentConfig) -> None:
        super().__init__()
        self.layer = nn.Sequential(orthogonal(nn.Linear(config.hidden_size, config.hidden_size)), nn.ReLU())

    def initial_state(self, batch: int) -> State:  # noqa: ARG002 - no memory for any number of environments
        return ()

    def forward(self, inputs: Tensor, state: State, starts: Tensor) -> tuple[Tensor, State]:  # noqa: ARG002 - see above
        return self.layer(inputs), state


PARTS: dict[str, tuple[Callable[[Observation, AgentConfig], nn.Module], Callable[[AgentConfig], Core]]] = {
    "agalite": (flat_encoder, AgaliteCore),
    "fast": (conv_encoder, LstmCore),
    "lstm": (flat_encoder, LstmCore),
    "memoryless": (flat_encoder, MemorylessCore),
}
"""Encoder and core of each agent."""


class ActorCritic(nn.Module):
    """An `Agent` around an encoder and a core of width `hidden_size`.

    The heads start with gains 0.01 (policy: nearly uniform) and 1 (value), after Huang et al., "The 37
    implementation details of proximal policy optimization", 2022.
    """

    def __init__(self, encoder: nn.Module, core: Core, num_actions: int, hidden_size: int) -> None:
        super().__init__()
        self.encoder = encoder
        self.core = core
        self.policy = orthogonal(nn.Linear(hidden_size, num_actions), gain=0.01)
        self.value = orthogonal(nn.Linear(hidden_size, 1), gain=1.0)

    def adapt(self, observation: Observation) -> None:
        for module in self.encoder.modules():
            if isinstance(module, TokenBox):
                module.remap(observation.features)

    def initial_state(self, batch: int) -> State:
        return tuple(part.to(self.value.weight.device) for part in self.core.initial_state(batch))

    def step(self, obs: Tensor, state: State, starts: Tensor) -> tuple[Tensor, Tensor, State]:
        logits, values, state = self.sequence(obs[None], state, starts[None])
        return logits[0], values[0], state

    def sequence(self, obs: Tensor, state: State, starts: Tensor) -> tuple[Tensor, Tensor, State]:
        seen = self.encoder(obs.flatten(end_dim=1)).unflatten(0, starts.shape)
        features, state = self.core(seen, state, starts)
        return self.policy(features), self.value(features).squeeze(-1), state


def make_agent(name: str, observation: Observation, num_actions: int, config: AgentConfig) -> Agent:
    """A new agent of a name in `PARTS`, initialised from torch's global generator.

    Raises ValueError for an unknown name, and for an observation that the agent cannot see.
    """
    if name not in PARTS:
        raise ValueError(f"agent {name}: must be one of {', '.join(PARTS)}")
    encoder, core = PARTS[name]
    return ActorCritic(encoder(observation, config), core(config), num_actions, config.hidden_size)

"""The agent: encoder, core over time, policy and value heads. Agents differ in the core alone."""

import math
from collections.abc import Callable

from torch import Tensor, nn

from metta_ref.agents.agalite import AgaliteCore
from metta_ref.agents.initialisation import orthogonal_linear
from metta_ref.agents.interface import Agent, Core, State
from metta_ref.agents.lstm import LstmCore
from metta_ref.agents.memoryless import MemorylessCore
from metta_ref.config import AgentConfig

CORES: dict[str, Callable[[AgentConfig], Core]] = {
    "agalite": AgaliteCore,
    "lstm": LstmCore,
    "memoryless": MemorylessCore,
}


def build(name: str, observation_shape: tuple[int, ...], num_actions: int, config: AgentConfig) -> Agent:
    """See `metta_ref.agents.make_agent`."""
    if name not in CORES:
        raise ValueError(f"agent {name}: must be one of {', '.join(CORES)}")
    return ActorCritic(CORES[name](config), observation_shape, num_actions, config.hidden_size)


class ActorCritic(nn.Module):
    """An `Agent` around a core of width `hidden_size`.

    The heads start with gains 0.01 (policy: nearly uniform) and 1 (value), after Huang et al., "The 37
    implementation details of proximal policy optimization", 2022.
    """

    def __init__(self, core: Core, observation_shape: tuple[int, ...], num_actions: int, hidden_size: int) -> None:
        super().__init__()
        self.encoder = nn.Sequential(orthogonal_linear(math.prod(observation_shape), hidden_size), nn.ReLU())
        self.core = core
        self.policy = orthogonal_linear(hidden_size, num_actions, gain=0.01)
        self.value = orthogonal_linear(hidden_size, 1, gain=1.0)

    def initial_state(self, batch: int) -> State:
        """See `Agent`."""
        return tuple(part.to(self.value.weight.device) for part in self.core.initial_state(batch))

    def step(self, obs: Tensor, state: State, starts: Tensor) -> tuple[Tensor, Tensor, State]:
        """See `Agent`."""
        logits, values, state = self.sequence(obs[None], state, starts[None])
        return logits[0], values[0], state

    def sequence(self, obs: Tensor, state: State, starts: Tensor) -> tuple[Tensor, Tensor, State]:
        """See `Agent`."""
        features, state = self.core(self.encoder(obs.flatten(start_dim=2)), state, starts)
        return self.policy(features), self.value(features).squeeze(-1), state

"""The policy that knows nothing: every action equally likely, every state worth nothing."""

import torch
from torch import Tensor, nn

from metta_ref.agents.interface import State
from metta_ref.config import Observation


class UniformAgent(nn.Module):
    """An `Agent` without parameters, for trying out an evaluation and as the floor to compare with."""

    def __init__(self, num_actions: int) -> None:
        super().__init__()
        self.num_actions = num_actions

    def initial_state(self, batch: int) -> State:  # noqa: ARG002 - no memory for any number of environments
        """See `Agent`."""
        return ()

    def adapt(self, observation: Observation) -> None:
        """See `Agent`: whatever is seen makes no difference."""

    def step(self, obs: Tensor, state: State, starts: Tensor) -> tuple[Tensor, Tensor, State]:
        """See `Agent`."""
        logits, values, state = self.sequence(obs[None], state, starts[None])
        return logits[0], values[0], state

    def sequence(self, obs: Tensor, state: State, starts: Tensor) -> tuple[Tensor, Tensor, State]:
        """See `Agent`."""
        zeros = obs.new_zeros(starts.shape, dtype=torch.float32)
        return zeros.unsqueeze(-1).expand(*starts.shape, self.num_actions), zeros, state

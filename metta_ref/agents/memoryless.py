"""The control: a core with no memory, against which memory has to show its worth."""

from torch import Tensor, nn

from metta_ref.agents.initialisation import orthogonal_linear
from metta_ref.agents.interface import State
from metta_ref.config import AgentConfig


class MemorylessCore(nn.Module):
    """One layer, applied to each step alone."""

    def __init__(self, config: AgentConfig) -> None:
        super().__init__()
        self.layer = nn.Sequential(orthogonal_linear(config.hidden_size, config.hidden_size), nn.ReLU())

    def initial_state(self, batch: int) -> State:  # noqa: ARG002 - no memory for any number of environments
        """See `Core`."""
        return ()

    def forward(self, inputs: Tensor, state: State, starts: Tensor) -> tuple[Tensor, State]:  # noqa: ARG002 - see above
        """See `Core`."""
        return self.layer(inputs), state

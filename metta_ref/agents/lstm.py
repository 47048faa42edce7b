"""The usual memory: one LSTM cell with episode resets inside a sequence."""

import torch
from torch import Tensor, nn

from metta_ref.agents.interface import State
from metta_ref.config import AgentConfig


class LstmCore(nn.Module):
    """An LSTM of width `hidden_size`; orthogonal weights of gain 1, zero biases but the forget gate's.

    That one starts at 1, so that a new cell remembers (Gers et al. 2000, Jozefowicz et al. 2015): at 0 it
    halves its memory with every step, and a cue seen a corridor ago leaves no gradient.
    """

    def __init__(self, config: AgentConfig) -> None:
        super().__init__()
        self.cell = nn.LSTMCell(config.hidden_size, config.hidden_size)
        for name, parameter in self.cell.named_parameters():
            if "weight" in name:
                nn.init.orthogonal_(parameter, 1.0)
            else:
                nn.init.zeros_(parameter)
        forget = slice(config.hidden_size, 2 * config.hidden_size)  # torch orders the gates i, f, g, o
        with torch.no_grad():
            self.cell.bias_ih[forget] = 1.0

    def initial_state(self, batch: int) -> State:
        """See `Core`: hidden and cell state, float32[B, D] each."""
        zeros = torch.zeros(batch, self.cell.hidden_size)
        return zeros, zeros.clone()

    def forward(self, inputs: Tensor, state: State, starts: Tensor) -> tuple[Tensor, State]:
        """See `Core`."""
        hidden, cell = state
        keep = (~starts).to(inputs.dtype).unsqueeze(-1)
        outputs = []
        for step, kept in zip(inputs, keep, strict=True):
            hidden, cell = self.cell(step, (hidden * kept, cell * kept))
            outputs.append(hidden)
        return torch.stack(outputs), (hidden, cell)

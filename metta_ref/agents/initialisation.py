"""Layers with the initial weights that PPO is known to want."""

import math

from torch import nn


def orthogonal_linear(inputs: int, outputs: int, gain: float = math.sqrt(2), *, bias: bool = True) -> nn.Linear:
    """A linear layer with orthogonal weights of that gain and zero bias."""
    layer = nn.Linear(inputs, outputs, bias=bias)
    nn.init.orthogonal_(layer.weight, gain)
    if bias:
        nn.init.zeros_(layer.bias)
    return layer

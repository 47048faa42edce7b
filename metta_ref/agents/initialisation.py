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


def orthogonal_conv(inputs: int, outputs: int, kernel: int, gain: float = math.sqrt(2)) -> nn.Conv2d:
    """A convolution that keeps the size of the picture, with orthogonal weights of that gain and zero bias."""
    layer = nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2)
    nn.init.orthogonal_(layer.weight, gain)
    assert layer.bias is not None  # noqa: S101 - Conv2d has a bias unless told otherwise
    nn.init.zeros_(layer.bias)
    return layer

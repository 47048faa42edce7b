"""What networks here are made of: layers with the initial weights that PPO is known to want, and full precision for
what adds up over time inside networks that otherwise compute in bfloat16.
"""

import math
from typing import TypeVar

import torch
from torch import nn

Layer = TypeVar("Layer", nn.Linear, nn.Conv2d)


def orthogonal(layer: Layer, gain: float = math.sqrt(2)) -> Layer:
    """The layer, now with orthogonal weights of that gain and zero bias."""
    nn.init.orthogonal_(layer.weight, gain)
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)
    return layer


def full_precision(device: torch.device) -> torch.autocast:
    """Where autocast outside does not reach, for arguments that are float32.

    A memory gains a little with each of many steps, which the 8 bits of a bfloat16 round away.
    """
    return torch.autocast(device.type, enabled=False)

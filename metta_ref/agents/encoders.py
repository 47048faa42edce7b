"""From what is seen to features: boxes flat or through convolutions, tokens by way of a box.

An encoder maps observations [N, *shape] to features [N, width], each row alone.
"""

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from metta_ref.agents.layers import orthogonal
from metta_ref.config import EMPTY, AgentConfig, Feature, Observation

_KERNEL = 3


def flat_encoder(observation: Observation, config: AgentConfig) -> nn.Module:
    """One layer over the flattened box."""
    inputs = math.prod(box_shape(observation))
    layers = [nn.Flatten(), orthogonal(nn.Linear(inputs, config.hidden_size)), nn.ReLU()]
    return nn.Sequential(*_to_box(observation), *layers)


def conv_encoder(observation: Observation, config: AgentConfig) -> nn.Module:
    """Two convolutions that keep the size of the picture, and a layer over all of it.

    Raises ValueError when the observation is no picture: a box [channels, rows, columns], or tokens.
    """
    shape = box_shape(observation)
    if len(shape) != _KERNEL:
        raise ValueError(f"a convolution needs a box of channels, rows and columns or tokens, not {observation}")
    channels, width = shape[0], config.channels
    return nn.Sequential(
        *_to_box(observation),
        orthogonal(nn.Conv2d(channels, width, _KERNEL, padding="same")),
        nn.ReLU(),
        orthogonal(nn.Conv2d(width, width, _KERNEL, padding="same")),
        nn.ReLU(),
        nn.Flatten(),
        orthogonal(nn.Linear(width * math.prod(shape[1:]), config.hidden_size)),
        nn.ReLU(),
    )


def box_shape(observation: Observation) -> tuple[int, ...]:
    """The shape that layers see: tokens become a channel for each feature over the grid."""
    return (len(observation.features), *observation.grid) if observation.features else observation.shape


class TokenBox(nn.Module):
    """Tokens float32[N, M, 4] as a box float32[N, F, rows, columns], each value divided by its feature's scale.

    The channels are those of the features it was made with, whatever ids another environment uses for them:
    see `remap`. Tokens of one feature on one cell add up; rows that are empty, unknown or off the grid are left out.
    """

    scales: Tensor
    slots: Tensor

    def __init__(self, observation: Observation) -> None:
        super().__init__()
        self.channel_of = {feature.name: channel for channel, feature in enumerate(observation.features)}
        self.grid = observation.grid
        scales = torch.tensor([feature.scale for feature in observation.features])
        self.register_buffer("scales", scales, persistent=False)
        self.register_buffer("slots", torch.empty(0), persistent=False)
        self.remap(observation.features)

    def remap(self, features: Sequence[Feature]) -> None:
        """Read ids as an environment with these features means them; unknown names are ignored."""
        slots = torch.full((EMPTY + 1,), -1, dtype=torch.int64)
        for feature in features:
            slots[feature.id] = self.channel_of.get(feature.name, -1)
        self.slots = slots.to(self.scales.device)

    def forward(self, tokens: Tensor) -> Tensor:
        (rows, columns), scales = self.grid, self.scales
        x, y, feature, value = tokens.unbind(-1)
        channel = self.slots[feature.long()]
        inside = (channel >= 0) & (x >= 0) & (x < columns) & (y >= 0) & (y < rows)
        channel = channel.clamp(min=0)
        cell = torch.where(inside, (channel * rows + y.long()) * columns + x.long(), 0)
        amount = torch.where(inside, value / scales[channel], 0.0)
        box = tokens.new_zeros(len(tokens), len(scales) * rows * columns)
        return box.scatter_add_(1, cell, amount).view(len(tokens), len(scales), rows, columns)


def _to_box(observation: Observation) -> list[nn.Module]:
    return [TokenBox(observation)] if observation.features else []

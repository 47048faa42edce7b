"""Adam with its state in the open (Kingma and Ba 2015, arXiv 1412.6980, algorithm 1).

The state exists from the start and has a name for each tensor, so that a checkpoint holds the same keys at
any time. Making one of torch's own optimisers imports its compiler, which takes longer than a short run.
"""

from collections.abc import Mapping

import torch
from torch import Tensor

_BETA_1, _BETA_2 = 0.9, 0.999
_EPSILON = 1e-5
"""PPO's usual value, larger than Adam's own 1e-8 (Huang et al. 2022)."""


class Adam:
    """First and second moments of the parameters' gradients, and the number of steps taken.

    All moments of a kind lie in one vector: a step is a few operations, however many parameters there are.
    """

    def __init__(self, parameters: Mapping[str, Tensor]) -> None:
        self._parameters = dict(parameters)
        self._steps = torch.zeros((), dtype=torch.int64)
        self._first = torch.cat([torch.zeros_like(parameter).flatten() for parameter in self._parameters.values()])
        self._second = torch.zeros_like(self._first)

    @property
    def size(self) -> int:
        """Numbers in all parameters together."""
        return self._first.numel()

    def gradient(self) -> Tensor:
        """The gradients of all parameters as one vector; the parameters forget them.

        Raises ValueError when a parameter has none: it would silently never learn.
        """
        missing = sorted(name for name, parameter in self._parameters.items() if parameter.grad is None)
        if missing:
            raise ValueError(f"no gradient for {', '.join(missing)}")
        parts = [parameter.grad.flatten() for parameter in self._parameters.values() if parameter.grad is not None]
        for parameter in self._parameters.values():
            parameter.grad = None
        return torch.cat(parts)

    def step(self, gradient: Tensor, learning_rate: float, max_grad_norm: float) -> None:
        """Move every parameter against a vector as `gradient` gives it, of which the norm is limited first."""
        gradient = gradient * (max_grad_norm / (gradient.norm() + 1e-6)).clamp(max=1.0)
        self._steps += 1
        steps = int(self._steps)
        rate = learning_rate * (1 - _BETA_2**steps) ** 0.5 / (1 - _BETA_1**steps)
        epsilon = _EPSILON * (1 - _BETA_2**steps) ** 0.5
        self._first.lerp_(gradient, 1 - _BETA_1)
        self._second.lerp_(gradient.square_(), 1 - _BETA_2)
        moves = self._named((self._first / self._second.sqrt().add_(epsilon)).mul_(-rate))
        with torch.no_grad():
            for name, parameter in self._parameters.items():
                parameter.add_(moves[name])

    def state_dict(self) -> dict[str, Tensor]:
        """The state itself, not a copy, under `steps`, `<parameter>.first` and `<parameter>.second`."""
        return (
            {"steps": self._steps}
            | {f"{name}.first": moment for name, moment in self._named(self._first).items()}
            | {f"{name}.second": moment for name, moment in self._named(self._second).items()}
        )

    def load_state_dict(self, state: Mapping[str, Tensor]) -> None:
        """Go on from a state with the keys of `state_dict`."""
        for name, own in self.state_dict().items():
            own.copy_(state[name])

    def _named(self, vector: Tensor) -> dict[str, Tensor]:
        """Views of a vector's parts, each in the shape of its parameter."""
        parts = vector.split_with_sizes([parameter.numel() for parameter in self._parameters.values()])
        named = zip(self._parameters.items(), parts, strict=True)
        return {name: part.view_as(parameter) for (name, parameter), part in named}

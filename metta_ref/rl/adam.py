"""Adam with its state in the open (Kingma and Ba 2015, arXiv 1412.6980, algorithm 1).

The state exists from the start and has a name for each tensor, so that a checkpoint holds the same keys at
any time. Making one of torch's own optimisers imports its compiler, which takes longer than a short run.
"""

from collections.abc import Iterable, Mapping

import torch
from torch import Tensor

_BETA_1, _BETA_2 = 0.9, 0.999
_EPSILON = 1e-5
"""PPO's usual value, larger than Adam's own 1e-8 (Huang et al. 2022)."""


class Adam:
    """First and second moments of each named parameter's gradient, and the number of steps taken."""

    def __init__(self, parameters: Mapping[str, Tensor]) -> None:
        self._parameters = dict(parameters)
        self._steps = torch.zeros((), dtype=torch.int64)
        self._first = {name: torch.zeros_like(parameter) for name, parameter in self._parameters.items()}
        self._second = {name: torch.zeros_like(parameter) for name, parameter in self._parameters.items()}

    @property
    def parameters(self) -> Iterable[Tensor]:
        """What it moves, in the order of its names."""
        return self._parameters.values()

    def step(self, learning_rate: float, max_grad_norm: float) -> None:
        """Move every parameter against its gradient, of which the common norm is limited first, and forget
        the gradients.

        Raises ValueError when a parameter has no gradient: it would silently never learn.
        """
        gradients = {name: parameter.grad for name, parameter in self._parameters.items()}
        given = {name: gradient for name, gradient in gradients.items() if gradient is not None}
        if len(given) != len(gradients):
            raise ValueError(f"no gradient for {', '.join(sorted(gradients.keys() - given.keys()))}")
        norm = torch.stack([gradient.norm() for gradient in given.values()]).norm()
        scale = (max_grad_norm / (norm + 1e-6)).clamp(max=1.0)
        self._steps += 1
        steps = int(self._steps)
        rate = learning_rate * (1 - _BETA_2**steps) ** 0.5 / (1 - _BETA_1**steps)
        epsilon = _EPSILON * (1 - _BETA_2**steps) ** 0.5
        with torch.no_grad():
            for name, parameter in self._parameters.items():
                gradient = given[name] * scale
                self._first[name].lerp_(gradient, 1 - _BETA_1)
                self._second[name].lerp_(gradient * gradient, 1 - _BETA_2)
                parameter.addcdiv_(self._first[name], self._second[name].sqrt().add_(epsilon), value=-rate)
                parameter.grad = None

    def state_dict(self) -> dict[str, Tensor]:
        """The state itself, not a copy, under `steps`, `<parameter>.first` and `<parameter>.second`."""
        return (
            {"steps": self._steps}
            | {f"{name}.first": moment for name, moment in self._first.items()}
            | {f"{name}.second": moment for name, moment in self._second.items()}
        )

    def load_state_dict(self, state: Mapping[str, Tensor]) -> None:
        """Go on from a state with the keys of `state_dict`."""
        for name, own in self.state_dict().items():
            own.copy_(state[name])

"""Adam with its state in the open (Kingma and Ba 2015, arXiv 1412.6980, algorithm 1).

The state exists from the start and has a name for each tensor, so that a checkpoint holds the same keys at
any time. Making one of torch's own optimisers imports its compiler, which takes longer than a short run.
"""

import math
from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from metta_ref.config import RefusedError

_BETA_1, _BETA_2 = 0.9, 0.999
_EPSILON = 1e-5
"""PPO's usual value, larger than Adam's own 1e-8 (Huang et al. 2022)."""


class DivergedError(RefusedError):
    """Training has come to numbers that are none."""


class Adam:
    """First and second moments of the parameters' gradients, and the number of steps taken.

    All moments of a kind lie in one vector: a step is a few operations, however many parameters there are.
    """

    def __init__(self, parameters: Mapping[str, Tensor]) -> None:
        self._parameters = dict(parameters)
        self._flat = [parameter.detach().view(-1) for parameter in self._parameters.values()]
        self._steps = torch.zeros((), dtype=torch.int64)
        self._first = torch.zeros_like(torch.cat(self._flat))
        self._second = torch.zeros_like(self._first)

    @property
    def size(self) -> int:
        return self._first.numel()

    def gradient(self, outputs: Sequence[Tensor], by_outputs: Sequence[Tensor]) -> Tensor:
        """The gradient by all parameters as one vector, of what has those gradients by some outputs.

        Raises ValueError when the outputs do not depend on a parameter: it would silently never learn.
        """
        parameters = tuple(self._parameters.values())
        parts = torch.autograd.grad(outputs, parameters, by_outputs, allow_unused=True)
        if missing := [name for name, part in zip(self._parameters, parts, strict=True) if part is None]:
            raise ValueError(f"no gradient for {', '.join(missing)}")
        return torch.cat([part.flatten() for part in parts])

    def step(self, gradient: Tensor, learning_rate: float, max_grad_norm: float) -> None:
        """Move every parameter against a vector as `gradient` gives it, which is scaled down to a norm at most.

        Raises DivergedError, with nothing moved, when the norm is infinite or none: no later step would mend that.
        """
        norm = float(gradient @ gradient) ** 0.5
        if not math.isfinite(norm):
            cause = "see whether the environment shows or pays numbers that are not finite"
            slower = "start another run with a smaller trainer.learning_rate"
            raise DivergedError(f"training has diverged: the norm of the gradient is {norm}; {slower}, or {cause}")
        gradient *= min(1.0, max_grad_norm / (norm + 1e-6))
        steps = int(self._steps.add_(1))
        correction: float = (1 - _BETA_2**steps) ** 0.5
        rate: float = learning_rate * correction / (1 - _BETA_1**steps)
        self._first.lerp_(gradient, 1 - _BETA_1)
        self._second.lerp_(gradient.square_(), 1 - _BETA_2)
        moves = self._first / self._second.sqrt().add_(_EPSILON * correction)
        torch._foreach_add_(self._flat, self._parts(moves), alpha=-rate)

    def state(self) -> dict[str, Tensor]:
        """Under `steps`, `<parameter>.first` and `<parameter>.second`; the live ones, not copies."""
        state = {"steps": self._steps}
        for kind, moments in (("first", self._first), ("second", self._second)):
            for (name, parameter), part in zip(self._parameters.items(), self._parts(moments), strict=True):
                state[f"{name}.{kind}"] = part.view_as(parameter)
        return state

    def _parts(self, vector: Tensor) -> list[Tensor]:
        return list(vector.split_with_sizes([parameter.numel() for parameter in self._flat]))

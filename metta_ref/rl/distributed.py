"""What the processes of one training run tell each other: sums, and values of each.

A run on `size` ranks computes what one process computes on the same environments. Rank r owns the r-th block of
them and draws, with every other rank, the random numbers of the whole batch, of which it uses its own rows. What
one process would compute over the whole batch is summed over the ranks: the moments of advantages, the gradient,
the divergence. So all ranks take the same steps with the same weights, and differ from a single process only in
the order in which floats are added.
"""

from collections.abc import Iterable
from typing import Protocol, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

T = TypeVar("T")


class Group(Protocol):
    """The ranks of a run; every method is called by all of them, in the same order."""

    @property
    def rank(self) -> int:
        """This process's number, from 0."""
        ...

    @property
    def size(self) -> int:
        """How many processes there are."""
        ...

    def sum(self, values: Tensor) -> Tensor:
        """The total over all ranks, element by element; the same bits on every rank."""
        ...

    def gather(self, value: T) -> list[T]:
        """The value of every rank, in their order."""
        ...


class SingleProcess:
    """The null object: a group of one."""

    rank, size = 0, 1

    def sum(self, values: Tensor) -> Tensor:
        """The values themselves."""
        return values

    def gather(self, value: T) -> list[T]:
        """That value."""
        return [value]


ALONE = SingleProcess()


def summed_gradients(group: Group, parameters: Iterable[Tensor], metrics: Tensor) -> Tensor:
    """Replace each parameter's gradient by its sum over the ranks, and return the sum of `metrics`.

    All of it travels as one vector: one exchange a minibatch, whatever the number of tensors.
    """
    if group.size == 1:
        return metrics
    gradients = [parameter.grad for parameter in parameters if parameter.grad is not None]
    total = group.sum(torch.cat([*(gradient.flatten() for gradient in gradients), metrics]))
    parts = total.split_with_sizes([*(gradient.numel() for gradient in gradients), len(metrics)])
    for gradient, part in zip(gradients, parts, strict=False):  # the last part is that of the metrics
        gradient.copy_(part.view_as(gradient))
    return parts[-1]


def mean_and_std(group: Group, values: NDArray[np.float32]) -> tuple[float, float]:
    """Mean and standard deviation (of the population) over the values of all ranks.

    Sums of float64 keep the digits of float32 values that cancel in the difference of squares.
    """
    own = [values.size, values.sum(dtype=np.float64), np.square(values, dtype=np.float64).sum()]
    count, total, squares = group.sum(torch.tensor(own, dtype=torch.float64)).tolist()
    mean = total / count
    return mean, max(squares / count - mean * mean, 0.0) ** 0.5

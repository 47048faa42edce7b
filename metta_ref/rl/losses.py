"""The terms of PPO's loss (Schulman et al. 2017, arXiv 1707.06347), which has the means of what is returned for steps.

Those of PPO come with the gradients of their means, written out: what autograd records for forty small operations takes
longer than forward and backward through a small network. Where there is one number for each step, numpy computes it on
the CPU, wherever the network lives: its operations start faster than torch's.
"""

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

Array = NDArray[np.float32]


def log_softmax(logits: Tensor) -> Tensor:
    """Over the last axis; a copy with that axis first is ten times faster on a CPU when it is short."""
    return logits.movedim(-1, 0).log_softmax(0).movedim(0, -1)


def taken(log_probabilities: Tensor, actions: Tensor) -> Tensor:
    """Those of the actions taken, of [..., A]."""
    return log_probabilities.gather(-1, actions.unsqueeze(-1)).squeeze(-1)


def policy_loss(ratios: Array, advantages: Array, clip: float) -> tuple[Array, Array]:
    """Clipped surrogate, max(-A r, -A clip(r, 1 - c, 1 + c)), and the gradient by the logarithms of r."""
    costs = -advantages
    free, clipped = costs * ratios, costs * ratios.clip(1 - clip, 1 + clip)
    worse = np.maximum(free, clipped)
    return worse, free * (free == worse) / free.size


def value_loss(values: Array, old_values: Array, returns: Array, clip: float) -> tuple[Array, Array]:
    """The worse of two squared errors, of the value and of its change limited to `clip`, halved; and the gradient by
    the values, which is none where the limited one is worse: there it does not depend on the value.
    """
    error, limited = values - returns, values.clip(old_values - clip, old_values + clip) - returns
    free = error * error
    worse = np.maximum(free, limited * limited)
    return 0.5 * worse, error * (free == worse) / error.size


def divergence(log_ratios: Array, clip: float) -> tuple[Array, NDArray[np.bool_]]:
    """(r - 1) - log r, of which the mean is an unbiased and never negative estimate of KL(then || now); and whether
    a ratio is further than `clip` from 1.
    """
    changes = np.expm1(log_ratios)
    return changes - log_ratios, np.abs(changes) > clip


def entropy_bonus(log_probabilities: Tensor, coefficient: float) -> tuple[float, Tensor]:
    """Mean entropy, in nats, of distributions on the last axis; and the gradient by their log probabilities of the loss
    that falls with it, by the coefficient.
    """
    probabilities = log_probabilities.exp()
    terms, count = probabilities * log_probabilities, probabilities.numel() // probabilities.shape[-1]
    return -terms.sum().item() / count, probabilities.add_(terms).mul_(coefficient / count)


def cross_entropy(targets: Tensor, log_probabilities: Tensor) -> Tensor:
    """Mean of -sum(p log q) over the last axis, with p the targets."""
    return -(targets * log_probabilities).sum(-1).mean()

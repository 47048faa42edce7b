"""One update of PPO: several passes over a rollout in minibatches of whole sequences."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from metta_ref.config import TrainerConfig
from metta_ref.rl.adam import Adam
from metta_ref.rl.group import ALONE, Group
from metta_ref.rl.kickstarter import Kickstarter
from metta_ref.rl.network import Network
from metta_ref.rl.ppo import (
    Array,
    advantages,
    annealed,
    divergence,
    entropy_bonus,
    errors_and_traces,
    log_softmax,
    minibatches,
    policy_loss,
    taken,
    value_loss,
)
from metta_ref.rl.rollout import Rollout

_EPSILON = 1e-8
_METRICS, _DIVERGENCE = 6, 4
"""How many of `Losses` are means over minibatches, and where among them the divergence stands."""


@dataclass(frozen=True, slots=True)
class Losses:
    """Means over the minibatches of an update; the kickstart term is zero without a teacher.

    `clipped` is the fraction of actions whose ratio left the limits, and `minibatches` were taken before the divergence
    stopped the update.
    """

    policy: float
    value: float
    entropy: float
    kickstart: float
    approximate_kl: float
    clipped: float
    explained_variance: float
    minibatches: int


def ppo_update(
    network: Network,
    optimizer: Adam,
    rollout: Rollout,
    kickstarter: Kickstarter,
    config: TrainerConfig,
    *,
    step: int,
    rng: np.random.Generator,
    group: Group = ALONE,
) -> Losses:
    """Change the agent to do more of what turned out well on the rollout.

    A minibatch holds whole sequences of some environments, replayed from the memory that they had when
    the rollout began. Advantages are weighed anew with the current ratios in each, and normalised. With a
    `target_kl` the update ends after the first minibatch whose divergence from the acting policy exceeds it.

    Minibatches are of the environments of all ranks; each rank replays those that it owns, and what is a mean over
    the minibatch is summed from their shares of it.
    """
    played = (rollout.rewards, rollout.values, rollout.dones, rollout.last_values)
    errors, traces = errors_and_traces(*played, gamma=config.gamma, gae_lambda=config.gae_lambda)
    clips = {"rho_clip": config.rho_clip, "c_clip": config.c_clip}
    at_first = advantages(errors, traces, np.ones_like(errors), **clips)
    priorities = np.concatenate(group.gather(np.abs(at_first).sum(axis=0)))
    targets = kickstarter.targets(rollout, step)
    rate, count = annealed(config.learning_rate, step, config.anneal_timesteps), errors.shape[1]
    device = rollout.obs.device

    def share(chosen: NDArray[np.int64], weights: Array) -> tuple[Tensor, NDArray[np.float64]]:
        """The gradient of the loss over some rows of the rollout, and the first of `Losses`."""
        if not len(chosen):  # with the same exchanges of the group
            mean_and_std(group, errors[:, :0])
            return torch.zeros(optimizer.size, device=device), np.zeros(_METRICS)
        rows = torch.from_numpy(chosen).to(device)
        obs, starts, actions = (part.index_select(1, rows) for part in (rollout.obs, rollout.starts, rollout.actions))
        logits, values, _ = network.sequence(obs, tuple(part[rows] for part in rollout.state), starts)
        log_probs = log_softmax(logits)
        fixed = log_probs.detach()
        log_ratios = taken(fixed, actions).cpu().numpy() - rollout.log_probs[:, chosen]
        ratios, old_values = np.exp(log_ratios), rollout.values[:, chosen]
        advantage = advantages(errors[:, chosen], traces[:, chosen], ratios, **clips)
        mean, deviation = mean_and_std(group, advantage)
        weighed = (advantage - np.float32(mean)) / np.float32(deviation + _EPSILON) * weights
        surrogate, by_taken = policy_loss(ratios, weighed, config.clip)
        now = values.detach().cpu().numpy()
        error, by_value = value_loss(now, old_values, advantage + old_values, config.value_clip)
        entropy, by_log_prob = entropy_bonus(fixed, config.entropy_coefficient)
        by_log_prob.scatter_add_(-1, actions.unsqueeze(-1), torch.from_numpy(by_taken).to(device).unsqueeze(-1))
        roots = [log_probs, values]
        gradients = [by_log_prob, torch.from_numpy(config.value_coefficient * by_value).to(device)]
        teaching = 0.0
        if targets:
            roots.append(kickstarter.loss(targets, rows, log_probs, values, step))
            gradients.append(torch.ones_like(roots[-1]))
            teaching = roots[-1].item()
        steps = (surrogate, error, *divergence(log_ratios, config.clip))
        policy, value, kl, clipped = (each.sum() / each.size for each in steps)
        return optimizer.gradient(roots, gradients), np.array([policy, value, entropy, teaching, kl, clipped])

    metrics: list[NDArray[np.float64]] = []
    drawn = {"alpha": config.priority_alpha, "beta": config.priority_beta}
    for chosen, weights in minibatches(priorities, config.minibatches, rng, passes=config.update_epochs, **drawn):
        own = chosen // count == group.rank
        gradient, means = share(chosen[own] % count, weights[own])
        part = own.sum() / len(own)
        metrics.append(means * part)
        # torch's DistributedDataParallel would hook into a module's `forward` and weigh all ranks alike; agents have
        # `step` and `sequence`, and ranks own unequal shares of a minibatch, or none.
        optimizer.step(group.sum(gradient * part), rate, config.max_grad_norm)
        if config.target_kl and float(group.sum(torch.from_numpy(metrics[-1]))[_DIVERGENCE]) > config.target_kl:
            break
    policy, value, entropy, teaching, kl, clipped = group.sum(torch.from_numpy(np.mean(metrics, axis=0))).tolist()
    foretold = explained_variance(rollout.values, at_first + rollout.values, group)
    return Losses(policy, value, entropy, teaching, kl, clipped, foretold, len(metrics))


def explained_variance(values: Array, returns: Array, group: Group = ALONE) -> float:
    """1 - Var(returns - values) / Var(returns) over all ranks; nan when the returns do not vary."""
    _, spread = mean_and_std(group, returns)
    return 1 - (mean_and_std(group, returns - values)[1] / spread) ** 2 if spread > 0 else float("nan")


def mean_and_std(group: Group, values: Array) -> tuple[float, float]:
    """Mean and standard deviation (of the population) over the values of all ranks.

    Sums of float64 keep the digits of float32 values that cancel in the difference of squares.
    """
    own = values.astype(np.float64).ravel()
    sums = np.array([own.size, own.sum(), own @ own])
    count, total, squares = group.sum(torch.from_numpy(sums)).tolist()
    mean = total / count
    return mean, max(squares / count - mean * mean, 0.0) ** 0.5

"""One update of PPO: several passes over a rollout in minibatches of whole sequences."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from metta_ref.config import TrainerConfig
from metta_ref.rl.adam import Adam
from metta_ref.rl.advantage import advantages
from metta_ref.rl.distributed import mean_and_std
from metta_ref.rl.group import ALONE, Group
from metta_ref.rl.kickstarter import Kickstarter, Targets
from metta_ref.rl.losses import (
    approximate_kl,
    clipped_fraction,
    entropy,
    log_softmax,
    logit_gradient,
    policy_loss,
    value_loss,
)
from metta_ref.rl.minibatches import minibatches
from metta_ref.rl.network import Network
from metta_ref.rl.rollout import Rollout
from metta_ref.rl.schedules import annealed

_EPSILON = 1e-8
_METRICS, _DIVERGENCE = 6, 4
"""How many there are of each minibatch, in the order of `Losses`, and where among them the divergence stands."""


@dataclass(frozen=True, slots=True)
class Losses:
    """Means over the minibatches of an update; the kickstart term is zero without a teacher.

    `clipped` is the fraction of actions whose ratio left the limits, `explained_variance` that of the returns'
    variance which the values of the rollout foretold (1 at best; nan when the returns do not vary), and
    `minibatches` how many were taken before the divergence stopped the update.
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
    targets = kickstarter.targets(rollout)
    rate = annealed(config.learning_rate, step, config.anneal_timesteps)
    count = rollout.values.shape[1]
    at_first = _advantages(rollout, np.arange(count), np.ones_like(rollout.values), config)
    priorities = np.concatenate(group.gather(np.abs(at_first).sum(axis=0)))
    metrics: list[list[float]] = []
    for chosen, weights in (
        minibatch
        for _ in range(config.update_epochs)
        for minibatch in minibatches(
            priorities, config.minibatches, rng, alpha=config.priority_alpha, beta=config.priority_beta
        )
    ):
        own = chosen // count == group.rank
        minibatch = _Minibatch(chosen[own] % count, weights[own], float(own.mean()))
        share = _share(network, optimizer, rollout, minibatch, kickstarter, targets, config, step=step, group=group)
        # One exchange a minibatch. torch's DistributedDataParallel would hook into a module's `forward` and weigh all
        # ranks alike; agents have `step` and `sequence`, and ranks own unequal shares of a minibatch, or none.
        total = group.sum(share)
        metrics.append(total[-_METRICS:].tolist())
        optimizer.step(total[:-_METRICS], rate, config.max_grad_norm)
        if 0 < config.target_kl < metrics[-1][_DIVERGENCE]:
            break
    policy, value, spread, teaching, kl, clipped = np.mean(metrics, axis=0).tolist()
    foretold = explained_variance(rollout.values, at_first + rollout.values, group)
    return Losses(policy, value, spread, teaching, kl, clipped, foretold, len(metrics))


@dataclass(frozen=True, slots=True)
class _Minibatch:
    """This rank's rows of a minibatch, their weights, and the part of the whole minibatch that they are."""

    rows: NDArray[np.int64]
    weights: NDArray[np.float32]
    share: float


def _share(
    network: Network,
    optimizer: Adam,
    rollout: Rollout,
    minibatch: _Minibatch,
    kickstarter: Kickstarter,
    targets: Targets,
    config: TrainerConfig,
    *,
    step: int,
    group: Group,
) -> Tensor:
    """This rank's share of the gradient and, after it, of the metrics, in one vector."""
    device = rollout.log_probs.device
    if not len(minibatch.rows):
        mean_and_std(group, rollout.values[:, :0])
        return torch.zeros(optimizer.size + _METRICS, device=device)
    rows = torch.from_numpy(minibatch.rows).to(device)
    obs, starts, actions, acted = (
        tensor.index_select(1, rows) for tensor in (rollout.obs, rollout.starts, rollout.actions, rollout.log_probs)
    )
    logits, values, _ = network.sequence(obs, tuple(part[rows] for part in rollout.state), starts)
    recorded = log_softmax(logits)
    teaching = kickstarter.loss(targets.rows(rows), recorded, values, step)
    with torch.no_grad():
        log_probs = recorded.detach()
        log_ratios = log_probs.gather(-1, actions.unsqueeze(-1)).squeeze(-1) - acted
        advantage = _advantages(rollout, minibatch.rows, log_ratios.exp().cpu().numpy(), config)
        mean, spread = mean_and_std(group, advantage)
        weighed = (advantage - np.float32(mean)) / np.float32(spread + _EPSILON) * minibatch.weights
        old_values = rollout.values[:, minibatch.rows]
        normalised, old, returns = (
            torch.from_numpy(part).to(device) for part in (weighed, old_values, advantage + old_values)
        )
        surrogate, by_ratio = policy_loss(log_ratios, normalised, config.clip)
        error, by_value = value_loss(values.detach(), old, returns, config.value_clip)
        disorder, by_logit = entropy(log_probs)
        by_logit = logit_gradient(log_probs, actions, by_ratio) - config.entropy_coefficient * by_logit
        by_value *= config.value_coefficient * minibatch.share
        by_logit *= minibatch.share
    roots, gradients = [logits, values], [by_logit, by_value]
    if teaching.requires_grad:
        roots, gradients = [*roots, teaching], [*gradients, torch.full_like(teaching, minibatch.share)]
    torch.autograd.backward(roots, gradients)
    divergences = [approximate_kl(log_ratios), clipped_fraction(log_ratios, config.clip)]
    metrics = torch.stack([surrogate, error, disorder, teaching.detach(), *divergences]) * minibatch.share
    return torch.cat([optimizer.gradient(), metrics])


def explained_variance(values: NDArray[np.float32], returns: NDArray[np.float32], group: Group = ALONE) -> float:
    """1 - Var(returns - values) / Var(returns) over all ranks; nan when the returns do not vary."""
    _, spread = mean_and_std(group, returns)
    return 1 - (mean_and_std(group, returns - values)[1] / spread) ** 2 if spread > 0 else float("nan")


def _advantages(
    rollout: Rollout, chosen: NDArray[np.int64], ratios: NDArray[np.float32], config: TrainerConfig
) -> NDArray[np.float32]:
    return advantages(
        rollout.rewards[:, chosen],
        rollout.values[:, chosen],
        rollout.dones[:, chosen],
        rollout.last_values[chosen],
        ratios,
        gamma=config.gamma,
        gae_lambda=config.gae_lambda,
        rho_clip=config.rho_clip,
        c_clip=config.c_clip,
    )

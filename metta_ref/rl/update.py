"""One update of PPO: several passes over a rollout in minibatches of whole sequences."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from metta_ref.config import TrainerConfig
from metta_ref.rl.adam import Adam
from metta_ref.rl.advantage import advantages
from metta_ref.rl.distributed import mean_and_std, summed_gradients
from metta_ref.rl.group import ALONE, Group
from metta_ref.rl.kickstarter import Kickstarter, Targets
from metta_ref.rl.losses import approximate_kl, clipped_fraction, entropy, policy_loss, value_loss
from metta_ref.rl.minibatches import minibatches
from metta_ref.rl.network import Network
from metta_ref.rl.rollout import Rollout
from metta_ref.rl.schedules import annealed

_EPSILON = 1e-8
_DIVERGENCE = 4
"""Where it stands among the metrics, which are in the order of `Losses`."""


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
        shares = _backward(
            network, optimizer.parameters, rollout, minibatch, kickstarter, targets, config, step=step, group=group
        )
        metrics.append(summed_gradients(group, optimizer.parameters, shares).tolist())
        optimizer.step(rate, config.max_grad_norm)
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


def _backward(
    network: Network,
    parameters: Iterable[Tensor],
    rollout: Rollout,
    minibatch: _Minibatch,
    kickstarter: Kickstarter,
    targets: Targets,
    config: TrainerConfig,
    *,
    step: int,
    group: Group,
) -> Tensor:
    """Leave this rank's share of the gradient in the parameters, and return its share of the metrics [6]."""
    device = rollout.log_probs.device
    if not len(minibatch.rows):
        mean_and_std(group, rollout.values[:, :0])
        for parameter in parameters:
            parameter.grad = torch.zeros_like(parameter)
        return torch.zeros(6, device=device)
    rows = torch.from_numpy(minibatch.rows).to(device)
    old_values = torch.from_numpy(rollout.values[:, minibatch.rows]).to(device)
    state = tuple(part[rows] for part in rollout.state)
    logits, values, _ = network.sequence(rollout.obs[:, rows], state, rollout.starts[:, rows])
    log_probs = logits.log_softmax(-1)
    taken = log_probs.gather(-1, rollout.actions[:, rows].unsqueeze(-1)).squeeze(-1)
    log_ratios = taken - rollout.log_probs[:, rows]
    ratios = log_ratios.detach().exp().cpu().numpy()
    advantage = _advantages(rollout, minibatch.rows, ratios, config)
    mean, spread = mean_and_std(group, advantage)
    weighed = (advantage - np.float32(mean)) / np.float32(spread + _EPSILON) * minibatch.weights
    terms = [
        policy_loss(log_ratios, torch.from_numpy(weighed).to(device), config.clip),
        value_loss(values, old_values, torch.from_numpy(advantage).to(device) + old_values, config.value_clip),
        entropy(log_probs),
        kickstarter.loss(targets.rows(rows), log_probs, values, step),
    ]
    total = terms[0] + config.value_coefficient * terms[1] - config.entropy_coefficient * terms[2] + terms[3]
    (minibatch.share * total).backward()  # type: ignore[no-untyped-call] # torch's is
    moved = log_ratios.detach()
    metrics = [*(term.detach() for term in terms), approximate_kl(moved), clipped_fraction(moved, config.clip)]
    return minibatch.share * torch.stack(metrics)


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

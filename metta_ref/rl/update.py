"""One update of PPO: several passes over a rollout in minibatches of whole sequences."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from metta_ref.agents.interface import Agent
from metta_ref.config import TrainerConfig
from metta_ref.rl.adam import Adam
from metta_ref.rl.advantage import advantages
from metta_ref.rl.kickstarter import Kickstarter
from metta_ref.rl.losses import approximate_kl, clipped_fraction, entropy, policy_loss, value_loss
from metta_ref.rl.minibatches import minibatches
from metta_ref.rl.rollout import Rollout
from metta_ref.rl.schedules import annealed

_EPSILON = 1e-8


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
    agent: Agent,
    optimizer: Adam,
    rollout: Rollout,
    kickstarter: Kickstarter,
    config: TrainerConfig,
    *,
    step: int,
    rng: np.random.Generator,
) -> Losses:
    """Change the agent to do more of what turned out well on the rollout.

    A minibatch holds whole sequences of some environments, replayed from the memory that they had when
    the rollout began. Advantages are weighed anew with the current ratios in each, and normalised. With a
    `target_kl` the update ends after the first minibatch whose divergence from the acting policy exceeds it.
    """
    targets = kickstarter.targets(rollout)
    old_values = torch.from_numpy(rollout.values).to(rollout.log_probs.device)
    rate = annealed(config.learning_rate, step, config.anneal_timesteps)
    at_first = _advantages(rollout, np.arange(rollout.values.shape[1]), np.ones_like(rollout.values), config)
    priorities = np.abs(at_first).sum(axis=0)
    terms: list[list[Tensor]] = []
    for chosen, weights in (
        minibatch
        for _ in range(config.update_epochs)
        for minibatch in minibatches(
            priorities, config.minibatches, rng, alpha=config.priority_alpha, beta=config.priority_beta
        )
    ):
        rows = torch.from_numpy(chosen).to(old_values.device)
        state = tuple(part[rows] for part in rollout.state)
        logits, values, _ = agent.sequence(rollout.obs[:, rows], state, rollout.starts[:, rows])
        log_probs = logits.log_softmax(-1)
        taken = log_probs.gather(-1, rollout.actions[:, rows].unsqueeze(-1)).squeeze(-1)
        log_ratios = taken - rollout.log_probs[:, rows]
        ratios = log_ratios.detach().exp().cpu().numpy()
        advantage = torch.from_numpy(_advantages(rollout, chosen, ratios, config)).to(old_values.device)
        normalised = (advantage - advantage.mean()) / (advantage.std(correction=0) + _EPSILON)
        weighed = normalised * torch.from_numpy(weights).to(old_values.device)
        term = [
            policy_loss(log_ratios, weighed, config.clip),
            value_loss(values, old_values[:, rows], advantage + old_values[:, rows], config.value_clip),
            entropy(log_probs),
            kickstarter.loss(targets.rows(rows), log_probs, values, step),
        ]
        total = term[0] + config.value_coefficient * term[1] - config.entropy_coefficient * term[2] + term[3]
        total.backward()  # type: ignore[no-untyped-call] # torch's is
        optimizer.step(rate, config.max_grad_norm)
        divergence = approximate_kl(log_ratios.detach())
        terms.append(
            [*(part.detach() for part in term), divergence, clipped_fraction(log_ratios.detach(), config.clip)]
        )
        if 0 < config.target_kl < divergence.item():
            break
    policy, value, spread, teaching, kl, clipped = torch.stack([torch.stack(parts) for parts in terms]).mean(0).tolist()
    foretold = explained_variance(rollout.values, at_first + rollout.values)
    return Losses(policy, value, spread, teaching, kl, clipped, foretold, len(terms))


def explained_variance(values: NDArray[np.float32], returns: NDArray[np.float32]) -> float:
    """1 - Var(returns - values) / Var(returns); nan when the returns do not vary."""
    variance = float(returns.var())
    return 1 - float((returns - values).var()) / variance if variance > 0 else float("nan")


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

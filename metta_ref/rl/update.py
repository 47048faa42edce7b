"""One update of PPO: several passes over a rollout in minibatches of whole sequences."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from metta_ref.agents.interface import Agent
from metta_ref.config import TrainerConfig
from metta_ref.rl.adam import Adam
from metta_ref.rl.advantage import advantages
from metta_ref.rl.kickstarter import Kickstarter
from metta_ref.rl.losses import approximate_kl, entropy, policy_loss, value_loss
from metta_ref.rl.rollout import Rollout
from metta_ref.rl.schedules import annealed

_EPSILON = 1e-8


@dataclass(frozen=True, slots=True)
class Losses:
    """Means over the minibatches of an update; the kickstart term is zero without a teacher."""

    policy: float
    value: float
    entropy: float
    kickstart: float
    approximate_kl: float


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
    the rollout began. Advantages are weighed anew with the current ratios in each, and normalised.
    """
    targets = kickstarter.targets(rollout)
    old_values = torch.from_numpy(rollout.values).to(rollout.log_probs.device)
    rate = annealed(config.learning_rate, step, config.anneal_timesteps)
    terms: list[list[Tensor]] = []
    for _ in range(config.update_epochs):
        for chosen in np.split(rng.permutation(rollout.values.shape[1]), config.minibatches):
            rows = torch.from_numpy(chosen).to(old_values.device)
            state = tuple(part[rows] for part in rollout.state)
            logits, values, _ = agent.sequence(rollout.obs[:, rows], state, rollout.starts[:, rows])
            log_probs = logits.log_softmax(-1)
            taken = log_probs.gather(-1, rollout.actions[:, rows].unsqueeze(-1)).squeeze(-1)
            log_ratios = taken - rollout.log_probs[:, rows]
            advantage = torch.from_numpy(
                advantages(
                    rollout.rewards[:, chosen],
                    rollout.values[:, chosen],
                    rollout.dones[:, chosen],
                    rollout.last_values[chosen],
                    log_ratios.detach().exp().cpu().numpy(),
                    gamma=config.gamma,
                    gae_lambda=config.gae_lambda,
                    rho_clip=config.rho_clip,
                    c_clip=config.c_clip,
                )
            ).to(old_values.device)
            normalised = (advantage - advantage.mean()) / (advantage.std(correction=0) + _EPSILON)
            term = [
                policy_loss(log_ratios, normalised, config.clip),
                value_loss(values, old_values[:, rows], advantage + old_values[:, rows], config.value_clip),
                entropy(log_probs),
                kickstarter.loss(targets.rows(rows), log_probs, values, step),
            ]
            total = term[0] + config.value_coefficient * term[1] - config.entropy_coefficient * term[2] + term[3]
            total.backward()  # type: ignore[no-untyped-call] # torch's is
            optimizer.step(rate, config.max_grad_norm)
            terms.append([part.detach() for part in (*term, approximate_kl(log_ratios))])
    means = torch.stack([torch.stack(parts) for parts in terms]).mean(0).tolist()
    return Losses(*means)

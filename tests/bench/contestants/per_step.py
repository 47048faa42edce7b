"""Recurrent PPO as single-file implementations write it: `per_step.py lstm SETTINGS`.

One script-like loop over numpy and torch: `nn.LSTM` is called for each step with the memory masked where an episode
began, in the rollout and again in every minibatch; actions come from `torch.distributions`, steps from
`torch.optim.Adam`; a minibatch holds whole sequences of some environments.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
import torch
from torch import Tensor, nn
from torch.distributions import Categorical

sys.path.insert(0, str(Path(__file__).parents[1]))
from racing import Settings, serve

from contestants.cart_pole import ACTIONS, SEEN, CartPoles

GAMMA, TRACE, CLIP = 0.97, 0.95, 0.2


class Network(nn.Module):
    """A layer, an LSTM, and two heads."""

    def __init__(self, hidden: int) -> None:
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(SEEN, hidden), nn.ReLU())
        self.lstm = nn.LSTM(hidden, hidden)
        self.actor, self.critic = nn.Linear(hidden, ACTIONS), nn.Linear(hidden, 1)

    def states(self, obs: Tensor, memory: tuple[Tensor, Tensor], done: Tensor) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        """Hidden states [T * B, H], one call of the LSTM a step."""
        batch = memory[0].shape[1]
        features = self.encoder(obs).reshape(-1, batch, self.lstm.input_size)
        hidden = []
        for feature, ended in zip(features, done.reshape(-1, batch), strict=True):
            keep = (1.0 - ended).view(1, -1, 1)
            output, memory = self.lstm(feature.unsqueeze(0), (keep * memory[0], keep * memory[1]))
            hidden.append(output)
        return torch.flatten(torch.cat(hidden), 0, 1), memory

    def act(
        self, obs: Tensor, memory: tuple[Tensor, Tensor], done: Tensor, action: Tensor | None = None
    ) -> tuple[Tensor, Tensor, Tensor, Tensor, tuple[Tensor, Tensor]]:
        """Action, its log probability, entropy, value and memory."""
        hidden, memory = self.states(obs, memory, done)
        policy = Categorical(logits=self.actor(hidden))
        action = policy.sample() if action is None else action
        return action, policy.log_prob(action), policy.entropy(), self.critic(hidden).squeeze(-1), memory


class Training:
    """The loop, an update at a time."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.network = Network(settings.hidden)
        self.optimizer = torch.optim.Adam(self.network.parameters(), lr=1e-3, eps=1e-5)
        if settings.env == "batched":
            self.poles: Any = CartPoles(settings.num_envs, 1)
            first = self.poles.reset()
        else:
            mode = gymnasium.vector.AutoresetMode.SAME_STEP
            makers = [lambda: gymnasium.make(settings.env) for _ in range(settings.num_envs)]
            self.poles = gymnasium.vector.SyncVectorEnv(makers, autoreset_mode=mode)
            first, _ = self.poles.reset(seed=1)
        self.next_obs, self.next_done = torch.Tensor(first), torch.zeros(settings.num_envs)
        nothing = torch.zeros(1, settings.num_envs, settings.hidden)
        self.memory = (nothing, nothing.clone())

    def update(self) -> None:
        """One rollout and the passes over it."""
        horizon, envs = self.settings.horizon, self.settings.num_envs
        obs, actions = torch.zeros(horizon, envs, SEEN), torch.zeros(horizon, envs)
        log_probs, rewards, dones, values = (torch.zeros(horizon, envs) for _ in range(4))
        first = (self.memory[0].clone(), self.memory[1].clone())
        for step in range(horizon):
            obs[step], dones[step] = self.next_obs, self.next_done
            with torch.no_grad():
                action, log_prob, _, value, self.memory = self.network.act(self.next_obs, self.memory, self.next_done)
            values[step], actions[step], log_probs[step] = value, action, log_prob
            seen, reward, terminated, truncated, _ = self.poles.step(action.numpy())
            rewards[step] = torch.tensor(reward)
            self.next_obs, self.next_done = torch.Tensor(seen), torch.Tensor(terminated | truncated)
        advantages = self.advantages(rewards, values, dones)
        self.passes(obs, actions, log_probs, dones, advantages, advantages + values, values, first)

    def advantages(self, rewards: Tensor, values: Tensor, dones: Tensor) -> Tensor:
        """Generalised advantage estimation."""
        with torch.no_grad():
            _, _, _, following, _ = self.network.act(self.next_obs, self.memory, self.next_done)
            result, carried, ended = torch.zeros_like(rewards), torch.zeros(len(following)), self.next_done
            for step in reversed(range(len(rewards))):
                error = rewards[step] + GAMMA * following * (1.0 - ended) - values[step]
                result[step] = carried = error + GAMMA * TRACE * (1.0 - ended) * carried
                following, ended = values[step], dones[step]
        return result

    def passes(
        self,
        obs: Tensor,
        actions: Tensor,
        log_probs: Tensor,
        dones: Tensor,
        advantages: Tensor,
        returns: Tensor,
        values: Tensor,
        first: tuple[Tensor, Tensor],
    ) -> None:
        """Minibatches of the sequences of some environments."""
        settings = self.settings
        flat_obs, flat_actions, flat_dones = obs.reshape(-1, SEEN), actions.reshape(-1), dones.reshape(-1)
        flat_log_probs, flat_values = log_probs.reshape(-1), values.reshape(-1)
        flat_advantages, flat_returns = advantages.reshape(-1), returns.reshape(-1)
        numbers = np.arange(settings.num_envs * settings.horizon).reshape(settings.horizon, settings.num_envs)
        order = np.arange(settings.num_envs)
        for _ in range(settings.epochs):
            np.random.shuffle(order)
            for chosen in np.split(order, settings.minibatches):
                rows = numbers[:, chosen].ravel()
                _, log_prob, entropy, value, _ = self.network.act(
                    flat_obs[rows],
                    (first[0][:, chosen], first[1][:, chosen]),
                    flat_dones[rows],
                    flat_actions.long()[rows],
                )
                ratio = (log_prob - flat_log_probs[rows]).exp()
                advantage = flat_advantages[rows]
                advantage = (advantage - advantage.mean()) / (advantage.std() + 1e-8)
                policy_loss = torch.max(-advantage * ratio, -advantage * ratio.clamp(1 - CLIP, 1 + CLIP)).mean()
                limited = flat_values[rows] + (value - flat_values[rows]).clamp(-CLIP, CLIP)
                worse = torch.max((value - flat_returns[rows]) ** 2, (limited - flat_returns[rows]) ** 2)
                loss = policy_loss - 0.03 * entropy.mean() + 0.5 * 0.5 * worse.mean()
                self.optimizer.zero_grad()
                loss.backward()
                nn.utils.clip_grad_norm_(self.network.parameters(), 0.5)
                self.optimizer.step()


def main() -> None:
    """Train whenever told to."""
    torch.set_num_threads(1)
    torch.manual_seed(1)
    settings = Settings(**json.loads(sys.argv[2]))
    training = Training(settings)
    serve(f"torch {torch.__version__}", training.update, settings.updates)


if __name__ == "__main__":
    main()

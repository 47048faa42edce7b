"""The reference system itself: `own.py AGENT SETTINGS`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import torch
from gymnasium import spaces
from gymnasium.vector import AutoresetMode, VectorEnv

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parents[3]))
from racing import Settings, serve

from contestants.cart_pole import ACTIONS, SEEN, CartPoles
from metta_ref.config import Config, parse_overrides
from metta_ref.envs import make_env
from metta_ref.envs.gymnasium_env import GymnasiumEnv
from metta_ref.rl.trainer import Trainer


class BatchedCartPole(VectorEnv[Any, Any, Any]):
    """`CartPoles` as a vector environment of Gymnasium."""

    single_observation_space = spaces.Box(-np.inf, np.inf, (SEEN,), np.float32)
    single_action_space = spaces.Discrete(ACTIONS)

    def __init__(self, num_envs: int, seed: int) -> None:
        self.metadata = {"autoreset_mode": AutoresetMode.SAME_STEP}
        self.num_envs, self._poles = num_envs, CartPoles(num_envs, seed)

    def reset(self, **_: Any) -> tuple[Any, dict[str, Any]]:
        """See `VectorEnv`."""
        return self._poles.reset(), {}

    def step(self, actions: Any) -> tuple[Any, Any, Any, Any, dict[str, Any]]:
        """See `VectorEnv`."""
        obs, rewards, terminated, truncated, final = self._poles.step(actions)
        return obs, rewards, terminated, truncated, {"final_obs": final}


def new_trainer(agent: str, settings: Settings, learning_rate: float = 1e-3) -> Trainer:
    """A trainer as the settings say; `batched` is the cart-pole task, any other name is a task of the system."""
    named = settings.env == "CartPole-v1"
    config = parse_overrides(
        [
            f"py_agent={agent}",
            "env.name=gymnasium" if named else f"env.name={'grid' if settings.env == 'batched' else settings.env}",
            *(["env.id=CartPole-v1"] if named else []),
            f"agent.hidden_size={settings.hidden}",
            f"trainer.num_envs={settings.num_envs}",
            f"trainer.horizon={settings.horizon}",
            f"trainer.update_epochs={settings.epochs}",
            f"trainer.minibatches={settings.minibatches}",
            f"trainer.learning_rate={learning_rate}",
        ],
        Config,
    )
    if settings.env == "batched":
        return Trainer(config, GymnasiumEnv(BatchedCartPole(settings.num_envs, 1), "cart-pole", 1))
    return Trainer(config, make_env(config.env, settings.num_envs, 1))


def main() -> None:
    """Train whenever told to."""
    torch.set_num_threads(1)
    settings = Settings(**json.loads(sys.argv[2]))
    trainer = new_trainer(sys.argv[1], settings)
    serve(f"torch {torch.__version__}", trainer.update, settings.updates)


if __name__ == "__main__":
    main()

"""Stable-Baselines3: `sb3.py ppo|recurrent SETTINGS`. Networks are as wide and as deep as the reference system's."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))
import itertools

from racing import MISSING, Settings, serve

from contestants.cart_pole import ACTIONS, MAX_STEPS, SEEN, CartPoles

try:
    import gymnasium
    import numpy as np
    import sb3_contrib
    import stable_baselines3
    import torch
    from stable_baselines3.common.torch_layers import BaseFeaturesExtractor
    from stable_baselines3.common.vec_env import DummyVecEnv, VecEnv
except ModuleNotFoundError:
    sys.exit(MISSING)


class BatchedCartPole(VecEnv):
    """`CartPoles` as a `VecEnv`."""

    def __init__(self, num_envs: int, seed: int) -> None:
        self._poles = CartPoles(num_envs, seed)
        seen = gymnasium.spaces.Box(-np.inf, np.inf, (SEEN,), np.float32)
        super().__init__(num_envs, seen, gymnasium.spaces.Discrete(ACTIONS))
        self._nothing: list[dict[str, Any]] = [{} for _ in range(num_envs)]

    def reset(self) -> Any:
        """See `VecEnv`."""
        return self._poles.reset()

    def step_async(self, actions: Any) -> None:
        """See `VecEnv`."""
        self._actions = actions

    def step_wait(self) -> Any:
        """See `VecEnv`."""
        obs, rewards, terminated, truncated, final = self._poles.step(self._actions)
        infos, done = self._nothing, terminated | truncated
        if done.any():
            infos = list(infos)
            for row in np.flatnonzero(done):
                infos[row] = {"terminal_observation": final[row], "TimeLimit.truncated": bool(truncated[row])}
        return obs, rewards, done, infos

    def close(self) -> None:
        """Nothing to release."""

    def get_attr(self, attr_name: str, indices: Any = None) -> list[Any]:
        """There is nothing to get."""
        return [None] * self.num_envs

    def set_attr(self, attr_name: str, value: Any, indices: Any = None) -> None:
        """There is nothing to set."""

    def env_method(self, method_name: str, *args: Any, indices: Any = None, **kwargs: Any) -> list[Any]:
        """There is nothing to call."""
        return [None] * self.num_envs

    def env_is_wrapped(self, wrapper_class: Any, indices: Any = None) -> list[bool]:
        """Never."""
        return [False] * self.num_envs


class Encoder(BaseFeaturesExtractor):
    """The layers before the heads, or before the memory: shared by policy and value."""

    def __init__(self, space: Any, hidden: int, layers: int) -> None:
        super().__init__(space, hidden)
        widths = [SEEN, *[hidden] * layers]
        pairs = [(torch.nn.Linear(a, b), torch.nn.ReLU()) for a, b in itertools.pairwise(widths)]
        self.layers = torch.nn.Sequential(*(module for pair in pairs for module in pair))

    def forward(self, seen: Any) -> Any:
        """Features."""
        return self.layers(seen)


def new_model(kind: str, settings: Settings) -> Any:
    """PPO, or PPO with one LSTM that policy and value share."""
    recurrent = kind == "recurrent"
    network: dict[str, Any] = {
        "features_extractor_class": Encoder,
        "features_extractor_kwargs": {"hidden": settings.hidden, "layers": 1 if recurrent else 2},
        "net_arch": [],
    }
    if recurrent:
        network |= {"lstm_hidden_size": settings.hidden, "shared_lstm": True, "enable_critic_lstm": False}
    env = (
        BatchedCartPole(settings.num_envs, 1)
        if settings.env == "batched"
        else DummyVecEnv([lambda: gymnasium.make(settings.env) for _ in range(settings.num_envs)])
    )
    algorithm, policy = (
        (sb3_contrib.RecurrentPPO, "MlpLstmPolicy") if recurrent else (stable_baselines3.PPO, "MlpPolicy")
    )
    return algorithm(
        policy,
        env,
        n_steps=settings.horizon,
        batch_size=settings.batch,
        n_epochs=settings.epochs,
        learning_rate=1e-3,
        gamma=0.97,
        ent_coef=0.03,
        clip_range_vf=0.2,
        policy_kwargs=network,
        device="cpu",
        seed=1,
    )


def main() -> None:
    """Train whenever told to."""
    assert gymnasium.spec("CartPole-v1").max_episode_steps == MAX_STEPS
    torch.set_num_threads(1)
    settings = Settings(**json.loads(sys.argv[2]))
    model, steps = new_model(sys.argv[1], settings), settings.num_envs * settings.horizon

    def update() -> None:
        model.learn(steps, log_interval=10**9, reset_num_timesteps=False)

    packages = f"stable-baselines3 {stable_baselines3.__version__}, sb3-contrib {sb3_contrib.__version__}"
    serve(f"{packages}, torch {torch.__version__}", update, settings.updates)


if __name__ == "__main__":
    main()

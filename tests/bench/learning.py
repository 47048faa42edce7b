"""Does memory pay? Each agent trains on the memory task, then plays episodes that it has not seen.

Run as `python tests/bench/learning.py [seed ...]`; it takes minutes on one core for each seed. The
cue decides which of two goals pays 1, so that a policy that finds the goals but cannot remember gets 1/2.
Exits with 1 when an agent with memory does not stand clearly above the ones without.
"""

import os
import sys
import time
from dataclasses import dataclass

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import torch

from metta_ref.agents.interface import Agent
from metta_ref.config import Config, parse_overrides
from metta_ref.envs import VectorEnv, make_env
from metta_ref.rl.trainer import Trainer

STEPS = {"memoryless": 100_000, "lstm": 200_000, "fast": 200_000, "agalite": 200_000}
RECURRENT = ("agalite", "fast", "lstm")
SETTINGS = ("trainer.num_envs=64", "trainer.update_epochs=4", "trainer.minibatches=4")
EVALUATION_SEED, EVALUATION_STEPS = 10_000, 100
CLEARLY = 1.5
"""How many times the return of the memoryless agent counts as clearly above it; 2 is the most there is."""


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    policy: str
    steps: int
    seconds: float
    value: float
    episodes: int


def play(env: VectorEnv, agent: Agent | None) -> tuple[float, int]:
    """Mean return over, and number of, the episodes that end within some steps; at random without an agent."""
    generator, rng = torch.Generator().manual_seed(0), np.random.default_rng(0)
    obs, _ = env.reset()
    starts = np.ones(env.num_envs, np.bool_)
    state = agent.initial_state(env.num_envs) if agent else ()
    returns: list[float] = []
    for _ in range(EVALUATION_STEPS):
        if agent:
            with torch.no_grad():
                logits, _, state = agent.step(torch.from_numpy(obs), state, torch.from_numpy(starts))
            actions = torch.multinomial(logits.softmax(-1), 1, generator=generator).squeeze(1).numpy()
        else:
            actions = rng.integers(0, env.num_actions, env.num_envs)
        obs, _, terminated, truncated, info = env.step(actions)
        starts = terminated | truncated
        returns += info["episode_return"][starts].tolist()
    return float(np.mean(returns)), len(returns)


def measure(name: str, seed: int) -> Row:
    """Train an agent (or none, for the name `random`) and let it play."""
    steps = STEPS.get(name, 0)
    if not steps:
        value, episodes = play(evaluation_env(Config()), None)
        return Row(name, 0, 0.0, value, episodes)
    overrides = [f"py_agent={name}", f"seed={seed}", f"trainer.anneal_timesteps={steps}", *SETTINGS]
    config = parse_overrides(overrides, Config)
    trainer = Trainer(config, make_env(config.env, config.trainer.num_envs, seed))
    began = time.perf_counter()
    while trainer.agent_step < steps:
        trainer.update()
    seconds = time.perf_counter() - began
    value, episodes = play(evaluation_env(config), trainer.agent)
    return Row(name, trainer.agent_step, seconds, value, episodes)


def evaluation_env(config: Config) -> VectorEnv:
    """Environments whose episodes no training has seen."""
    return make_env(config.env, 256, EVALUATION_SEED)


def report(seed: int) -> bool:
    """Print the table of one seed; whether every agent with memory stands clearly above the others."""
    rows = {name: measure(name, seed) for name in ("random", *STEPS)}
    control = rows["memoryless"].value
    print(f"seed {seed}: return on unseen episodes of the grid task")
    print(f"{'policy':<12}{'steps':>9}{'seconds':>9}{'steps/s':>9}{'episodes':>10}{'return':>8}{'x memoryless':>14}")
    for row in rows.values():
        rate = f"{row.steps / row.seconds:.0f}" if row.seconds else "-"
        print(
            f"{row.policy:<12}{row.steps:>9}{row.seconds:>9.1f}{rate:>9}{row.episodes:>10}{row.value:>8.3f}"
            f"{row.value / control:>14.2f}"
        )
    return all(
        rows[name].value > CLEARLY * control and rows[name].value > CLEARLY * rows["random"].value for name in RECURRENT
    )


def main() -> int:
    """Measure the given seeds, or seed 1."""
    torch.set_num_threads(1)
    seeds = [int(argument) for argument in sys.argv[1:]] or [1]
    held = [report(seed) for seed in seeds]
    print(f"memory pays in {sum(held)} of {len(held)} seeds")
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())

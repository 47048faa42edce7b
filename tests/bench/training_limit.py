"""Where the time of training goes, and how near it is to its limit: environment, forward and backward alone.

    python tests/bench/training_limit.py [--rounds N] [--num-envs N] [--horizon N] [--hidden N]

The limit steps the same environment as often, shows the same network what that environment shows, in the same shapes,
and sends fixed gradients back through it: it samples nothing, weighs nothing and learns nothing. Its actions are
random; with a learning rate of 0 so are those of training, and episodes are as long in both. CPU milliseconds of one
update, one thread; the ratio is the median of those of rounds in which the two take turns. Exits with 1 when an agent
takes more than 1.3 times its limit.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

os.environ.setdefault("OMP_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).parent))

import numpy as np
import torch
from contestants.own import new_trainer
from racing import Settings

from metta_ref.rl.trainer import Trainer

MOST = 1.3
AGENTS = {"batched": ("memoryless", "lstm", "agalite"), "grid": ("memoryless", "lstm", "fast", "agalite")}
PARTS = ("env", "act", "advantage", "forward", "backward", "optimiser", "rest")


@contextmanager
def timed(trainer: Trainer) -> Iterator[dict[str, float]]:
    """CPU seconds by part, while the context lasts."""
    spent: dict[str, float] = defaultdict(float)

    def clocked(part: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            began = time.process_time()
            result = function(*arguments, **named)
            spent[part] += time.process_time() - began
            return result

        return call

    places: list[tuple[str, Any, str]] = [
        ("env", trainer.env, "step"),
        ("act", trainer._network, "step"),
        ("forward", trainer._network, "sequence"),
        ("optimiser", trainer._optimizer, "step"),
        ("advantage", sys.modules["metta_ref.rl.update"], "advantages"),
        ("backward", torch.autograd, "grad"),
    ]
    with ExitStack() as patches:
        for part, where, name in places:
            patches.enter_context(mock.patch.object(where, name, clocked(part, getattr(where, name))))
        yield spent


def limit(trainer: Trainer, settings: Settings) -> Callable[[], None]:
    """One update's steps, forward and backward passes, and nothing else."""
    agent, env, count = trainer.agent, trainer.env, settings.num_envs
    actions = np.random.default_rng(0).integers(0, env.num_actions, (settings.horizon, count))
    obs, starts = np.empty((settings.horizon, count, *env.observation.shape), np.float32), np.empty(actions.shape, bool)
    seen, begun = env.reset()[0], np.ones(count, bool)
    for step in range(settings.horizon):
        obs[step], starts[step] = seen, begun
        seen, _, terminated, truncated, _ = env.step(actions[step])
        begun = terminated | truncated
    rows = count // settings.minibatches
    slices = [slice(at, at + rows) for at in range(0, count, rows)]
    shown, starting = torch.from_numpy(obs), torch.from_numpy(starts)
    pieces = [(shown[:, part].contiguous(), starting[:, part].contiguous()) for part in slices]
    gradients = [torch.rand(settings.horizon, rows, env.num_actions), torch.rand(settings.horizon, rows)]
    memory, parameters = agent.initial_state(rows), [parameter for _, parameter in agent.named_parameters()]

    def update() -> None:
        state = agent.initial_state(count)
        with torch.inference_mode():
            for step in range(settings.horizon):
                env.step(actions[step])
                _, _, state = agent.step(shown[step], state, starting[step])
        for _ in range(settings.epochs):
            for seen, begun in pieces:
                logits, values, _ = agent.sequence(seen, memory, begun)
                torch.autograd.grad([logits, values], parameters, gradients)

    return update


def cost(call: Callable[[], object]) -> float:
    """CPU seconds."""
    began = time.process_time()
    call()
    return time.process_time() - began


def row(env: str, agent: str, settings: Settings, rounds: int) -> float:
    """Print one line; how many times the limit a whole update takes."""
    trainer = new_trainer(agent, settings, learning_rate=0)
    alone = limit(trainer, settings)
    for _ in range(3):
        trainer.update()
        alone()
    wholes, limits, parts = [], [], []
    for _ in range(rounds):
        wholes.append(cost(trainer.update))
        limits.append(cost(alone))
    for _ in range(-(-rounds // 3)):
        with timed(trainer) as spent:
            whole = cost(trainer.update)
        spent["rest"] = whole - sum(spent.values())
        parts.append(spent)
    shares = "".join(f"{1000 * statistics.median(part[name] for part in parts):>10.1f}" for name in PARTS)
    whole, least = statistics.median(wholes), statistics.median(limits)
    ratio = statistics.median(one / other for one, other in zip(wholes, limits, strict=True))
    rate = settings.num_envs * settings.horizon / whole
    print(f"{env:<9}{agent:<12}{shares}{1000 * whole:>10.1f}{1000 * least:>10.1f}{ratio:>8.2f}{rate:>10.0f}")
    return ratio


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--num-envs", type=int, default=256)
    parser.add_argument("--horizon", type=int, default=128)
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--minibatches", type=int, default=4)
    parser.add_argument("--hidden", type=int, default=64)
    given = parser.parse_args()
    torch.set_num_threads(1)
    print(
        f"{given.num_envs} environments, {given.horizon} steps, {given.epochs} passes of {given.minibatches} "
        f"minibatches, {given.hidden} units; CPU ms of an update, medians of {given.rounds}"
    )
    print("{:<9}{:<12}".format("env", "agent") + "".join(f"{name:>10}" for name in (*PARTS, "whole", "limit")), end="")
    print(f"{'ratio':>8}{'steps/s':>10}")
    ratios: list[float] = []
    for env, agents in AGENTS.items():
        settings = Settings(env, given.num_envs, given.horizon, given.epochs, given.minibatches, given.hidden, 1)
        ratios += [row(env, agent, settings, given.rounds) for agent in agents]
    print(f"at most {max(ratios):.2f} times the limit; {MOST} is allowed")
    return int(max(ratios) > MOST)


if __name__ == "__main__":
    sys.exit(main())

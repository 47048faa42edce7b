"""Where the time of training goes, and how near it is to its limit: environment, forward and backward alone.

    python tests/bench/training_limit.py [--rounds N] [--num-envs N] [--horizon N] [--hidden N]

The limit steps the same environment, calls the same network with the same shapes as often, and sends fixed gradients
back through it: it samples nothing, weighs nothing and learns nothing. CPU milliseconds of one update, one thread,
medians of rounds in turn. Exits with 1 when an agent with memory takes more than 1.3 times its limit; the control's
network takes less than what is around any network, so that its ratio says more of its size than of the loop.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from collections import Counter
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
CONTROL = "memoryless"
AGENTS = {"batched": (CONTROL, "lstm", "agalite"), "grid": (CONTROL, "lstm", "fast", "agalite")}
PARTS = ("env", "act", "advantage", "forward", "backward", "optimiser", "rest")


@contextmanager
def timed(trainer: Trainer) -> Iterator[Counter[str]]:
    """CPU seconds by part, while the context lasts."""
    spent: Counter[str] = Counter()

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
        ("backward", torch.autograd, "backward"),
    ]
    with ExitStack() as patches:
        for part, where, name in places:
            patches.enter_context(mock.patch.object(where, name, clocked(part, getattr(where, name))))
        yield spent


def limit(trainer: Trainer, settings: Settings) -> Callable[[], None]:
    """One update's steps, forward and backward passes, and nothing else."""
    agent, env = trainer.agent, trainer.env
    actions = np.random.default_rng(0).integers(0, env.num_actions, (settings.horizon, settings.num_envs))
    starts = torch.rand(settings.horizon, settings.num_envs) < 0.04
    obs = torch.rand(settings.horizon, settings.num_envs, *env.observation.shape)
    rows = settings.num_envs // settings.minibatches
    shape = (settings.horizon, rows)
    gradients = [torch.rand(*shape, env.num_actions), torch.rand(shape)]
    slices = [slice(at, at + rows) for at in range(0, settings.num_envs, rows)]
    pieces = [(obs[:, part].contiguous(), starts[:, part].contiguous()) for part in slices]
    memory = agent.initial_state(rows)

    def update() -> None:
        state = agent.initial_state(settings.num_envs)
        with torch.no_grad():
            for step in range(settings.horizon):
                env.step(actions[step])
                _, _, state = agent.step(obs[step], state, starts[step])
        for _ in range(settings.epochs):
            for seen, begun in pieces:
                logits, values, _ = agent.sequence(seen, memory, begun)
                torch.autograd.backward([logits, values], gradients)
                for _, parameter in agent.named_parameters():
                    parameter.grad = None

    return update


def cost(call: Callable[[], object]) -> float:
    """CPU seconds."""
    began = time.process_time()
    call()
    return time.process_time() - began


def row(env: str, agent: str, settings: Settings, rounds: int) -> float:
    """Print one line; how many times the limit a whole update takes."""
    trainer = new_trainer(agent, settings)
    trainer.env.reset()
    alone = limit(trainer, settings)
    for _ in range(3):
        trainer.update()
        alone()
    wholes, limits, parts = [], [], []
    for _ in range(rounds):
        wholes.append(cost(trainer.update))
        limits.append(cost(alone))
        with timed(trainer) as spent:
            whole = cost(trainer.update)
        spent["rest"] = whole - spent.total()
        parts.append(spent)
    shares = "".join(f"{1000 * statistics.median(part[name] for part in parts):>10.1f}" for name in PARTS)
    whole, least = statistics.median(wholes), statistics.median(limits)
    rate = settings.num_envs * settings.horizon / whole
    print(f"{env:<9}{agent:<12}{shares}{1000 * whole:>10.1f}{1000 * least:>10.1f}{whole / least:>8.2f}{rate:>10.0f}")
    return whole / least


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--num-envs", type=int, default=64)
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
    controls: list[float] = []
    for env, agents in AGENTS.items():
        settings = Settings(env, given.num_envs, given.horizon, given.epochs, given.minibatches, given.hidden, 1)
        for agent in agents:
            ratio = row(env, agent, settings, given.rounds)
            (controls if agent == CONTROL else ratios).append(ratio)
    print(f"with memory at most {max(ratios):.2f} times the limit, {MOST} is allowed; the control {max(controls):.2f}")
    return int(max(ratios) > MOST)


if __name__ == "__main__":
    sys.exit(main())

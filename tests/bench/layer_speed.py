"""How much faster the recurrent layers are than the same recurrences recorded by autograd, a step at a time.

    python tests/bench/layer_speed.py [--rounds N]

Forward and backward over 64 steps of 64 environments, in turns, CPU milliseconds, one thread, medians. The outputs of
both ways are compared first. Exits with 1 when AGaLiTe's layer is less than 3.5 times as fast as the plain loop.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any
from unittest import mock

os.environ.setdefault("OMP_NUM_THREADS", "1")

import torch
from torch import Tensor

from metta_ref.agents import agalite
from metta_ref.agents.interface import Core
from metta_ref.agents.lstm import LstmCore
from metta_ref.config import AgentConfig

LEAST = 3.5
STEPS, BATCH = 64, 64
CONFIG = AgentConfig(hidden_size=128, layers=1, heads=4, head_size=32, eta=4, frequencies=2)


def plain_sums(inputs: Tensor, waves: Tensor, decay: Tensor, initial: Tensor) -> Tensor:
    """`discounted_sums` as the equation reads, for autograd to record: x_t of all steps, then step by step."""
    inputs, decay = waves * inputs.unsqueeze(-2), decay.unsqueeze(-2)
    sums = []
    for step in range(len(inputs)):
        initial = decay[step] * initial + inputs[step]
        sums.append(initial)
    return torch.stack(sums)


def unbound_sums(inputs: Tensor, waves: Tensor, decay: Tensor, initial: Tensor) -> Tensor:
    """The same as a careful author writes it: over `unbind`, whose gradient does not fill a sequence for each step."""
    sums = []
    for step, wave, discount in zip(inputs, waves, decay, strict=True):
        initial = discount.unsqueeze(-2) * initial + wave * step.unsqueeze(-2)
        sums.append(initial)
    return torch.stack(sums)


def whole(core: Core, inputs: Tensor, starts: Tensor) -> Tensor:
    """The layer as training uses it."""
    return core(inputs, core.initial_state(BATCH), starts)[0]


def looped(sums: Callable[..., Tensor], core: Core, inputs: Tensor, starts: Tensor) -> Tensor:
    """AGaLiTe with its recurrence recorded."""

    def scores(inputs: Tensor, waves: Tensor, decay: Tensor, queries: Tensor, initial: Tensor) -> tuple[Tensor, Tensor]:
        found = sums(inputs, waves, decay, initial)
        return torch.einsum("...rd,...d->...r", found, queries), found[-1]

    with mock.patch.multiple(agalite, discounted_sums=sums, discounted_scores=scores):
        return whole(core, inputs, starts)


def recorded_lstm(core: LstmCore, inputs: Tensor, starts: Tensor) -> Tensor:
    """The LSTM as a loop over its cell."""
    hidden, cell = core.initial_state(BATCH)
    outputs = []
    for row, start in zip(inputs, starts, strict=True):
        keep = (~start).to(inputs.dtype).unsqueeze(-1)
        hidden, cell = core.cell(row, (hidden * keep, cell * keep))
        outputs.append(hidden)
    return torch.stack(outputs)


def compare(name: str, here: Callable[[], Tensor], loop: Callable[[], Tensor], wanted: Tensor, rounds: int) -> float:
    """Print the line of one layer; how many times its cost the loop has."""
    torch.testing.assert_close(here(), loop(), atol=1e-4, rtol=1e-3)
    costs: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        for figures, way in zip(costs, (here, loop), strict=True):
            began = time.process_time()
            way().backward(wanted)  # type: ignore[no-untyped-call] # torch's is
            figures.append(1000 * (time.process_time() - began))
    fast, slow = (statistics.median(figures) for figures in costs)
    print(f"{name:<30}{fast:>10.1f}{slow:>10.1f}{slow / fast:>8.2f}")
    return slow / fast


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=9)
    rounds = parser.parse_args().rounds
    torch.set_num_threads(1)
    torch.manual_seed(0)
    inputs = torch.randn(STEPS, BATCH, CONFIG.hidden_size, requires_grad=True)
    starts, wanted = torch.rand(STEPS, BATCH) < 0.02, torch.randn(STEPS, BATCH, CONFIG.hidden_size)
    block, lstm = agalite.AgaliteCore(CONFIG), LstmCore(CONFIG)
    layers: dict[str, Any] = {"agalite": block.get_submodule("blocks.0.attention"), "with its block": block}
    print(f"{STEPS} steps, {BATCH} environments, {CONFIG.hidden_size} features; CPU ms, forward and backward")
    print(f"{'layer and loop':<30}{'here':>10}{'loop':>10}{'ratio':>8}")
    ratios = [
        compare(
            f"{name}, {sums.__name__}",
            partial(whole, layer, inputs, starts),
            partial(looped, sums, layer, inputs, starts),
            wanted,
            rounds,
        )
        for name, layer in layers.items()
        for sums in (plain_sums, unbound_sums)
    ]
    compare("lstm", partial(whole, lstm, inputs, starts), partial(recorded_lstm, lstm, inputs, starts), wanted, rounds)
    ratio = ratios[0]
    print(f"agalite {ratio:.2f} times as fast as its loop; at least {LEAST} is wanted")
    return int(ratio < LEAST)


if __name__ == "__main__":
    sys.exit(main())

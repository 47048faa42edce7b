"""Does training leak? The memory of a process over many tiny updates.

    python tests/bench/training_memory.py [--updates N] [--agents NAME ...]

Resident memory is sampled after warming up and then ten times. Exits with 1 when an agent's process has grown by more
than 4 MiB between the first sample and the last.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import torch

from metta_ref.config import AGENTS, Config, parse_overrides
from metta_ref.envs import make_env
from metta_ref.rl.trainer import Trainer

MOST = 4.0
"""MiB; allocators keep a little of what they were given."""
TINY = ("trainer.num_envs=4", "trainer.horizon=8", "trainer.update_epochs=1", "agent.hidden_size=8")
SAMPLES = 10


def resident() -> float:
    """MiB of this process in memory."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def growth(agent: str, updates: int) -> float:
    """Print the samples of one agent; MiB from the first to the last."""
    config = parse_overrides([f"py_agent={agent}", *TINY], Config)
    trainer = Trainer(config, make_env(config.env, config.trainer.num_envs, config.seed))
    for _ in range(updates // SAMPLES):
        trainer.update()
    samples = [resident()]
    for _ in range(SAMPLES):
        for _ in range(updates // SAMPLES):
            trainer.update()
        samples.append(resident())
    print(f"{agent:<12}" + "".join(f"{sample:>8.1f}" for sample in samples) + f"{samples[-1] - samples[0]:>9.2f}")
    return samples[-1] - samples[0]


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--updates", type=int, default=10_000)
    parser.add_argument("--agents", nargs="*", default=AGENTS, choices=AGENTS)
    given = parser.parse_args()
    torch.set_num_threads(1)
    print(f"MiB in memory over {given.updates} updates, sampled {SAMPLES} times, and the growth")
    grown = [growth(agent, given.updates) for agent in given.agents]
    print(f"grown by {max(grown):.2f} MiB at most; {MOST} is allowed")
    return int(max(grown) > MOST)


if __name__ == "__main__":
    sys.exit(main())

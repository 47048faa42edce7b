"""Contestants in processes of their own, each measured in turn, round after round.

A machine that does other work besides slows whoever runs at the time: rounds that take turns share that out, and
medians forget the worst of it. The main measure is the CPU time of the process, which has one thread.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "contestants"
MISSING = 3
"""Exit code of a contestant whose package is not installed."""


@dataclass(frozen=True)
class Settings:
    """What all contestants share: a rollout of `num_envs` times `horizon` steps, and the passes over it."""

    env: str
    num_envs: int
    horizon: int
    epochs: int
    minibatches: int
    hidden: int
    updates: int

    @property
    def steps(self) -> int:
        """Of a round."""
        return self.updates * self.num_envs * self.horizon

    @property
    def batch(self) -> int:
        """Steps of a minibatch."""
        return self.num_envs * self.horizon // self.minibatches


class Contestant:
    """A program of `contestants/` that trains when it is told to.

    Raises ModuleNotFoundError when the interpreter lacks the package that it is about.
    """

    def __init__(self, python: str, program: str, kind: str, settings: Settings) -> None:
        environment = os.environ | {"OMP_NUM_THREADS": "1", "OMP_WAIT_POLICY": "PASSIVE"}
        command = [python, str(FOLDER / program), kind, json.dumps(asdict(settings))]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        )
        try:
            self.version = self._answer()
        except SystemExit:
            if self._process.returncode == MISSING:
                raise ModuleNotFoundError(program) from None
            raise

    def round(self) -> tuple[float, float]:
        """CPU and wall seconds of one round."""
        assert self._process.stdin is not None
        self._process.stdin.write("go\n")
        self._process.stdin.flush()
        cpu, wall = json.loads(self._answer())
        return cpu, wall

    def close(self) -> None:
        """End the process."""
        self._process.communicate()

    def _answer(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit(f"a contestant ended with {self._process.wait()}")
        return line.strip()


def serve(version: str, update: Callable[[], object], updates: int) -> None:
    """The contestant's side: warm up, then one round for each line of the standard input."""
    answers, sys.stdout = sys.stdout, sys.stderr  # what a library prints is no answer
    update()
    print(version, file=answers, flush=True)
    for _ in sys.stdin:
        cpu, wall = time.process_time(), time.perf_counter()
        for _ in range(updates):
            update()
        figures = [time.process_time() - cpu, time.perf_counter() - wall]
        print(json.dumps(figures), file=answers, flush=True)


def race(contestants: dict[str, Contestant], rounds: int) -> dict[str, tuple[float, float]]:
    """Median CPU and wall seconds of a round of each."""
    costs: dict[str, list[tuple[float, float]]] = {name: [] for name in contestants}
    for _ in range(rounds):
        for name, contestant in contestants.items():
            costs[name].append(contestant.round())
    return {
        name: (statistics.median(cpu for cpu, _ in figures), statistics.median(wall for _, wall in figures))
        for name, figures in costs.items()
    }

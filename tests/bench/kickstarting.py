"""Does a teacher pay? Steps that a student needs to reach a return, alone and with a teacher.

Run as `python tests/bench/kickstarting.py [seed ...]`; a seed takes about two minutes on one core. A teacher of one
kind is trained first, and saved; then a student of another kind learns the memory task twice from the same
weights. Its own returns are what counts, not the teacher's: the teacher only adds to the loss, and its weight falls
to 0. Exits with 1 when the student with a teacher does not reach the return in `FACTOR` times fewer steps.
"""

import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import torch

from metta_ref.checkpoint import CheckpointManager
from metta_ref.config import Config, parse_overrides
from metta_ref.envs import make_env
from metta_ref.rl.trainer import Trainer

TEACHER, STUDENT = "agalite", "lstm"
GOAL = 0.9
"""A return that no policy without memory can have: 1 is the most there is, and 1/2 what guessing gives."""
FACTOR = 3.0
LIMIT = 1_000_000
"""Steps after which a student counts as not having reached the goal; its ratio is then a lower bound."""
MASTERY = 0.97
"""The return at which the teacher has learnt enough to teach."""
SETTINGS = ("env.corridor_length=6", "trainer.num_envs=64", "trainer.update_epochs=4")
"""A corridor that a student alone needs long to see a use in remembering through."""
KICKSTART = ("kickstart.coefficient=2", "kickstart.value_coefficient=0.5", "kickstart.timesteps=200000")
"""Longer than the student takes: a weight that falls to 0 before the student can do without it costs what it gave."""


def configuration(agent: str, seed: int, *more: str) -> Config:
    """The settings of one run."""
    return parse_overrides([f"py_agent={agent}", f"seed={seed}", *SETTINGS, *more], Config)


def train(config: Config, goal: float) -> Trainer:
    """Train until the mean return of the latest episodes reaches a goal, or the limit is met."""
    trainer = Trainer(config, make_env(config.env, config.trainer.num_envs, config.seed))
    ended = trainer.statistics
    while trainer.agent_step < LIMIT and (ended.episodes < 100 or (ended.means[0] or 0.0) < goal):
        trainer.update()
    return trainer


def measure(seed: int, directory: Path) -> float:
    """Train a teacher and two students, print a line for each, and return how many times fewer steps it takes."""
    teacher = train(configuration(TEACHER, seed + 1000), MASTERY)
    path = CheckpointManager(directory / f"teacher-{seed}").save(teacher.checkpoint())
    taught = (f"kickstart.teacher={path}", *KICKSTART)
    steps = {}
    for name, config in (
        ("alone", configuration(STUDENT, seed)),
        ("with a teacher", configuration(STUDENT, seed, *taught)),
    ):
        began = time.perf_counter()
        student = train(config, GOAL)
        steps[name] = student.agent_step
        reached = "reached" if student.agent_step < LIMIT else "not reached"
        print(
            f"seed {seed}: {STUDENT} {name:<15}{student.agent_step:>9} steps {time.perf_counter() - began:>6.1f} s  "
            f"return {student.statistics.means[0]:.3f} ({reached})",
            flush=True,
        )
    return steps["alone"] / steps["with a teacher"]


def main() -> int:
    """Measure the given seeds, or seeds 1 to 3."""
    torch.set_num_threads(1)
    seeds = [int(argument) for argument in sys.argv[1:]] or [1, 2, 3]
    with tempfile.TemporaryDirectory(prefix="metta_ref-bench-") as directory:
        ratios = [measure(seed, Path(directory)) for seed in seeds]
    middle = statistics.median(ratios)
    each = ", ".join(f"{ratio:.1f}" for ratio in ratios)
    print(f"return {GOAL}: {middle:.1f} times fewer steps with a {TEACHER} teacher (each seed: {each}; goal {FACTOR})")
    return 0 if middle >= FACTOR else 1


if __name__ == "__main__":
    sys.exit(main())

"""What does a checkpoint cost? Complete and durable on disk, beside torch.save; and how long training waits for it.

Run as `python tests/bench/checkpoint_speed.py [folder]`; it takes about a minute. The folder decides which disk is
measured; it should not be one in memory. Exits with 1 when a checkpoint of 4 MB takes 20 ms or more. Disks are
shared: the smallest time is what the machine can do, the median what it did meanwhile.
"""

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import NamedTuple

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import torch

from metta_ref.checkpoint import BackgroundWriter, Checkpoint, CheckpointManager, PolicySpec
from metta_ref.config import AgentConfig, Config, Observation, parse_overrides
from metta_ref.envs import make_env
from metta_ref.rl.trainer import Trainer

LIMIT = 0.020
"""Seconds that a checkpoint of 4 MB may take."""
REPEATS = 25
SPEC = PolicySpec("lstm", Observation((3, 3, 3)), 4, AgentConfig())


class Times(NamedTuple):
    """Seconds: the smallest and the median."""

    least: float
    median: float

    def __str__(self) -> str:
        return f"{self.least * 1e3:8.1f}{self.median * 1e3:9.1f}"


def state(megabytes: float) -> dict[str, np.ndarray]:
    """Weights of 16 layers with Adam's two moments of each, and the small sections that a trainer has besides."""
    rng = np.random.default_rng(0)
    size = int(megabytes * 1e6 / 4 / 3 / 16)
    weights = {f"policy/layer{number}": rng.standard_normal(size, np.float32) for number in range(16)}
    moments = {
        f"{name.replace('policy', 'optimizer')}.{kind}": values.copy()
        for name, values in weights.items()
        for kind in ("first", "second")
    }
    small = {"env": 4000, "recurrent": 8000, "rng": 5000, "statistics": 1600}
    return weights | moments | {f"{section}/values": np.zeros(size, np.uint8) for section, size in small.items()}


def compare(megabytes: float, folder: Path) -> dict[str, Times]:
    """Times of each way to write the same tensors, taken in turn, so that a busy moment meets all."""
    arrays = state(megabytes)
    tensors = {name: torch.from_numpy(array) for name, array in arrays.items()}
    manager = CheckpointManager(folder / f"run{megabytes:g}")

    def checkpoint(repeat: int) -> None:
        manager.save(Checkpoint(repeat, arrays, SPEC))

    def plain(_: int) -> None:
        torch.save(tensors, folder / "plain.pt")

    def durable(_: int) -> None:
        with (folder / ".durable.pt").open("wb") as file:
            torch.save(tensors, file)
            file.flush()
            os.fsync(file.fileno())
        (folder / ".durable.pt").replace(folder / "durable.pt")

    ways: Mapping[str, Callable[[int], None]] = {
        "checkpoint": checkpoint,
        "torch.save": plain,
        "torch.save, fsync, replace": durable,
    }
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for repeat in range(REPEATS):
        for name, write in ways.items():
            began = time.perf_counter()
            write(repeat)
            seconds[name].append(time.perf_counter() - began)
        manager.prune({repeat})
    return {name: Times(min(taken), statistics.median(taken)) for name, taken in seconds.items()}


def waiting(hidden_size: int, folder: Path) -> tuple[float, Times, Times]:
    """Megabytes of a trainer's checkpoint, and how long its loop waits for one: in place, and beside training."""
    config = parse_overrides(["py_agent=lstm", f"agent.hidden_size={hidden_size}"], Config)
    trainer = Trainer(config, make_env(config.env, config.trainer.num_envs, config.seed))
    manager = CheckpointManager(folder / f"waiting{hidden_size}")
    seconds: dict[bool, list[float]] = {False: [], True: []}
    with BackgroundWriter() as writer:
        for number in range(2 * REPEATS):
            trainer.update()
            trainer.update()
            beside = bool(number % 2)
            began = time.perf_counter()
            checkpoint = trainer.checkpoint()
            if beside:
                writer.submit(partial(manager.save, checkpoint))
            else:
                manager.save(checkpoint)
            seconds[beside].append(time.perf_counter() - began)
            if beside:
                trainer.update()
                writer.wait()
            manager.prune({trainer.epoch, checkpoint.epoch})
        size = sum(file.stat().st_size for file in manager.path(manager.latest()).iterdir())
    in_place, beside_it = (Times(min(taken), statistics.median(taken)) for taken in seconds.values())
    return size / 1e6, in_place, beside_it


def main() -> int:
    """Print both tables; whether the limit was kept."""
    torch.set_num_threads(1)
    parent = sys.argv[1] if len(sys.argv) > 1 else None
    with tempfile.TemporaryDirectory(dir=parent) as directory:
        folder = Path(directory)
        print(f"{'ms':<36}{'least':>8}{'median':>9}{'x torch.save':>14}{'x durable':>11}")
        kept = True
        for megabytes in (4, 40):
            rows = compare(megabytes, folder)
            plain, durable = rows["torch.save"].least, rows["torch.save, fsync, replace"].least
            for name, times in rows.items():
                print(
                    f"{f'{megabytes} MB  {name}':<36}{times}{times.least / plain:>14.2f}{times.least / durable:>11.2f}"
                )
            kept = kept and (megabytes != 4 or rows["checkpoint"].least < LIMIT)
        print("\nthe loop waits, ms (least, median)  in place          beside training")
        for hidden_size in (64, 190):
            size, in_place, beside = waiting(hidden_size, folder)
            print(f"{f'trainer of {size:.1f} MB':<30}{in_place}{beside}")
    print(f"a checkpoint of 4 MB takes less than {LIMIT * 1e3:.0f} ms: {'yes' if kept else 'NO'}")
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())

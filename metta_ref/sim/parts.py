"""Parts of an evaluation: blocks of episodes, played by this process or by several, each into a shard of its own."""

import os
import signal
import threading
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from multiprocessing import active_children, get_context, parent_process
from pathlib import Path

import torch

from metta_ref.checkpoint.policies import Policy
from metta_ref.config import RefusedError
from metta_ref.envs import WorkerError
from metta_ref.eval.records import EpisodeRecord
from metta_ref.eval.simulation_stats_db import SimulationStatsDB
from metta_ref.sim.replay import Replay, to_json
from metta_ref.sim.simulation import Simulation, simulate


@dataclass(frozen=True, slots=True)
class Part:
    """One block of a simulation, and who plays it.

    Of the simulation's first `replays` episodes those in this block are kept in pictures; the database names them
    below `url`.
    """

    policy: Policy
    simulation: Simulation
    block: int
    replays: int = 0
    url: str = ""


def play_parts(parts: Iterable[Part], shard: Path) -> list[list[EpisodeRecord]]:
    """Plays one part after the other into a new shard, replays beside it, and returns the episodes of each.

    Raises ReplayError when pictures are wanted and an environment cannot draw itself.
    """
    played = []
    with SimulationStatsDB(shard) as stats:
        for part in parts:
            record, episodes, frames = simulate(part.simulation, part.block, part.policy, part.replays)
            for identity, shown in frames.items():
                replay = Replay(record.policy, record.env, part.simulation.seed, tuple(shown))
                (shard.parent / f"{identity}.json").write_text(to_json(replay), encoding="utf-8")
            episodes = [replace(e, replay_url=f"{part.url}/{e.id}.json") if e.id in frames else e for e in episodes]
            stats.record(record, episodes)
            played.append(episodes)
    return played


def play_all(parts: Sequence[Part], folder: Path, num_workers: int) -> list[list[EpisodeRecord]]:
    """Plays parts as `play_parts` does, in as many fresh interpreters (0: in this one), each of which leaves a shard
    in the folder.

    The first that raises or dies ends all: what a person can mend as what it is, anything else as WorkerError, with
    its traceback.
    """
    count = min(num_workers, len(parts))
    if not count:
        return play_parts(parts, folder / "shard.duckdb")
    others = set(active_children())
    with ProcessPoolExecutor(count, get_context("spawn"), initializer=_begin) as pool:
        jobs = [pool.submit(play_parts, parts[n::count], folder / f"shard-{n}.duckdb") for n in range(count)]
        try:
            for job in as_completed(jobs):
                job.result()
        except BaseException as error:
            for worker in set(active_children()) - others:
                worker.kill()
            if isinstance(error, BrokenProcessPool):
                raise WorkerError("an evaluation worker died; what it said last stands above") from error
            if isinstance(error, Exception) and not isinstance(error, RefusedError):
                raise WorkerError(f"an evaluation worker raised:\n{error.__cause__}") from error
            raise
    played: list[list[EpisodeRecord]] = [[] for _ in parts]
    for n, job in enumerate(jobs):
        played[n::count] = job.result()
    return played


def _begin() -> None:
    """A worker leaves Ctrl-C to its parent, and ends with it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    torch.set_num_threads(1)


def _end_with_parent() -> None:
    if (parent := parent_process()) is not None:
        parent.join()
        os._exit(1)

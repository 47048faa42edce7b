"""Parts of an evaluation: blocks of episodes, played by this process or by several, each into a shard of its own."""

import os
import pickle
import subprocess
import sys
from collections.abc import Iterable, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from itertools import takewhile
from pathlib import Path

import torch

from metta_ref.checkpoint.policies import Policy
from metta_ref.envs import WorkerError
from metta_ref.eval.records import EpisodeRecord
from metta_ref.eval.simulation_stats_db import SimulationStatsDB
from metta_ref.sim.replay import Replay, to_json
from metta_ref.sim.simulation import Simulation, simulate

_PROGRAM = "import sys; sys.path[:] = sys.argv[1:]; from metta_ref.sim.parts import serve; serve()"


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

    A worker is told everything at once and answers once, so nothing can wait for ever: it ends by itself. A signal
    to this process's group, such as Ctrl-C, does not reach it. The first that raises or dies ends all: WorkerError,
    with its traceback.
    """
    count = min(num_workers, len(parts))
    shards = [folder / f"shard-{number}.duckdb" for number in range(max(count, 1))]
    if not count:
        return play_parts(parts, shards[0])
    jobs = [pickle.dumps((parts[number::count], shard, os.getpid())) for number, shard in enumerate(shards)]
    command, pipe = [sys.executable, "-c", _PROGRAM, *sys.path], subprocess.PIPE
    workers = [
        subprocess.Popen(command, stdin=pipe, stdout=subprocess.DEVNULL, stderr=pipe, process_group=0) for _ in jobs
    ]
    with ThreadPoolExecutor(len(workers)) as pool:
        try:
            followed = [pool.submit(_follow, *told) for told in zip(range(count), workers, jobs, strict=True)]
            for future in wait(followed, return_when=FIRST_EXCEPTION).done:
                future.result()
        finally:
            for worker in workers:
                worker.kill()
    played: list[list[EpisodeRecord]] = [[] for _ in parts]
    for number, shard in enumerate(shards):
        played[number::count] = pickle.loads(_answer(shard).read_bytes())  # noqa: S301 - of our worker
    return played


def serve() -> None:
    """A worker's life: one job from standard input, given up between two parts when nobody waits for it any more."""
    parts, shard, parent = pickle.load(sys.stdin.buffer)  # noqa: S301 - of our parent
    torch.set_num_threads(1)
    wanted = takewhile(lambda _: os.getppid() == parent, parts)
    _answer(shard).write_bytes(pickle.dumps(play_parts(wanted, shard)))


def _answer(shard: Path) -> Path:
    return shard.with_suffix(".answer")


def _follow(number: int, worker: "subprocess.Popen[bytes]", job: bytes) -> None:
    said = worker.communicate(job)[1].decode(errors="replace")
    if worker.returncode > 0:
        raise WorkerError(f"evaluation worker {number} raised:\n{said}")
    if worker.returncode < 0:
        died = f"(process {worker.pid}) died: signal {-worker.returncode}"
        raise WorkerError(f"evaluation worker {number} {died}\n{said}")
    sys.stderr.write(said)

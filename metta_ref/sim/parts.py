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
    """One block of a simulation, and who plays it."""

    policy: Policy
    simulation: Simulation
    block: int


@dataclass(frozen=True, slots=True)
class Pictures:
    """The first `count` episodes of each simulation are kept in `folder`; the database names them below `url`."""

    count: int
    folder: Path
    url: str


def play_parts(parts: Iterable[Part], shard: Path, pictures: Pictures | None = None) -> list[list[EpisodeRecord]]:
    """Plays one part after the other into a new shard, and returns the episodes of each.

    Raises:
        ReplayError: an environment cannot draw itself, and pictures are wanted.
    """
    played = []
    with SimulationStatsDB(shard) as stats:
        for part in parts:
            watched = pictures.count if pictures else 0
            record, episodes, frames = simulate(part.simulation, part.block, part.policy, watched)
            if pictures:
                for identity, shown in frames.items():
                    replay = Replay(record.policy, record.env, part.simulation.seed, tuple(shown))
                    (pictures.folder / f"{identity}.json").write_text(to_json(replay), encoding="utf-8")
                urls = {identity: f"{pictures.url}/{identity}.json" for identity in frames}
                episodes = [replace(episode, replay_url=urls.get(episode.id)) for episode in episodes]
            stats.record(record, episodes)
            played.append(episodes)
    return played


def play_in_workers(
    shares: Sequence[Sequence[Part]], shards: Sequence[Path], pictures: Pictures | None
) -> list[list[list[EpisodeRecord]]]:
    """Plays each share in a fresh interpreter as `play_parts` does, into the shard beside it; the first that fails
    ends all.

    A worker is told everything at once and answers once, so nothing can wait for ever: it ends by itself. A signal
    to this process's group, such as Ctrl-C, does not reach it.

    Raises:
        WorkerError: a worker raised or died, with its traceback.
    """
    answers = [shard.with_suffix(".answer") for shard in shards]
    jobs = [
        pickle.dumps((share, shard, pictures, answer, os.getpid()))
        for share, shard, answer in zip(shares, shards, answers, strict=True)
    ]
    workers = [_started() for _ in jobs]
    with ThreadPoolExecutor(len(workers)) as pool:
        try:
            followed = [pool.submit(_follow, *told) for told in zip(range(len(jobs)), workers, jobs, strict=True)]
            for future in wait(followed, return_when=FIRST_EXCEPTION).done:
                future.result()
        finally:
            for worker in workers:
                worker.kill()
    return [pickle.loads(answer.read_bytes()) for answer in answers]  # noqa: S301 - of our worker


def serve() -> None:
    """A worker's life: one job from standard input, given up between two parts when nobody waits for it any more."""
    parts, shard, pictures, answer, parent = pickle.load(sys.stdin.buffer)  # noqa: S301 - of our parent
    torch.set_num_threads(1)
    wanted = takewhile(lambda _: os.getppid() == parent, parts)
    answer.write_bytes(pickle.dumps(play_parts(wanted, shard, pictures)))


def _started() -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-c", _PROGRAM, *sys.path]
    return subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, process_group=0
    )


def _follow(number: int, worker: "subprocess.Popen[bytes]", job: bytes) -> None:
    said = worker.communicate(job)[1].decode(errors="replace")
    if worker.returncode > 0:
        raise WorkerError(f"evaluation worker {number} raised:\n{said}")
    if worker.returncode < 0:
        how = f"(process {worker.pid}) died: signal {-worker.returncode}"
        raise WorkerError(f"evaluation worker {number} {how}\n{said}")
    sys.stderr.write(said)

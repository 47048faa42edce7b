"""Parts of an evaluation played by several processes, each with a shard of its own."""

import os
import pickle
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

import torch

from metta_ref.envs import WorkerError
from metta_ref.sim.parts import Part, Pictures, Played, play_parts
from metta_ref.sim.simulation import Clock

_PROGRAM = "import sys; sys.path[:] = sys.argv[1:]; from metta_ref.sim.workers import serve; serve()"


@dataclass(frozen=True, slots=True)
class _Job:
    parts: Sequence[Part]
    shard: Path
    pictures: Pictures
    now: Clock
    answer: Path
    parent: int


def play_in_workers(
    shares: Sequence[Sequence[Part]], shards: Sequence[Path], pictures: Pictures, now: Clock
) -> list[Played]:
    """Plays each share in a fresh interpreter into the shard beside it; the first that fails ends all.

    A worker is told everything at once and answers once, so nothing can wait for ever: it ends by itself. A signal
    to this process's group, such as Ctrl-C, does not reach it.

    Raises:
        WorkerError: a worker raised or died, with its traceback.
    """
    answers = [shard.with_suffix(".answer") for shard in shards]
    jobs = [
        pickle.dumps(_Job(share, shard, pictures, now, answer, os.getpid()))
        for share, shard, answer in zip(shares, shards, answers, strict=True)
    ]
    workers = [_started() for _ in shares]
    pool = ThreadPoolExecutor(len(workers))
    try:
        followed = [pool.submit(_follow, *told) for told in zip(range(len(jobs)), workers, jobs, strict=True)]
        for future in wait(followed, return_when=FIRST_EXCEPTION).done:
            future.result()
    finally:
        for worker in workers:
            worker.kill()
        pool.shutdown()
    return [played for answer in answers for played in pickle.loads(answer.read_bytes())]  # noqa: S301 - of our worker


def serve() -> None:
    """A worker's life: one job from standard input, given up between two parts when nobody waits for it any more."""
    job: _Job = pickle.load(sys.stdin.buffer)  # noqa: S301 - of our parent
    torch.set_num_threads(1)
    wanted = takewhile(lambda _: os.getppid() == job.parent, job.parts)
    job.answer.write_bytes(pickle.dumps(play_parts(wanted, job.shard, job.pictures, job.now)))


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

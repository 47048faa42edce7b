"""Policies evaluated: their blocks of episodes are played by this process or by several, each into a shard of its own,
and merged into the stats database of their run.
"""

import os
import pickle
import signal
import statistics
import tempfile
import threading
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing
from dataclasses import dataclass
from itertools import chain, islice
from multiprocessing import active_children, get_context, parent_process
from pathlib import Path

import torch

from metta_ref.checkpoint.policies import Policy, PolicyCache
from metta_ref.config import ConfigError, FailedError, RefusedError
from metta_ref.envs import WorkerError, make_env
from metta_ref.eval.connection import Place, StatsError
from metta_ref.eval.simulation_stats_db import EpisodeRecord, PolicyKey, SimulationStatsDB
from metta_ref.sim.simulation import Simulation, rewards, simulate

Play = tuple[Policy, Simulation]
Block = tuple[Policy, Simulation, int]
"""One block of a simulation, by its number, and who plays it."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What was asked for, what ended, and what the database gained; `mean_reward` is over ended episodes.

    `added` episodes are new, of `total` that the database holds now.
    """

    policy: PolicyKey
    simulation: str
    requested: int
    completed: int
    mean_reward: float
    added: int
    total: int


def evaluate(plays: Sequence[Play], database: Place, num_workers: int = 0) -> list[Evaluation]:
    """Plays policies in simulations and merges all episodes together; the database changes whole or not at all.

    How many processes play (0: this one) changes nothing but the time.

    Raises ConfigError when two plays have the same policy and simulation by name, and so would be one in the
    database; StatsError when in some play no episode ended within `max_steps`; WorkerError when a process raised
    or died; StatsError when the database is damaged or in use. Nothing was written then.
    """
    named = Counter((*policy.key, simulation.name) for policy, simulation in plays)
    for (run, epoch, name), times in named.items():
        if times > 1:
            raise ConfigError([f"{run} epoch {epoch} in {name} stands {times} times; name every policy once"])
    with tempfile.TemporaryDirectory(prefix="metta_ref-sim-") as directory:
        folder = Path(directory)
        played = iter(_play_all([(*play, n) for play in plays for n in range(play[1].blocks)], folder, num_workers))
        found = [list(chain(*islice(played, simulation.blocks))) for _, simulation in plays]
        for (policy, simulation), episodes in zip(plays, found, strict=True):
            if not rewards(episodes):
                run, epoch = policy.key
                raise StatsError(
                    f"{run} epoch {epoch} in {simulation.name}: none of {simulation.episodes} episodes ended within "
                    f"max_steps={simulation.max_steps}: raise it"
                )
        with SimulationStatsDB(database) as stats:
            merged = stats.merge_in(sorted(folder.iterdir()))
    return [
        Evaluation(
            policy=policy.key,
            simulation=simulation.name,
            requested=simulation.episodes,
            completed=sum(episode.completed_at is not None for episode in episodes),
            mean_reward=statistics.fmean(rewards(episodes)),
            added=sum(episode.id in merged.added for episode in episodes),
            total=merged.total,
        )
        for (policy, simulation), episodes in zip(plays, found, strict=True)
    ]


def matched(uris: Iterable[str], simulations: Iterable[Simulation]) -> list[Play]:
    """Every policy in every simulation, each policy as its environment needs it.

    Raises CheckpointError when a policy cannot be had or does not fit, ConfigError when a simulation cannot be.
    """
    plays = []
    for simulation in simulations:
        agents = simulation.agents
        if simulation.num_envs % agents:
            raise ConfigError([f"num_envs={simulation.num_envs}: must be a multiple of env.agents={agents}"])
        with closing(make_env(simulation.env, agents, simulation.seed)) as env:
            # What a cache holds is shared, and no policy here may see another's feature ids.
            loads = PolicyCache(size=0)
            plays += [(loads.load(uri, env.observation, env.num_actions), simulation) for uri in uris]
    return plays


def _play_all(blocks: Sequence[Block], folder: Path, num_workers: int) -> list[list[EpisodeRecord]]:
    """The episodes of each block, played in as many fresh interpreters (0: in this one), each of which leaves a shard
    in the folder.

    The first that raises or dies ends all: what a person can mend as what it is, anything else as WorkerError, with
    its traceback.
    """
    count = min(num_workers, len(blocks))
    if not count:
        return _play_blocks(blocks, folder / "shard.duckdb")
    others = set(active_children())
    with ProcessPoolExecutor(count, get_context("spawn"), initializer=_begin_worker) as pool:
        # Workers leave Ctrl-C to their parent from their first moment on.
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT,))
        # Plain bytes: torch would hand tensors over through a socket in TMPDIR, whose path may be too long for one.
        shares = [pickle.dumps(blocks[n::count]) for n in range(count)]
        jobs = [pool.submit(_play_pickled, share, folder / f"shard-{n}.duckdb") for n, share in enumerate(shares)]
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        try:
            for job in as_completed(jobs):
                job.result()
        except BaseException as error:
            for worker in set(active_children()) - others:
                worker.kill()
            if isinstance(error, BrokenProcessPool):
                raise WorkerError("an evaluation worker died; what it said last stands above") from error
            if isinstance(error, Exception) and not isinstance(error, RefusedError | FailedError):
                raise WorkerError(f"an evaluation worker raised:\n{error.__cause__}") from error
            raise
    played: list[list[EpisodeRecord]] = [[] for _ in blocks]
    for n, job in enumerate(jobs):
        played[n::count] = job.result()
    return played


def _play_blocks(blocks: Iterable[Block], shard: Path) -> list[list[EpisodeRecord]]:
    """Plays one block after the other into a new shard, and returns the episodes of each."""
    played = []
    with SimulationStatsDB(shard) as stats:
        for policy, simulation, block in blocks:
            record, episodes = simulate(simulation, block, policy)
            stats.record(record, episodes)
            played.append(episodes)
    return played


def _play_pickled(blocks: bytes, shard: Path) -> list[list[EpisodeRecord]]:
    return _play_blocks(pickle.loads(blocks), shard)  # noqa: S301 written by the parent process


def _begin_worker() -> None:
    """A worker ends with its parent."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    torch.set_num_threads(1)


def _end_with_parent() -> None:
    if (parent := parent_process()) is not None:
        parent.join()
        os._exit(1)

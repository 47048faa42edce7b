"""Policies evaluated: their blocks of episodes are played by this process or by several, each into a shard of its own,
and merged into the stats database of their run.
"""

import statistics
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Any

import torch

from metta_ref.checkpoint.policies import Policy, PolicyCache
from metta_ref.config import ConfigError
from metta_ref.envs import make_env
from metta_ref.envs.workers import Workers
from metta_ref.eval.connection import Place, StatsError
from metta_ref.eval.simulation_stats_db import EpisodeRecord, PolicyKey, SimulationStatsDB
from metta_ref.sim.simulation import Simulation, rewards, simulate

Play = tuple[Policy, Simulation]
Block = tuple[Policy, Simulation, int]
"""One block of a simulation, by its number, and who plays it."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What was asked for, what ended, and what the database gained, which holds `total` episodes now."""

    policy: PolicyKey
    simulation: str
    requested: int
    completed: int
    mean_reward: float
    added: int
    total: int


def evaluate(plays: Sequence[Play], database: Place, num_workers: int = 0) -> list[Evaluation]:
    """Plays policies in simulations and merges all episodes together; how many processes play changes only the time.

    Raises, with nothing written, ConfigError when two plays have the same policy and simulation by name, and so would
    be one in the database; StatsError when in some play no episode ended, or the database cannot take them; and
    WorkerError when a process raised or died.
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
                who = "{} epoch {}".format(*policy.key)
                none = f"none of {simulation.episodes} episodes ended within max_steps={simulation.max_steps}"
                raise StatsError(f"{who} in {simulation.name}: {none}: raise it")
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
    """Every policy in every simulation, each policy as its environment needs it."""
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
    """The episodes of each block, played in as many processes (0: this one), which leave a shard each in the folder."""
    count = min(num_workers, len(blocks))
    if not count:
        return _play_blocks(blocks, folder / "shard.duckdb")
    played: list[list[EpisodeRecord]] = [[] for _ in blocks]
    with closing(Workers([_playing] * count)) as workers:
        for n, episodes in workers.ask_long([(blocks[n::count], folder / f"shard-{n}.duckdb") for n in range(count)]):
            played[n::count] = episodes
    return played


@contextmanager
def _playing() -> Iterator[Callable[..., Any]]:
    torch.set_num_threads(1)
    yield _play_blocks


def _play_blocks(blocks: Iterable[Block], shard: Path) -> list[list[EpisodeRecord]]:
    """Plays one block after the other into a new shard, and returns the episodes of each."""
    played = []
    with SimulationStatsDB(shard) as stats:
        for policy, simulation, block in blocks:
            record, episodes = simulate(simulation, block, policy)
            stats.record(record, episodes)
            played.append(episodes)
    return played

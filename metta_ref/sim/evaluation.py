"""Policies evaluated: played, in this process or in several, and merged into the stats database of their run."""

import statistics
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from urllib.parse import quote

from metta_ref.checkpoint.policies import Policy
from metta_ref.config import ConfigError, write_whole
from metta_ref.eval.errors import NoEpisodesError
from metta_ref.eval.place import Place
from metta_ref.eval.records import PolicyKey
from metta_ref.eval.simulation_stats_db import SimulationStatsDB
from metta_ref.sim.parts import Part, play_all
from metta_ref.sim.simulation import Simulation, rewards

Play = tuple[Policy, Simulation]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What was asked for, what ended, and what the database gained; `mean_reward` is over ended episodes.

    `added` episodes are new, of `total` that the database holds now; `replays` are the ids of those that were kept
    in pictures.
    """

    policy: PolicyKey
    simulation: str
    requested: int
    completed: int
    mean_reward: float
    added: int
    total: int
    replays: tuple[str, ...]


def evaluate(
    plays: Sequence[Play],
    database: Place,
    *,
    num_workers: int = 0,
    replays: int = 0,
    replay_dir: Path = Path("replays"),
) -> list[Evaluation]:
    """Plays policies in simulations and merges all episodes together; the database changes whole or not at all.

    How many processes play (0: this one) changes nothing but the time. The first `replays` episodes of each are kept
    in pictures as well, in `replay_dir`.

    Raises ConfigError when two plays have the same policy and simulation by name, and so would be one in the
    database; NoEpisodesError when in some play no episode ended within `max_steps`; ReplayError when replays are
    wanted and an environment cannot draw itself; WorkerError when a process raised or died; StatsError when the
    database is damaged or in use. Nothing was written then.
    """
    named = Counter((*policy.key, simulation.name) for policy, simulation in plays)
    for (run, epoch, name), times in named.items():
        if times > 1:
            raise ConfigError([f"{run} epoch {epoch} in {name} stands {times} times; name every policy once"])
    url = _url(replay_dir, database)
    parts = [Part(*play, block, replays, url) for play in plays for block in range(play[1].blocks)]
    with tempfile.TemporaryDirectory(prefix="metta_ref-sim-") as directory:
        folder = Path(directory)
        blocks = iter(play_all(parts, folder, num_workers))
        found = [list(chain(*islice(blocks, simulation.blocks))) for _, simulation in plays]
        for (policy, simulation), episodes in zip(plays, found, strict=True):
            if not rewards(episodes):
                run, epoch = policy.key
                raise NoEpisodesError(
                    f"{run} epoch {epoch} in {simulation.name}: none of {simulation.episodes} episodes ended within "
                    f"max_steps={simulation.max_steps}: raise it"
                )
        with SimulationStatsDB(database) as stats:
            merged = stats.merge_in(sorted(folder.glob("*.duckdb")))
        for replay in folder.glob("*.json"):
            replay_dir.mkdir(parents=True, exist_ok=True)
            write_whole(replay_dir / replay.name, replay.read_bytes())
    return [
        Evaluation(
            policy=policy.key,
            simulation=simulation.name,
            requested=simulation.episodes,
            completed=sum(episode.completed_at is not None for episode in episodes),
            mean_reward=statistics.fmean(rewards(episodes)),
            added=sum(episode.id in merged.added for episode in episodes),
            total=merged.total,
            replays=tuple(episode.id for episode in episodes if episode.replay_url),
        )
        for (policy, simulation), episodes in zip(plays, found, strict=True)
    ]


def _url(replay_dir: Path, database: Place) -> str:
    """What replay URLs begin with: relative to a database file, so that both can be moved together."""
    if isinstance(database, Path) and replay_dir.absolute().is_relative_to(database.absolute().parent):
        return quote(replay_dir.absolute().relative_to(database.absolute().parent).as_posix())
    return replay_dir.absolute().as_uri()

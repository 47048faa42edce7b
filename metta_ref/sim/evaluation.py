"""Policies evaluated: played, in this process or in several, and merged into the stats database of their run."""

import os
import shutil
import statistics
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from metta_ref.checkpoint.policies import Policy
from metta_ref.config import ConfigError
from metta_ref.eval.errors import NoEpisodesError
from metta_ref.eval.place import Place
from metta_ref.eval.publish import publish
from metta_ref.eval.records import PolicyKey
from metta_ref.eval.simulation_stats_db import Merged
from metta_ref.sim.parts import Part, Pictures, Played, play_parts
from metta_ref.sim.simulation import Clock, Simulation, utc_now
from metta_ref.sim.workers import play_in_workers

Play = tuple[Policy, Simulation]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What was asked for, what ended, and what the database gained; `mean_reward` is over ended episodes.

    `added` episodes are new and of this evaluation, `published` is about all that were made together, and
    `replays` are the ids of episodes that were kept in pictures.
    """

    policy: PolicyKey
    simulation: str
    requested: int
    completed: int
    mean_reward: float
    added: int
    replays: tuple[str, ...]
    published: Merged


def evaluate(policy: Policy, simulation: Simulation, database: Place, now: Clock = utc_now) -> Evaluation:
    """Plays a policy and publishes the episodes; the database changes whole or not at all.

    Raises:
        NoEpisodesError: no episode ended within `max_steps`; nothing was written.
        StatsError: the database is damaged or in use; nothing was written.
    """
    [evaluation] = evaluate_all([(policy, simulation)], database, now)
    return evaluation


def evaluate_all(
    plays: Sequence[Play],
    database: Place,
    now: Clock = utc_now,
    *,
    num_workers: int = 0,
    replays: int = 0,
    replay_dir: Path = Path("replays"),
) -> list[Evaluation]:
    """Plays policies in simulations and publishes all episodes together; the database changes whole or not at all.

    `num_workers` processes (0: this one) each write a shard of their own; how many changes nothing but the time.
    The first `replays` episodes of each are kept in pictures as well, in `replay_dir`.

    Raises:
        ConfigError: two plays have the same policy and simulation by name, and so would be one in the database.
        NoEpisodesError: in some play, no episode ended within `max_steps`; nothing was written.
        ReplayError: an environment cannot draw itself, and replays are wanted; nothing was written.
        WorkerError: a process raised or died; nothing was written.
        StatsError: the database is damaged or in use; nothing was written.
    """
    _check_names(plays)
    parts = [
        Part(index, policy, simulation, block)
        for index, (policy, simulation) in enumerate(plays)
        for block in range(len(simulation.blocks))
    ]
    with tempfile.TemporaryDirectory(prefix="metta_ref-sim-") as directory:
        pictures = Pictures(replays, Path(directory), _url(replay_dir, database))
        shares = [parts[worker::num_workers] for worker in range(min(num_workers, len(parts)))]
        shards = [Path(directory) / f"shard-{worker}.duckdb" for worker in range(max(len(shares), 1))]
        if shares:
            played = play_in_workers(shares, shards, pictures, now)
        else:
            played = play_parts(parts, shards[0], pictures, now)
        own = [[part for part in played if part.play == index] for index in range(len(plays))]
        for (policy, simulation), done in zip(plays, own, strict=True):
            _check_something_ended(policy, simulation, done)
        with _kept(list(pictures.folder.glob("*.json")), replay_dir):
            published = publish(shards, database)
    return [_told(*play, done, published) for play, done in zip(plays, own, strict=True)]


def _told(policy: Policy, simulation: Simulation, done: Sequence[Played], published: Merged) -> Evaluation:
    new = set(published.added)
    return Evaluation(
        policy=policy.key,
        simulation=simulation.name,
        requested=simulation.episodes,
        completed=sum(part.completed for part in done),
        mean_reward=statistics.fmean(reward for part in done for reward in part.rewards),
        added=sum(episode in new for part in done for episode in part.episodes),
        replays=tuple(sorted(episode for part in done for episode in part.pictured)),
        published=published,
    )


def _check_names(plays: Sequence[Play]) -> None:
    named = Counter((*policy.key, simulation.name) for policy, simulation in plays)
    for (run, epoch, simulation), times in named.items():
        if times > 1:
            raise ConfigError([f"{run} epoch {epoch} in {simulation} stands {times} times; name every policy once"])


def _check_something_ended(policy: Policy, simulation: Simulation, done: Sequence[Played]) -> None:
    if not any(part.completed for part in done):
        run, epoch = policy.key
        raise NoEpisodesError(
            f"{run} epoch {epoch} in {simulation.name}: none of {simulation.episodes} episodes ended within "
            f"max_steps={simulation.max_steps}: raise it"
        )


def _url(replay_dir: Path, database: Place) -> str:
    """What replay URLs begin with: relative to a database file, so that both can be moved together."""
    if isinstance(database, Path) and replay_dir.absolute().is_relative_to(database.absolute().parent):
        return quote(replay_dir.absolute().relative_to(database.absolute().parent).as_posix())
    return replay_dir.absolute().as_uri()


@contextmanager
def _kept(replays: Sequence[Path], directory: Path) -> Iterator[None]:
    """Copies replays into a directory, from which they are gone again unless the block succeeds."""
    made = []
    try:
        for source in replays:
            path = directory / source.name
            if not path.exists():
                directory.mkdir(parents=True, exist_ok=True)
                made.append(path)
                partial = shutil.copyfile(source, directory / f".{source.name}.tmp-{os.getpid()}")
                partial.replace(path)
        yield
    except BaseException:
        for path in made:
            path.unlink(missing_ok=True)
        raise

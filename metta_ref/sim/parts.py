"""What one process does of an evaluation: blocks of episodes played, written into a shard and into replays."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from metta_ref.checkpoint.policies import Policy
from metta_ref.eval.records import SimulationRecord
from metta_ref.eval.simulation_stats_db import SimulationStatsDB
from metta_ref.sim.replay import Replay, to_json
from metta_ref.sim.simulation import Clock, Simulation, simulate


@dataclass(frozen=True, slots=True)
class Part:
    """One block of the simulation with the number `play` in its evaluation."""

    play: int
    policy: Policy
    simulation: Simulation
    block: int


@dataclass(frozen=True, slots=True)
class Pictures:
    """The first `count` episodes of each simulation are kept in `folder`; the database names them below `url`."""

    count: int
    folder: Path
    url: str


@dataclass(frozen=True, slots=True)
class Played:
    """What came of a part: ids of its episodes and of those kept in pictures, how many ended, and what every agent
    earned in them.
    """

    play: int
    episodes: tuple[str, ...]
    pictured: tuple[str, ...]
    completed: int
    rewards: tuple[float, ...]


def play_parts(parts: Iterable[Part], shard: Path, pictures: Pictures, now: Clock) -> list[Played]:
    """Plays one part after the other into a new shard; what ended is in it even if a later one fails.

    Raises:
        ReplayError: an environment cannot draw itself, and replays are wanted.
    """
    with SimulationStatsDB(shard) as stats:
        return [_play_part(part, stats, pictures, now) for part in parts]


def _play_part(part: Part, stats: SimulationStatsDB, pictures: Pictures, now: Clock) -> Played:
    simulation, policy = part.simulation, part.policy
    started = now()
    episodes, frames = simulate(simulation, part.block, policy.agent, policy.key, now, watched=pictures.count)
    for identity, shown in frames.items():
        replay = Replay(policy.key, simulation.env.task, simulation.seed, tuple(shown))
        (pictures.folder / f"{identity}.json").write_text(to_json(replay), encoding="utf-8")
    episodes = [
        replace(episode, replay_url=f"{pictures.url}/{episode.id}.json") if episode.id in frames else episode
        for episode in episodes
    ]
    record = SimulationRecord(
        episodes[0].simulation_id, simulation.name, simulation.env.task, policy.key, started, now()
    )
    stats.record(record, episodes)
    ended = [episode for episode in episodes if episode.completed_at is not None]
    return Played(
        play=part.play,
        episodes=tuple(episode.id for episode in episodes),
        pictured=tuple(frames),
        completed=len(ended),
        rewards=tuple(metrics["reward"] for episode in ended for metrics in episode.agent_metrics.values()),
    )

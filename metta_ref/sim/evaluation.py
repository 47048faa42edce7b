"""A policy evaluated: played, and its episodes merged into the stats database of its run."""

import statistics
import tempfile
from dataclasses import dataclass
from pathlib import Path

from metta_ref.checkpoint.policies import Policy
from metta_ref.eval.errors import NoEpisodesError
from metta_ref.eval.publish import Published, publish
from metta_ref.eval.records import PolicyKey
from metta_ref.eval.simulation_stats_db import SimulationStatsDB
from metta_ref.sim.simulation import Clock, Simulation, simulate


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What was asked for, what ended, and what the database gained; `mean_reward` is over ended episodes."""

    policy: PolicyKey
    requested: int
    completed: int
    mean_reward: float
    published: Published


def evaluate(policy: Policy, simulation: Simulation, database: Path, now: Clock) -> Evaluation:
    """Plays a policy and publishes the episodes as one shard; the database changes whole or not at all.

    Raises:
        NoEpisodesError: no episode ended within `max_steps`; nothing was written.
        StatsError: the database is damaged or in use; nothing was written.
    """
    record, episodes = simulate(simulation, policy.agent, policy.key, now)
    rewards = [episode.agent_metrics[0]["reward"] for episode in episodes if episode.completed_at is not None]
    if not rewards:
        raise NoEpisodesError(
            f"none of {simulation.episodes} episodes ended within max_steps={simulation.max_steps}: raise it"
        )
    with tempfile.TemporaryDirectory(prefix="metta_ref-sim-") as directory:
        shard = Path(directory) / "shard.duckdb"
        with SimulationStatsDB(shard) as stats:
            stats.record(record, episodes)
        published = publish([shard], database)
    return Evaluation(policy.key, len(episodes), len(rewards), statistics.fmean(rewards), published)

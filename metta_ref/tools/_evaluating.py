"""Evaluation during training: what is about to be saved is played first, and its episodes are published after.

So the score is in the checkpoint, and no episode is published of a policy that is not saved. Nothing of training is
touched: the policy is built anew from the checkpoint, and environments and random streams are the evaluation's own.
"""

import logging
import statistics
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from metta_ref.checkpoint import Checkpoint, CheckpointManager, key_and_version
from metta_ref.config import Config

if TYPE_CHECKING:
    from metta_ref.eval.simulation_stats_db import EpisodeRecord, SimulationRecord

Played = Sequence[tuple["SimulationRecord", Sequence["EpisodeRecord"]]]

SCORE = "evaluation_score"
"""Under which name a sidecar has the mean return of its evaluation, None where no episode ended."""

_log = logging.getLogger(__name__)


def evaluation_due(config: Config, epoch: int, agent_step: int) -> bool:
    """Whether the policy of an epoch is to be evaluated, and so saved."""
    interval = config.evaluation.interval
    return interval > 0 and (epoch % interval == 0 or agent_step >= config.trainer.total_timesteps)


def evaluated(
    checkpoint: Checkpoint, config: Config, manager: CheckpointManager
) -> tuple[Checkpoint, float | None, Played]:
    """The checkpoint with its score as `evaluation.*` asks for it, the score, and what to publish once it is saved."""
    from metta_ref.checkpoint.policies import Policy
    from metta_ref.sim.simulation import Simulation, rewards, simulate

    epoch, env, asked = checkpoint.epoch, config.env, config.evaluation
    limits = (asked.episodes, asked.num_envs, asked.seed, asked.max_steps, asked.greedy)
    simulation = Simulation(env.task, env, *limits)
    agent = checkpoint.policy.build(checkpoint.state)
    policy = Policy(key_and_version(manager.path(epoch), epoch), agent, checkpoint.policy)
    played = [simulate(simulation, block, policy) for block in range(simulation.blocks)]
    earned = [reward for _, episodes in played for reward in rewards(episodes)]
    if not earned:
        _log.warning(
            "note: no episode of epoch %d ended within evaluation.max_steps=%d; raise it", epoch, asked.max_steps
        )
    score = statistics.fmean(earned) if earned else None
    return replace(checkpoint, sidecar={**checkpoint.sidecar, SCORE: score}), score, played


def publish(played: Played, epoch: int, manager: CheckpointManager) -> None:
    """Put the episodes of an evaluation into the run's stats database; when that fails, training goes on."""
    from metta_ref.eval.connection import StatsError
    from metta_ref.eval.simulation_stats_db import SimulationStatsDB

    try:
        with SimulationStatsDB(manager.run_dir / "stats.duckdb") as database:
            for simulation, episodes in played:
                database.record(simulation, episodes)
    except StatsError as error:
        again = f"python -m metta_ref.tools.sim run={manager.run} epoch={epoch}"
        _log.warning("note: the evaluation of epoch %d is not published: %s; then %s", epoch, error, again)


def publish_again(epoch: int, config: Config, manager: CheckpointManager) -> None:
    """Publish what a kill may have cut off after the checkpoint was saved; what is there already stays as it is."""
    if SCORE in manager.stored(epoch).sidecar():
        publish(evaluated(manager.load(epoch), config, manager)[-1], epoch, manager)

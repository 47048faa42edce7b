"""Evaluation during training: what is about to be saved is played first, and its episodes published after.

Nothing of training is touched: the policy is built anew from the checkpoint, and environments and random streams are
the evaluation's own. So the score is in the checkpoint, which is final once it stands, and no episode is published of
a policy that is not saved.
"""

import logging
import statistics
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from metta_ref.checkpoint import Checkpoint, CheckpointManager, key_and_version
from metta_ref.config import Config, EnvConfig, EvaluationConfig

if TYPE_CHECKING:
    from metta_ref.sim.simulation import Simulation
    from metta_ref.tools.sim import SimConfig

SCORE = "evaluation_score"
"""Under which name a sidecar has the mean return of its evaluation, None where no episode ended."""

_log = logging.getLogger(__name__)


def evaluation_due(config: Config, epoch: int, agent_step: int) -> bool:
    """Whether the policy of an epoch is to be evaluated, and so saved."""
    interval = config.evaluation.interval
    return interval > 0 and (epoch % interval == 0 or agent_step >= config.trainer.total_timesteps)


def simulation_of(name: str, env: EnvConfig, settings: "EvaluationConfig | SimConfig") -> "Simulation":
    """What to play, as settings say."""
    from metta_ref.sim.simulation import Simulation

    return Simulation(
        name=name,
        env=env,
        episodes=settings.episodes,
        num_envs=settings.num_envs,
        seed=settings.seed,
        max_steps=settings.max_steps,
        greedy=settings.greedy,
    )


def evaluated(
    checkpoint: Checkpoint, config: Config, manager: CheckpointManager
) -> tuple[Checkpoint, float | None, Callable[[], None]]:
    """The checkpoint with its score as `evaluation.*` asks for it, the score, and what publishes the episodes when it
    is saved: a stats database that cannot take them is told, and training goes on.
    """
    from metta_ref.checkpoint.policies import Policy
    from metta_ref.sim.parts import Part, play_parts
    from metta_ref.sim.simulation import rewards

    epoch, env = checkpoint.epoch, config.env
    simulation = simulation_of(env.task, env, config.evaluation)
    agent = checkpoint.policy.build(checkpoint.snapshot.tensors["policy"])
    policy = Policy(key_and_version(manager.path(epoch), epoch), agent, checkpoint.sidecar)
    folder = tempfile.TemporaryDirectory(prefix="metta_ref-evaluation-")
    shard = Path(folder.name) / "shard.duckdb"
    parts = [Part(policy, simulation, block) for block in range(len(simulation.blocks))]
    earned = [reward for episodes in play_parts(parts, shard) for reward in rewards(episodes)]
    if not earned:
        _log.warning(
            "note: no episode of epoch %d ended within evaluation.max_steps=%d; raise it", epoch, simulation.max_steps
        )
    score = statistics.fmean(earned) if earned else None

    def publish() -> None:
        from metta_ref.eval.errors import StatsError
        from metta_ref.eval.simulation_stats_db import SimulationStatsDB

        try:
            with SimulationStatsDB(manager.run_dir / "stats.duckdb") as database:
                database.merge_in([shard])
        except StatsError as error:
            again = f"python -m metta_ref.tools.sim run={manager.run} epoch={epoch}"
            _log.warning("note: the evaluation of epoch %d is not published: %s; then %s", epoch, error, again)
        finally:
            folder.cleanup()

    return replace(checkpoint, sidecar={**checkpoint.sidecar, SCORE: score}), score, publish


def publish_again(epoch: int, config: Config, manager: CheckpointManager) -> None:
    """Publish what a kill may have cut off after the checkpoint was saved; what is there already stays as it is."""
    if SCORE in manager.read_sidecar(epoch):
        *_, publish = evaluated(manager.load(epoch), config, manager)
        publish()

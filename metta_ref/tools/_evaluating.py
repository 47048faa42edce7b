"""Evaluation during training: what is about to be saved is played first, and its episodes published after.

Nothing of training is touched: the policy is built anew from the checkpoint, and environments and random streams are
the evaluation's own. So the score is in the checkpoint, which is final once it stands, and no episode is published of
a policy that is not saved.
"""

import logging
import statistics
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

from metta_ref.checkpoint import Checkpoint, CheckpointManager, key_and_version
from metta_ref.config import Config

SCORE = "evaluation_score"
"""Under which name a sidecar has the mean return of its evaluation."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Evaluated:
    """The mean return of what an epoch's policy played, None where no episode ended, and the episodes, as a shard."""

    epoch: int
    score: float | None
    shard: Path
    folder: "tempfile.TemporaryDirectory[str]"


class Evaluator:
    """Plays the policies of a run as `evaluation.*` says."""

    def __init__(self, config: Config, manager: CheckpointManager) -> None:
        self._config, self._manager = config, manager

    def play(self, checkpoint: Checkpoint) -> tuple[Checkpoint, Evaluated]:
        """The checkpoint with its score, and the episodes, to be published when it is saved."""
        from metta_ref.checkpoint.building import built_agent
        from metta_ref.checkpoint.policies import Policy
        from metta_ref.sim.parts import Part, Pictures, play_parts
        from metta_ref.sim.simulation import Simulation, utc_now

        settings, env = self._config.evaluation, self._config.env
        simulation = Simulation(
            name=env.task,
            env=env,
            episodes=settings.episodes,
            num_envs=settings.num_envs,
            seed=settings.seed,
            max_steps=settings.max_steps,
            greedy=settings.greedy,
        )
        key = key_and_version(self._manager.path(checkpoint.epoch), checkpoint.epoch)
        agent = built_agent(checkpoint.policy, checkpoint.snapshot.tensors["policy"])
        policy = Policy(key, agent, checkpoint.sidecar)
        folder = tempfile.TemporaryDirectory(prefix="metta_ref-evaluation-")
        shard = Path(folder.name) / "shard.duckdb"
        parts = [Part(0, policy, simulation, block) for block in range(len(simulation.blocks))]
        played = play_parts(parts, shard, Pictures(0, Path(folder.name), ""), utc_now)
        rewards = [reward for part in played for reward in part.rewards]
        if not rewards:
            asked = f"evaluation.max_steps={settings.max_steps}"
            _log.warning("note: no episode of epoch %d ended within %s; raise it", checkpoint.epoch, asked)
        done = Evaluated(checkpoint.epoch, statistics.fmean(rewards) if rewards else None, shard, folder)
        return replace(checkpoint, sidecar={**checkpoint.sidecar, SCORE: done.score}), done

    def publish(self, done: Evaluated) -> None:
        """Merge episodes into the run's stats database; one that cannot take them is told, and training goes on."""
        from metta_ref.eval.errors import StatsError
        from metta_ref.eval.publish import publish

        try:
            publish([done.shard], self._manager.run_dir / "stats.duckdb")
        except StatsError as error:
            again = f"python -m metta_ref.tools.sim run={self._manager.run} epoch={done.epoch}"
            _log.warning("note: the evaluation of epoch %d is not published: %s; then %s", done.epoch, error, again)
        finally:
            done.folder.cleanup()

    def publish_again(self, epoch: int) -> None:
        """Publish what a kill may have cut off after the checkpoint was saved; what is there already stays as it is."""
        if SCORE in self._manager.read_sidecar(epoch):
            _, done = self.play(self._manager.load(epoch))
            self.publish(done)


def evaluation_due(config: Config, epoch: int, agent_step: int) -> bool:
    """Whether the policy of an epoch is to be evaluated, and so saved."""
    interval = config.evaluation.interval
    return interval > 0 and (epoch % interval == 0 or agent_step >= config.trainer.total_timesteps)

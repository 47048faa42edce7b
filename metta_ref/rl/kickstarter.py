"""Kickstarting (Schmitt et al. 2018, arXiv 1803.03835): a student drawn towards a teacher at first.

The loss gains lambda(step) * H(teacher || student), the cross-entropy on the student's own trajectories,
with lambda falling linearly to 0. Without a teacher a null object takes the place, so that nobody who
computes the loss has to ask.
"""

from pathlib import Path
from typing import Protocol

import torch
from torch import Tensor

from metta_ref.agents.interface import Agent, State
from metta_ref.checkpoint import CheckpointManager, CheckpointStateError, key_and_version
from metta_ref.checkpoint.names import parse_epoch
from metta_ref.config import KickstartConfig, run_dir
from metta_ref.envs import VectorEnv
from metta_ref.rl.losses import cross_entropy
from metta_ref.rl.rollout import Rollout
from metta_ref.rl.schedules import annealed
from metta_ref.rl.state import Arrays, array, numbered, unnumbered


class Kickstarter(Protocol):
    """What the update needs of a teacher."""

    def targets(self, rollout: Rollout) -> Tensor:
        """The teacher's action probabilities [T, B, A] on a rollout; its memory moves on."""
        ...

    def loss(self, targets: Tensor, log_probs: Tensor, step: int) -> Tensor:
        """What to add to the loss, given targets and the student's log probabilities of a minibatch."""
        ...

    def state_dict(self) -> Arrays:
        """The teacher's weights and memory: its run may have trained on when this one is resumed."""
        ...

    def load_state_dict(self, state: Arrays) -> None:
        """The inverse of `state_dict`, whose keys `state` has."""
        ...


class NoKickstarter:
    """The null object: no memory, no targets, no loss."""

    def targets(self, rollout: Rollout) -> Tensor:
        """An empty tensor [T, B, 0]."""
        return rollout.log_probs.new_zeros((*rollout.log_probs.shape, 0))

    def loss(self, targets: Tensor, log_probs: Tensor, step: int) -> Tensor:  # noqa: ARG002 - no teacher, no loss
        """Zero."""
        return log_probs.new_zeros(())

    def state_dict(self) -> Arrays:
        """Empty."""
        return {}

    def load_state_dict(self, state: Arrays) -> None:
        """Nothing to load."""


class TeacherKickstarter:
    """One teacher, whose weights no gradient reaches."""

    def __init__(self, teacher: Agent, config: KickstartConfig, num_envs: int) -> None:
        self._teacher, self._config = teacher, config
        self._state: State = teacher.initial_state(num_envs)

    def targets(self, rollout: Rollout) -> Tensor:
        """See `Kickstarter`."""
        with torch.no_grad():
            logits, _, self._state = self._teacher.sequence(rollout.obs, self._state, rollout.starts)
            return logits.softmax(-1)

    def loss(self, targets: Tensor, log_probs: Tensor, step: int) -> Tensor:
        """See `Kickstarter`."""
        weight = annealed(self._config.coefficient, step, self._config.timesteps)
        return weight * cross_entropy(targets, log_probs)

    def state_dict(self) -> Arrays:
        """See `Kickstarter`."""
        weights = {f"weights.{name}": array(tensor) for name, tensor in self._teacher.state_dict().items()}
        return weights | numbered("state", self._state)

    def load_state_dict(self, state: Arrays) -> None:
        """See `Kickstarter`."""
        prefix = "weights."
        self._teacher.load_state_dict(
            {
                name.removeprefix(prefix): torch.from_numpy(values)
                for name, values in state.items()
                if name.startswith(prefix)
            }
        )
        device = next(parameter.device for _, parameter in self._teacher.named_parameters())
        self._state = unnumbered("state", state, device)


def make_kickstarter(config: KickstartConfig, env: VectorEnv, device: torch.device) -> Kickstarter:
    """The kickstarter that the configuration asks for; an empty teacher asks for none.

    Raises CheckpointError when the teacher cannot be loaded or was trained on another task's shapes.
    """
    if not config.teacher:
        return NoKickstarter()
    manager, epoch = _located(config.teacher)
    spec = manager.load(epoch).policy
    if (spec.observation_shape, spec.num_actions) != (env.observation_shape, env.num_actions):
        raise CheckpointStateError(
            f"kickstart.teacher={config.teacher}: sees {spec.observation_shape} and has {spec.num_actions} "
            f"actions, but this task has {env.observation_shape} and {env.num_actions}; name another teacher"
        )
    teacher, _ = manager.load_policy(epoch)
    return TeacherKickstarter(teacher.to(device), config, env.num_envs)


def _located(teacher: str) -> tuple[CheckpointManager, int]:
    """A run's name is its newest checkpoint; anything with a slash is a directory of checkpoints."""
    if "/" not in teacher:
        manager = CheckpointManager(run_dir(teacher))
        return manager, manager.latest()
    path = Path(teacher)
    epoch = parse_epoch(path.name)
    manager = CheckpointManager(path.parent if epoch is None else path.parent.parent)
    key_and_version(path, 0 if epoch is None else epoch)
    return manager, manager.latest() if epoch is None else epoch

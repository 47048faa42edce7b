"""Kickstarting (Schmitt et al. 2018, arXiv 1803.03835): a student drawn towards its teachers at first.

On the student's own trajectories the loss gains, summed over teachers i,

    lambda(step) * (c_i H(teacher_i || student) + v_i / 2 (V_teacher_i - V_student)^2)

the cross-entropy and a value term, with lambda falling linearly from 1 to 0. Without a teacher a null object
takes the place, so that nobody who computes the loss has to ask.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from metta_ref.agents.interface import Agent, State
from metta_ref.checkpoint import CheckpointError
from metta_ref.checkpoint.policies import PolicyCache
from metta_ref.config import KickstartConfig
from metta_ref.envs import VectorEnv
from metta_ref.rl.group import ALONE, Group
from metta_ref.rl.losses import cross_entropy
from metta_ref.rl.rollout import Rollout
from metta_ref.rl.schedules import annealed
from metta_ref.rl.state import Arrays, array, numbered, unnumbered


@dataclass(frozen=True, slots=True)
class Targets:
    """What K teachers say of a rollout: action probabilities [T, B, K, A] and values [T, B, K]."""

    probabilities: Tensor
    values: Tensor

    def rows(self, chosen: Tensor) -> "Targets":
        """Those of some environments, int64[b]."""
        return Targets(self.probabilities[:, chosen], self.values[:, chosen])


class Kickstarter(Protocol):
    """What the update needs of teachers."""

    def targets(self, rollout: Rollout) -> Targets:
        """What the teachers say of a rollout; their memory moves on."""
        ...

    def loss(self, targets: Targets, log_probs: Tensor, values: Tensor, step: int) -> Tensor:
        """What to add to the loss, given the student's log probabilities [T, b, A] and values [T, b]."""
        ...

    def state_dict(self) -> Arrays:
        """Weights and memory of the teachers: their runs may have trained on when this one is resumed."""
        ...

    def load_state_dict(self, state: Arrays) -> None:
        """The inverse of `state_dict`, whose keys `state` has."""
        ...


class NoKickstarter:
    """The null object: no memory, no targets, no loss."""

    def targets(self, rollout: Rollout) -> Targets:
        """Those of no teacher."""
        nothing = rollout.log_probs.new_zeros((*rollout.log_probs.shape, 0))
        return Targets(nothing.unsqueeze(-1), nothing)

    def loss(self, targets: Targets, log_probs: Tensor, values: Tensor, step: int) -> Tensor:  # noqa: ARG002 - no teacher
        """Zero."""
        return log_probs.new_zeros(())

    def state_dict(self) -> Arrays:
        """Empty."""
        return {}

    def load_state_dict(self, state: Arrays) -> None:
        """Nothing to load."""


class TeacherKickstarter:
    """One or more teachers, whose weights no gradient reaches; `config` has coefficients for each."""

    def __init__(self, teachers: Sequence[Agent], config: KickstartConfig, num_envs: int, device: torch.device) -> None:
        self._teachers, self._config, self._device = [teacher.to(device) for teacher in teachers], config, device
        self._states: list[State] = [teacher.initial_state(num_envs) for teacher in self._teachers]

    def targets(self, rollout: Rollout) -> Targets:
        """See `Kickstarter`."""
        probabilities, values = [], []
        with torch.no_grad():
            for number, teacher in enumerate(self._teachers):
                logits, value, state = teacher.sequence(rollout.obs, self._states[number], rollout.starts)
                self._states[number] = state
                probabilities.append(logits.softmax(-1))
                values.append(value)
        return Targets(torch.stack(probabilities, 2), torch.stack(values, 2))

    def loss(self, targets: Targets, log_probs: Tensor, values: Tensor, step: int) -> Tensor:
        """See `Kickstarter`."""
        count = len(self._teachers)
        total = log_probs.new_zeros(())
        for number in range(count):
            towards = cross_entropy(targets.probabilities[:, :, number], log_probs)
            errors = 0.5 * (targets.values[:, :, number] - values).square().mean()
            total = total + _each(self._config.coefficient, count)[number] * towards
            total = total + _each(self._config.value_coefficient, count)[number] * errors
        return annealed(1.0, step, self._config.timesteps) * total

    def state_dict(self) -> Arrays:
        """See `Kickstarter`."""
        state: Arrays = {}
        for number, teacher in enumerate(self._teachers):
            weights = {f"{number}.weights.{name}": array(tensor) for name, tensor in teacher.state_dict().items()}
            state |= weights | numbered(f"{number}.state", self._states[number])
        return state

    def load_state_dict(self, state: Arrays) -> None:
        """See `Kickstarter`."""
        for number, teacher in enumerate(self._teachers):
            prefix = f"{number}.weights."
            weights = {name: values for name, values in state.items() if name.startswith(prefix)}
            teacher.load_state_dict(
                {name.removeprefix(prefix): torch.from_numpy(values) for name, values in weights.items()}
            )
            self._states[number] = unnumbered(f"{number}.state", state, self._device)


def make_kickstarter(
    config: KickstartConfig, env: VectorEnv, device: torch.device, group: Group = ALONE
) -> Kickstarter:
    """The kickstarter that the configuration asks for; without teachers, none.

    Raises CheckpointError when a teacher cannot be loaded or was trained on another task's shapes.
    """
    if not config.teacher:
        return NoKickstarter()
    return TeacherKickstarter(group.first(lambda: _loaded(config, env)), config, env.num_envs, device)


def _loaded(config: KickstartConfig, env: VectorEnv) -> list[Agent]:
    policies = PolicyCache(size=0)
    teachers = []
    for uri in config.teacher:
        try:
            policy = policies.load(uri, env.observation, env.num_actions)
        except CheckpointError as error:
            raise type(error)(f"kickstart.teacher: {error}") from error
        teachers.append(policy.agent)
    return teachers


def _each(values: tuple[float, ...], count: int) -> tuple[float, ...]:
    """One value for each teacher; a single one is every teacher's."""
    return values * count if len(values) == 1 else values

"""Kickstarting (Schmitt et al. 2018, arXiv 1803.03835): a student drawn towards its teachers at first.

On the student's own trajectories the loss gains, summed over teachers i,

    lambda(step) * (c_i H(teacher_i || student) + v_i / 2 (V_teacher_i - V_student)^2)

the cross-entropy and a value term, with lambda falling linearly from 1 to 0.
"""

from collections.abc import Sequence

import torch
from torch import Tensor

from metta_ref.agents.interface import Agent, State
from metta_ref.checkpoint import PolicySpec
from metta_ref.checkpoint.errors import CheckpointError, CheckpointStateError
from metta_ref.checkpoint.policies import PolicyCache
from metta_ref.config import KickstartConfig
from metta_ref.envs import VectorEnv
from metta_ref.rl.group import ALONE, Group
from metta_ref.rl.ppo import annealed, cross_entropy
from metta_ref.rl.rollout import Rollout
from metta_ref.rl.state import Tree

Targets = list[tuple[Tensor, Tensor]]
"""What each teacher says of a rollout: action probabilities [T, B, A] and values [T, B]."""

Teacher = tuple[PolicySpec, Agent]


class Kickstarter:
    """Any number of teachers, whose weights no gradient reaches; with none there is no target, no loss, no state."""

    def __init__(self, teachers: Sequence[Agent], config: KickstartConfig, num_envs: int, device: torch.device) -> None:
        self._teachers, self._config = [teacher.to(device) for teacher in teachers], config
        self._states: list[State] = [teacher.initial_state(num_envs) for teacher in self._teachers]

    def targets(self, rollout: Rollout, step: int) -> Targets:
        """What the teachers say of a rollout; their memory moves on. Nobody asks them once they no longer count."""
        targets: Targets = []
        if step >= self._config.timesteps:
            return targets
        with torch.no_grad():
            for number, teacher in enumerate(self._teachers):
                logits, values, state = teacher.sequence(rollout.obs, self._states[number], rollout.starts)
                self._states[number] = state
                targets.append((logits.softmax(-1), values))
        return targets

    def loss(self, targets: Targets, rows: Tensor, log_probs: Tensor, values: Tensor, step: int) -> Tensor:
        """What to add to the loss, given the student's log probabilities [T, b, A] and values [T, b] in some
        environments int64[b].
        """
        total, count = log_probs.new_zeros(()), len(targets)
        weights = _each(self._config.coefficient, count), _each(self._config.value_coefficient, count)
        for (wanted, expected), weight, value_weight in zip(targets, *weights, strict=True):
            errors = 0.5 * (expected[:, rows] - values).square().mean()
            total = total + weight * cross_entropy(wanted[:, rows], log_probs) + value_weight * errors
        return annealed(1.0, step, self._config.timesteps) * total

    def state(self) -> Tree:
        """Weights and memory of the teachers: their runs may have trained on when this one is resumed."""
        both = zip(self._teachers, self._states, strict=True)
        return [{"weights": teacher.state_dict(), "state": state} for teacher, state in both]


def chosen_teachers(
    config: KickstartConfig, env: VectorEnv, group: Group = ALONE, known: Sequence[PolicySpec] = ()
) -> Sequence[Teacher]:
    """Those that the configuration names; or the `known` ones of a checkpoint, which will bring their weights.

    Raises CheckpointError when one cannot be had or was trained on another task's shapes.
    """

    def loaded() -> list[Teacher]:
        policies = PolicyCache(size=0)
        teachers = [policies.load(uri, env.observation, env.num_actions) for uri in config.teacher]
        return [(teacher.spec, teacher.agent) for teacher in teachers]

    def blank() -> list[Teacher]:
        try:
            agents = [spec.new() for spec in known]
        except ValueError as error:
            raise CheckpointStateError(f"{error}; use the version of metta_ref that wrote the checkpoint") from error
        for agent in agents:
            agent.adapt(env.observation)
        return list(zip(known, agents, strict=True))

    try:
        return group.first(blank if known else loaded) if config.teacher else []
    except CheckpointError as error:
        raise type(error)(f"kickstart.teacher: {error}") from error


def _each(values: tuple[float, ...], count: int) -> tuple[float, ...]:
    """One value for each teacher; a single one is every teacher's."""
    return values * count if len(values) == 1 else values

"""The one interface of all agents, and of the recurrent cores that tell them apart."""

from collections.abc import Iterator, Mapping
from typing import Any, Protocol, Self

import torch
from torch import Tensor

from metta_ref.config import Observation

State = tuple[Tensor, ...]
"""Recurrent state: tensors whose first axis is the environment; the empty tuple for no memory."""


class Core(Protocol):
    """What happens over time between encoder and heads; T steps, B environments, D features."""

    def initial_state(self, batch: int) -> State:
        """The state before an episode."""

    def __call__(self, inputs: Tensor, state: State, starts: Tensor) -> tuple[Tensor, State]:
        """Outputs [T, B, D] of inputs [T, B, D]; where `starts` bool[T, B], memory is cleared first."""


class Agent(Protocol):
    """A recurrent policy with a value estimate, as a torch module.

    `starts` marks the first observation of an episode: the state is cleared before it is seen. Stepping through a
    sequence one by one gives the outputs of the whole sequence at once.
    """

    def initial_state(self, batch: int) -> State:
        """The state before an episode, for `batch` environments, on the agent's device."""

    def step(self, obs: Tensor, state: State, starts: Tensor) -> tuple[Tensor, Tensor, State]:
        """Logits [B, A], values [B] and the next state for obs [B, *shape] and starts bool[B]."""

    def sequence(self, obs: Tensor, state: State, starts: Tensor) -> tuple[Tensor, Tensor, State]:
        """Logits [T, B, A], values [T, B] and the last state for obs [T, B, *shape] and starts bool[T, B]."""

    def adapt(self, observation: Observation) -> None:
        """Read tokens as an environment with these feature ids means them; nothing to do for a box."""

    # As torch's modules do.
    def named_parameters(self) -> Iterator[tuple[str, torch.nn.Parameter]]: ...
    def state_dict(self) -> dict[str, Any]: ...
    def load_state_dict(self, state_dict: Mapping[str, Any]) -> Any: ...
    def to(self, device: torch.device) -> Self: ...
    def eval(self) -> Self: ...

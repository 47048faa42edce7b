"""A policy at play: the one loop of everything that measures or shows it, and the actions that it draws."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
import torch
from numpy.typing import NDArray

from metta_ref.agents.interface import Agent
from metta_ref.config import RefusedError
from metta_ref.envs import Info, VectorEnv
from metta_ref.envs.streams import draw, seeded_streams


class ReplayError(RefusedError):
    """A replay that cannot be read or made."""


@runtime_checkable
class Pictured(Protocol):
    """An environment that can draw itself."""

    def picture(self, row: int) -> str:
        """One of its environments as lines of text."""
        ...


@dataclass(frozen=True, slots=True)
class Frame:
    """What stood before a step, what the policy thought of it, and what the step paid.

    `probabilities` are of the actions, `value` is the policy's estimate of what is still to come.
    """

    picture: str
    action: int
    probabilities: tuple[float, ...]
    value: float
    reward: float


@dataclass(frozen=True, slots=True)
class Step:
    """A step of N environments: where an episode `ended` bool[N], or was `truncated`, and the first one's frame."""

    ended: NDArray[np.bool_]
    truncated: NDArray[np.bool_]
    info: Info
    frame: Frame | None


def play(
    agent: Agent, env: VectorEnv, streams: NDArray[np.uint64], *, greedy: bool, watched: bool = False
) -> Iterator[Step]:
    """Steps without end, from new episodes on; `streams` uint64[N] are of actions and advance.

    If `watched`, the first environment is pictured. The picture of an end is the one before the last step: by then the
    environment shows the next episode. Raises ReplayError when it cannot draw itself.
    """
    if watched and not isinstance(env, Pictured):
        raise ReplayError(f"{env.metadata['name']}: cannot be drawn as text; choose the grid or the tmaze")
    obs, _ = env.reset()
    state, starts = agent.initial_state(env.num_envs), np.ones(env.num_envs, np.bool_)
    while True:
        with torch.inference_mode():
            logits, values, state = agent.step(torch.from_numpy(obs), state, torch.from_numpy(starts))
        scores = logits.double().numpy()
        actions = scores.argmax(axis=-1) if greedy else sampled(scores, streams)
        picture = env.picture(0) if watched and isinstance(env, Pictured) else None
        obs, rewards, _, truncated, info = env.step(actions)
        starts = info["_final_obs"]
        frame = None
        if picture is not None:
            chances = tuple(logits[0].softmax(-1).tolist())
            frame = Frame(picture, int(actions[0]), chances, float(values[0]), float(rewards[0]))
        yield Step(starts, truncated, info, frame)


def action_streams(seed: int, first_env: int, num_envs: int) -> NDArray[np.uint64]:
    """Random streams uint64[num_envs] for sampling; not those that the environments have from that seed."""
    own = int(np.random.SeedSequence([seed, 1]).generate_state(1, np.uint64)[0])
    return seeded_streams(own, first_env, num_envs)


def sampled(logits: NDArray[np.float64], streams: NDArray[np.uint64]) -> NDArray[np.int64]:
    """An action for each lane with the probabilities softmax(logits); logits [N, A], streams [N].

    By inversion of the cumulative distribution, each lane from its own stream, which advances in place: one
    lane's episodes do not depend on how long another's last.
    """
    weights = np.exp(logits - logits.max(axis=-1, keepdims=True))
    cumulative = np.cumsum(weights, axis=-1)
    uniform = draw(streams, np.ones(len(streams), np.bool_), 1 << 32) / (1 << 32)
    return np.asarray((cumulative > (uniform * cumulative[:, -1])[:, None]).argmax(axis=-1), np.int64)

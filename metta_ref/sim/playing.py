"""A policy at play: the one loop of everything that watches or measures it."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
import torch
from numpy.typing import NDArray

from metta_ref.agents.interface import Agent
from metta_ref.envs import Info, VectorEnv
from metta_ref.sim.actions import action_streams, likeliest, sampled


class ReplayError(Exception):
    """A replay that cannot be read or made; the message says what to do."""


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
    """A step of N environments: where an episode `ended` bool[N], or was `truncated`, and frames by environment."""

    ended: NDArray[np.bool_]
    truncated: NDArray[np.bool_]
    info: Info
    frames: dict[int, Frame]


def play(
    agent: Agent, env: VectorEnv, streams: NDArray[np.uint64], *, greedy: bool, watched: Collection[int] = ()
) -> Iterator[Step]:
    """Steps without end, from new episodes on; `streams` uint64[N] are of actions and advance.

    Environments that `watched` holds when a step begins are pictured. The picture of an end is the one before the
    last step: by then the environment shows the next episode.

    Raises:
        ReplayError: an environment to watch cannot draw itself.
    """
    if watched and not isinstance(env, Pictured):
        raise ReplayError(f"{env.metadata['name']}: cannot be drawn as text; choose the grid or the tmaze")
    obs, _ = env.reset()
    state, starts = agent.initial_state(env.num_envs), np.ones(env.num_envs, np.bool_)
    while True:
        with torch.inference_mode():
            logits, values, state = agent.step(torch.from_numpy(obs), state, torch.from_numpy(starts))
        scores = logits.double().numpy()
        actions = likeliest(scores) if greedy else sampled(scores, streams)
        pictures = {lane: env.picture(lane) for lane in watched} if isinstance(env, Pictured) else {}
        obs, rewards, _, truncated, info = env.step(actions)
        starts = info["_final_obs"]
        frames = {
            lane: Frame(
                picture,
                int(actions[lane]),
                tuple(logits[lane].softmax(-1).tolist()),
                float(values[lane]),
                float(rewards[lane]),
            )
            for lane, picture in pictures.items()
        }
        yield Step(starts, truncated, info, frames)


def watch(agent: Agent, env: VectorEnv, seed: int, *, greedy: bool, max_steps: int) -> Iterator[Frame]:
    """The frames of one episode in an environment with a batch of one, as they come.

    Raises:
        ReplayError: the environment cannot draw itself.
    """
    steps = play(agent, env, action_streams(seed, 0, 1), greedy=greedy, watched=(0,))
    for _, step in zip(range(max_steps), steps, strict=False):
        yield step.frames[0]
        if step.ended[0]:
            return

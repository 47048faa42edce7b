"""One episode in pictures: kept as a file, shown again."""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from itertools import accumulate, islice
from pathlib import Path

import msgspec

from metta_ref.agents.interface import Agent
from metta_ref.config import RefusedError
from metta_ref.envs import VectorEnv
from metta_ref.sim.simulation import action_streams, play

FORMAT_VERSION = 1


class _Format(msgspec.Struct):
    format_version: int


@dataclass(frozen=True, slots=True)
class Frame:
    """What stood before a step, what the policy thought of it, and what the step paid."""

    picture: str
    action: int
    probabilities: tuple[float, ...]
    value: float
    reward: float


@dataclass(frozen=True, slots=True)
class Replay:
    """An episode of one policy, (run, epoch), in one task."""

    policy: tuple[str, int]
    task: str
    seed: int
    frames: tuple[Frame, ...]
    format_version: int = FORMAT_VERSION

    @property
    def total(self) -> float:
        return sum(frame.reward for frame in self.frames)


def watched(agent: Agent, env: VectorEnv, seed: int, max_steps: int, *, greedy: bool) -> tuple[Frame, ...]:
    """The next episode of the first environment; none when it does not end within so many steps.

    Raises RefusedError when the environment cannot draw itself.
    """
    draw = getattr(env, "picture", None)
    if draw is None:
        raise RefusedError(f"{env.metadata['name']}: cannot be drawn as text; choose the grid or the tmaze")
    frames, (obs, _), streams = [], env.reset(), action_streams(seed, 0, env.num_envs)
    picture = draw(0)
    for step in islice(play(agent, env, obs, streams, greedy=greedy), max_steps):
        chances = tuple(step.logits[0].softmax(-1).tolist())
        frames.append(Frame(picture, int(step.actions[0]), chances, float(step.values[0]), float(step.rewards[0])))
        if step.info["_final_obs"][0]:
            return tuple(frames)
        picture = draw(0)
    return ()


def to_json(replay: Replay) -> str:
    return msgspec.json.format(msgspec.json.encode(replay).decode(), indent=1) + "\n"


def from_json(text: str | bytes, where: Path) -> Replay:
    """The inverse of `to_json`. Raises RefusedError when the text is no replay, or one of a newer format."""
    try:
        version = msgspec.json.decode(text, type=_Format).format_version
        if version > FORMAT_VERSION:
            raise RefusedError(f"{where}: format {version} is newer than this code reads; update it")
        replay = msgspec.json.decode(text, type=Replay)
    except msgspec.DecodeError as error:
        raise RefusedError(f"{where}: not a replay ({error}); record one with metta_ref.tools.play") from error
    if not replay.frames:
        raise RefusedError(f"{where}: a replay without a single step; record one with metta_ref.tools.play")
    return replay


def to_text(replay: Replay) -> Iterator[str]:
    """Each step as a picture with a line about it."""
    earned = 0.0
    for number, frame in enumerate(replay.frames, 1):
        earned += frame.reward
        chances = " ".join(f"{chance:.2f}" for chance in frame.probabilities)
        choice = f"action {frame.action}  of [{chances}]  value {frame.value:+.3f}"
        outcome = f"reward {frame.reward:g}  return {earned:g}"
        yield f"{frame.picture}\nstep {number}/{len(replay.frames)}  {choice}  {outcome}\n"


def to_html(replay: Replay) -> str:
    """The replay as one page that needs nothing else: its frames, to step or to run through."""
    from jinja2 import Template  # takes long to load, and evaluations that keep replays write no page

    template = resources.files("metta_ref.sim").joinpath("replay.html").read_text(encoding="utf-8")
    returns = accumulate(frame.reward for frame in replay.frames)
    steps = list(zip(replay.frames, returns, strict=True))
    page: str = Template(template, autoescape=True).render(replay=replay, steps=steps)
    return page

"""One episode in pictures: kept as a file, shown again."""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from itertools import accumulate
from pathlib import Path

import msgspec

from metta_ref.sim.playing import Frame, ReplayError

FORMAT_VERSION = 1


class _Format(msgspec.Struct):
    format_version: int


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
        """The episode's return."""
        return sum(frame.reward for frame in self.frames)


def to_json(replay: Replay) -> str:
    """The replay as a file keeps it."""
    return msgspec.json.format(msgspec.json.encode(replay).decode(), indent=1) + "\n"


def from_json(text: str | bytes, where: Path) -> Replay:
    """The inverse of `to_json`.

    Raises ReplayError when the text is no replay, or one of a newer format.
    """
    try:
        version = msgspec.json.decode(text, type=_Format).format_version
        if version > FORMAT_VERSION:
            raise ReplayError(f"{where}: format {version} is newer than this code reads; update it")
        replay = msgspec.json.decode(text, type=Replay)
    except msgspec.DecodeError as error:
        raise ReplayError(f"{where}: not a replay ({error}); record one with metta_ref.tools.play") from error
    if not replay.frames:
        raise ReplayError(f"{where}: a replay without a single step; record one with metta_ref.tools.play")
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
    """The replay as one page that needs nothing else: its frames, to step or to run through.

    Without scripts all frames stand one below the other.
    """
    from jinja2 import Template  # takes long to load, and evaluations that keep replays write no page

    template = resources.files("metta_ref.sim").joinpath("replay.html").read_text(encoding="utf-8")
    returns = accumulate(frame.reward for frame in replay.frames)
    steps = list(zip(replay.frames, returns, strict=True))
    page: str = Template(template, autoescape=True).render(replay=replay, steps=steps)
    return page

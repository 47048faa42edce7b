"""One episode in pictures: kept as a file, shown again."""

import html
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from importlib import resources
from itertools import accumulate
from pathlib import Path
from string import Template

from metta_ref.sim.playing import Frame, ReplayError

FORMAT_VERSION = 1


@dataclass(frozen=True, slots=True)
class Replay:
    """An episode of one policy, (run, epoch), in one task."""

    policy: tuple[str, int]
    task: str
    seed: int
    frames: tuple[Frame, ...]

    @property
    def total(self) -> float:
        """The episode's return."""
        return sum(frame.reward for frame in self.frames)


def to_json(replay: Replay) -> str:
    """The replay as a file keeps it."""
    return json.dumps({"format_version": FORMAT_VERSION, **asdict(replay)}, indent=1) + "\n"


def from_json(text: str, where: Path) -> Replay:
    """The inverse of `to_json`.

    Raises ReplayError when the text is no replay, or one of a newer format.
    """
    try:
        plain = json.loads(text)
        if plain["format_version"] > FORMAT_VERSION:
            raise ReplayError(f"{where}: format {plain['format_version']} is newer than this code reads; update it")
        frames = tuple(
            Frame(
                str(f["picture"]),
                int(f["action"]),
                tuple(map(float, f["probabilities"])),
                float(f["value"]),
                float(f["reward"]),
            )
            for f in plain["frames"]
        )
        if not frames:
            raise ReplayError(f"{where}: a replay without a single step; record one with metta_ref.tools.play")
        run, epoch = plain["policy"]
        return Replay((str(run), int(epoch)), str(plain["task"]), int(plain["seed"]), frames)
    except (ValueError, KeyError, TypeError) as error:
        raise ReplayError(f"{where}: not a replay ({error!r}); record one with metta_ref.tools.play") from error


def captioned(frames: Iterable[Frame], count: int) -> Iterator[tuple[Frame, str]]:
    """The frames of an episode of up to `count` steps, as they come, each with a line about it."""
    earned = 0.0
    for number, frame in enumerate(frames, 1):
        earned += frame.reward
        chances = " ".join(f"{chance:.2f}" for chance in frame.probabilities)
        choice = f"action {frame.action}  of [{chances}]  value {frame.value:+.3f}"
        yield frame, f"step {number}/{count}  {choice}  reward {frame.reward:g}  return {earned:g}"


def to_html(replay: Replay) -> str:
    """The replay as one page that needs nothing else: its frames, to step or to run through.

    Without scripts all frames stand one below the other.
    """
    run, epoch = replay.policy
    count, figures = len(replay.frames), []
    returns = accumulate(frame.reward for frame in replay.frames)
    for number, (frame, earned) in enumerate(zip(replay.frames, returns, strict=True), 1):
        facts = f"Step {number} of {count} · value {frame.value:+.3f} · reward {frame.reward:g} · return {earned:g}"
        taken = {frame.action: " <b>taken</b>"}
        choices = "".join(
            f"<li><meter value={chance:.3f}></meter> {chance:.2f}{taken.get(action, '')}</li>"
            for action, chance in enumerate(frame.probabilities)
        )
        figures.append(
            f"<figure><pre>{html.escape(frame.picture)}</pre><figcaption>{facts}</figcaption>"
            f"<ol start=0>{choices}</ol></figure>"
        )
    title = html.escape(f"{run}, epoch {epoch}, in {replay.task}")
    page = Template(resources.files("metta_ref.sim").joinpath("replay.html").read_text(encoding="utf-8"))
    return page.substitute(title=title, frames="\n".join(figures), last=count - 1, total=f"{replay.total:g}")

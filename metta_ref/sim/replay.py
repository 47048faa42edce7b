"""One episode in pictures: kept as a file, shown again."""

import html
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

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
        frames = tuple(_frame(frame) for frame in plain["frames"])
        if not frames:
            raise ReplayError(f"{where}: a replay without a single step; record one with metta_ref.tools.play")
        run, epoch = plain["policy"]
        return Replay((str(run), int(epoch)), str(plain["task"]), int(plain["seed"]), frames)
    except (ValueError, KeyError, TypeError) as error:
        raise ReplayError(f"{where}: not a replay ({error!r}); record one with metta_ref.tools.play") from error


def caption(frame: Frame, number: int, count: int, earned: float) -> str:
    """One line about a frame."""
    chances = " ".join(f"{chance:.2f}" for chance in frame.probabilities)
    return (
        f"step {number + 1}/{count}  action {frame.action}  of [{chances}]  value {frame.value:+.3f}  "
        f"reward {frame.reward:g}  return {earned:g}"
    )


def captions(frames: Sequence[Frame]) -> list[str]:
    """A line about each frame of an episode."""
    earned, lines = 0.0, []
    for number, frame in enumerate(frames):
        earned += frame.reward
        lines.append(caption(frame, number, len(frames), earned))
    return lines


def to_html(replay: Replay) -> str:
    """The replay as one page that needs nothing else: its frames, to step or to run through.

    Without scripts all frames stand one below the other.
    """
    run, epoch = replay.policy
    title = html.escape(f"{run}, epoch {epoch}, in {replay.task}")
    count, earned, figures = len(replay.frames), 0.0, []
    for number, frame in enumerate(replay.frames, 1):
        earned += frame.reward
        facts = f"Step {number} of {count} · value {frame.value:+.3f} · reward {frame.reward:g} · return {earned:g}"
        figures.append(
            f"<figure><pre>{html.escape(frame.picture)}</pre><figcaption>{facts}</figcaption>"
            f"<ol start=0>{''.join(_choices(frame))}</ol></figure>"
        )
    return _PAGE.format(title=title, frames="\n".join(figures), last=count - 1, total=f"{replay.total:g}")


def _choices(frame: Frame) -> Iterator[str]:
    """An item for each action: how likely it was, and which one was taken."""
    for action, chance in enumerate(frame.probabilities):
        taken = " <b>taken</b>" if action == frame.action else ""
        yield f"<li><meter value={chance:.3f}></meter> {chance:.2f}{taken}</li>"


def _frame(plain: Any) -> Frame:
    return Frame(
        picture=str(plain["picture"]),
        action=int(plain["action"]),
        probabilities=tuple(map(float, plain["probabilities"])),
        value=float(plain["value"]),
        reward=float(plain["reward"]),
    )


_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<style>
body {{ font: 1rem/1.5 system-ui, sans-serif; max-width: 40rem; margin: 2rem auto; padding: 0 1rem }}
h1 {{ font-size: 1.4rem }}
pre {{ font-size: 1.5rem; line-height: 1.2; overflow-x: auto }}
figure {{ margin: 1rem 0 }}
form:not([hidden]) {{ display: flex; gap: 1rem }}
input {{ flex: 1; min-width: 0 }}
meter {{ width: 8rem }}
</style>
<h1>{title}</h1>
<p>Return {total}. Below each picture: the policy's estimate of what is to come, and its choice among the actions.</p>
<form hidden><button type="button">Play</button>
<input type="range" min="0" max="{last}" value="0" aria-label="Step"></form>
{frames}
<script>
const slider = document.querySelector("input"), button = document.querySelector("button");
const figures = document.querySelectorAll("figure");
const show = () => figures.forEach((figure, number) => figure.hidden = number !== Number(slider.value));
let timer;
const stop = () => {{ clearInterval(timer); timer = undefined; button.textContent = "Play"; }};
const next = () => {{ slider.stepUp(); show(); if (slider.value === slider.max) stop(); }};
slider.addEventListener("input", () => {{ stop(); show(); }});
button.addEventListener("click", () => {{
  if (timer) return stop();
  if (slider.value === slider.max) slider.value = 0;
  show();
  button.textContent = "Pause";
  timer = setInterval(next, 400);
}});
document.querySelector("form").hidden = false;
show();
</script>
</html>
"""

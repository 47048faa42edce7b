"""One episode in pictures: kept as a file, shown again."""

import html
import json
from collections.abc import Sequence
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
    """The replay as one page that needs nothing else: a slider over its frames."""
    run, epoch = replay.policy
    title = html.escape(f"{run}, epoch {epoch}, in {replay.task}")
    frames = "\n".join(
        f'<figure id="f{number}"{" hidden" if number else ""}>'
        f"<pre>{html.escape(frame.picture)}</pre><figcaption>{html.escape(line)}</figcaption></figure>"
        for number, (frame, line) in enumerate(zip(replay.frames, captions(replay.frames), strict=True))
    )
    return _PAGE.format(title=title, frames=frames, last=len(replay.frames) - 1, total=f"{replay.total:g}")


def _frame(plain: Any) -> Frame:
    return Frame(**{**plain, "probabilities": tuple(plain["probabilities"])})


_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<style>
body {{ font: 1rem/1.5 system-ui, sans-serif; max-width: 50rem; margin: 2rem auto; padding: 0 1rem }}
pre {{ font-size: 1.5rem; line-height: 1.2; overflow-x: auto }}
figure {{ margin: 1rem 0 }}
input {{ width: 100% }}
</style>
<h1>{title}</h1>
<p>Return {total}.</p>
<label>Step <input type="range" min="0" max="{last}" value="0"></label>
{frames}
<script>
document.querySelector("input").addEventListener("input", event => {{
  for (const figure of document.querySelectorAll("figure")) figure.hidden = figure.id !== "f" + event.target.value;
}});
</script>
</html>
"""

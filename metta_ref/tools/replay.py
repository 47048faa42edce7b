"""Show a kept episode: python -m metta_ref.tools.replay file=episode.json [html=episode.html] [key=value ...]

Draws the episode that metta_ref.tools.play saved, or writes it as one HTML page.
"""

import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from metta_ref.config import option, write_whole
from metta_ref.tools._main import EXIT_DONE, tool

if TYPE_CHECKING:
    from metta_ref.sim.replay import Replay


@dataclass(frozen=True, slots=True)
class ReplayConfig:
    file: str = option("", "that metta_ref.tools.play saved", required="name a replay, as in file=episode.json")
    html: str = option("", "page to write instead of drawing here")
    delay: float = option(0.2, "between two steps, on a terminal", unit="seconds", minimum=0)


def main(config: ReplayConfig) -> int:
    from metta_ref.sim.replay import from_json, to_html

    path = Path(config.file)
    replay = from_json(path.read_bytes(), path)
    if config.html:
        write_whole(Path(config.html), to_html(replay))
        print(f"page: {config.html}")
    else:
        print(f"replayed {draw(replay, config.delay)}")
    return EXIT_DONE


def draw(replay: "Replay", delay: float) -> str:
    """Draw an episode step by step, and return what there is to say of the whole."""
    from metta_ref.sim.replay import to_text

    for step in to_text(replay):
        print(step, flush=True)
        if sys.stdout.isatty():
            time.sleep(delay)
    run, epoch = replay.policy
    return f"run={run} epoch={epoch} task={replay.task} steps={len(replay.frames)} return={replay.total:g}"


if __name__ == "__main__":
    sys.exit(tool(main, ReplayConfig, __doc__))

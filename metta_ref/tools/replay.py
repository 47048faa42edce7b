"""Show a kept episode: python -m metta_ref.tools.replay file=episode.json [html=episode.html] [key=value ...]

Draws the episode that metta_ref.tools.play saved, or writes it as one HTML page.
"""

import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from metta_ref.config import ConfigError, option
from metta_ref.tools._main import EXIT_DONE, tool
from metta_ref.tools._writing import write_whole


@dataclass(frozen=True, slots=True)
class ReplayConfig:
    """Which episode, shown where."""

    file: str = option("", "the replay, as metta_ref.tools.play saved it; required")
    html: str = option("", "page to write instead of drawing here")
    delay: float = option(0.2, "between two steps, on a terminal", unit="seconds", minimum=0)

    def problems(self) -> Iterator[tuple[tuple[str, ...], str]]:
        """Rules between fields, each with the keys that it is about."""
        if not self.file:
            yield ("file",), "file: is missing; name a replay, as in file=episode.json"


def main(config: ReplayConfig) -> int:
    """Show or write the episode, and return the exit code."""
    from metta_ref.sim.replay import ReplayError, captions, from_json, to_html

    path = Path(config.file)
    try:
        replay = from_json(path.read_text(encoding="utf-8"), path)
    except (ReplayError, UnicodeDecodeError) as error:
        raise ConfigError([str(error)]) from error
    if config.html:
        write_whole(Path(config.html), to_html(replay))
        print(f"page: {config.html}")
        return EXIT_DONE
    for frame, line in zip(replay.frames, captions(replay.frames), strict=True):
        print(f"{frame.picture}\n{line}\n", flush=True)
        if sys.stdout.isatty():
            time.sleep(config.delay)
    run, epoch = replay.policy
    print(f"replayed run={run} epoch={epoch} task={replay.task} steps={len(replay.frames)} return={replay.total:g}")
    return EXIT_DONE


if __name__ == "__main__":
    sys.exit(tool(main, ReplayConfig, __doc__))

"""Show a kept episode: python -m metta_ref.tools.replay file=episode.json [html=episode.html] [key=value ...]

Draws the episode that metta_ref.tools.play saved, or one that metta_ref.tools.sim kept (run=demo episode=ID), or
writes it as one HTML page.
"""

import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from metta_ref.config import ConfigError, Rules, option, run_dir, write_whole
from metta_ref.tools._main import EXIT_DONE, tool

if TYPE_CHECKING:
    from metta_ref.sim.replay import Replay

_SHOWN = 3
"""Ids in a message."""


@dataclass(frozen=True, slots=True)
class ReplayConfig:
    """Which episode, shown where."""

    file: str = option("", "the replay, as metta_ref.tools.play saved it; required without run")
    run: str = option("", "run in whose evaluations the episode is")
    episode: str = option("", "which of them, by its id or how that begins")
    database: str = option("", "file or postgresql:// URL that holds them; empty is stats.duckdb of the run")
    html: str = option("", "page to write instead of drawing here")
    delay: float = option(0.2, "between two steps, on a terminal", unit="seconds", minimum=0)

    def problems(self) -> Rules:
        """Rules between settings."""
        if bool(self.file) == bool(self.run):
            problem = "is missing; name a replay" if not self.file else "and run exclude each other; name one"
            yield f"file: {problem}, as in file=episode.json or run=demo episode=ID"


def main(config: ReplayConfig) -> int:
    """Show or write the episode, and return the exit code."""
    from metta_ref.sim.replay import from_json, to_html

    path = Path(config.file) if config.file else _kept(config)
    replay = from_json(path.read_bytes(), path)
    if config.html:
        write_whole(Path(config.html), to_html(replay))
        print(f"page: {config.html}")
        return EXIT_DONE
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


def _kept(config: ReplayConfig) -> Path:
    """The file of an episode that an evaluation kept."""
    from metta_ref.eval.eval_stats_db import EvalStatsDB
    from metta_ref.eval.place import parse_place

    place = parse_place(config.database, run_dir(config.run) / "stats.duckdb")
    with EvalStatsDB(place) as database:
        urls = database.replay_urls()
    if not urls:
        raise ConfigError([f"{place}: no episode was kept; evaluate with replays=1"])
    found = [episode for episode in urls if episode.startswith(config.episode)]
    if len(found) != 1:
        shown = ", ".join((found or list(urls))[:_SHOWN])
        raise ConfigError([f"episode={config.episode}: names {len(found)} of {len(urls)} kept; name one, as {shown}"])
    url = urlsplit(urls[found[0]])
    folder = place.parent if isinstance(place, Path) else Path()
    return folder / unquote(url.path)


if __name__ == "__main__":
    sys.exit(tool(main, ReplayConfig, __doc__))

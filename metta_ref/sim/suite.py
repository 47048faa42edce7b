"""A suite of simulations, from a YAML file:

    simulations:
      - name: near
      - name: far
        episodes: 64
        env: {corridor_length: 8}

Each differs from a base, the environment of a run, in what it names.
"""

from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from metta_ref.config import ConfigError, EnvConfig, Rules, from_mapping, option, read_yaml
from metta_ref.sim.simulation import Simulation


@dataclass(frozen=True, slots=True)
class _Entry:
    name: str = option("", "of the simulation, unlike all others", required="every simulation has one")
    episodes: int = option(1, "to play", unit="episodes", minimum=1, maximum=1_000_000)
    env: EnvConfig = field(default_factory=EnvConfig)

    def problems(self) -> Rules:
        return self.env.problems()


def load_suite(path: Path, base: Simulation) -> tuple[Simulation, ...]:
    """The simulations of a file, `base` in everything that an entry leaves open.

    Raises ConfigError for every mistake in it at once.
    """
    loaded = read_yaml(path, "write one that lists simulations")
    listed = loaded.get("simulations") if isinstance(loaded, dict) else None
    if not isinstance(listed, list) or not listed or len(loaded) > 1:
        raise ConfigError([f"{path}: must hold one key, simulations, with a list of at least one"])
    problems, entries = [], []
    for number, plain in enumerate(listed, 1):
        try:
            entries.append(_entry(plain, base))
        except ConfigError as error:
            problems += [f"{path}: simulation {number}: {problem}" for problem in error.problems]
    for name, times in Counter(entry.name for entry in entries).items():
        if times > 1:
            problems.append(f"{path}: several simulations are named {name}; give each its own name")
    if problems:
        raise ConfigError(problems)
    return tuple(replace(base, name=entry.name, episodes=entry.episodes, env=entry.env) for entry in entries)


def _entry(plain: Any, base: Simulation) -> _Entry:
    if not isinstance(plain, dict) or not all(isinstance(key, str) for key in plain):
        raise ConfigError(["must be a mapping of name, episodes and env"])
    return from_mapping(plain, _Entry, _Entry(episodes=base.episodes, env=base.env))

"""Settings of a curriculum: which parameters of the task vary, how far, and how tasks are chosen."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from metta_ref.config.options import option

OFF, UNIFORM, LEARNING_PROGRESS = "off", "uniform", "learning_progress"
VARIED = ("corridor_length", "max_steps", "view_radius")
"""Parameters of the own tasks that a curriculum may vary; each has a range of that name."""


@dataclass(frozen=True, slots=True)
class CurriculumConfig:
    """Episodes of many variations of the task, which `envs.tasks` derives from their ids; off without a kind."""

    kind: str = option(
        OFF,
        "how the task of the next episode is drawn",
        choices=(OFF, UNIFORM, LEARNING_PROGRESS),
        neutral=True,
    )
    tasks: int = option(16, "variations, with ids from 0 on", unit="tasks", minimum=2, maximum=1000, neutral=True)
    corridor_length: tuple[int, ...] = option(
        (), "least and most, as 1,8; empty is that of env", unit="cells", minimum=1, maximum=1000, neutral=True
    )
    max_steps: tuple[int, ...] = option(
        (), "least and most; empty is that of env", unit="steps", minimum=1, neutral=True
    )
    view_radius: tuple[int, ...] = option(
        (),
        "least and most, up to that of env, which decides the observation's shape; empty is that of env",
        unit="cells",
        minimum=1,
        maximum=8,
        neutral=True,
    )
    fast_window: int = option(
        20, "what learning_progress takes for the present success", unit="episodes", minimum=1, neutral=True
    )
    slow_window: int = option(100, "what it compares that with", unit="episodes", minimum=2, neutral=True)
    exploration: float = option(
        0.25, "share of learning_progress drawn uniformly all the same", minimum=0, maximum=1, neutral=True
    )

    @property
    def ranges(self) -> Mapping[str, tuple[int, ...]]:
        """Least and most of each parameter that varies."""
        given = {name: getattr(self, name) for name in VARIED}
        return {name: limits for name, limits in given.items() if limits}

    def problems(self, env_name: str, env_view_radius: int) -> Iterator[tuple[tuple[str, ...], str]]:
        """Rules between fields, each with the keys that it is about."""
        for name, limits in self.ranges.items():
            key = f"curriculum.{name}"
            shown = ",".join(map(str, limits))
            if len(limits) != 2 or limits[0] > limits[1]:
                yield (key,), f"{key}={shown}: give the least and the most, as 1,8"
            elif self.kind == OFF:
                yield (key, "curriculum.kind"), f"{key}={shown}: varies nothing with curriculum.kind=off; give a kind"
            elif name == "view_radius" and limits[1] > env_view_radius:
                message = f"{key}={shown}: at most env.view_radius={env_view_radius}, which decides what is shown"
                yield (key, "env.view_radius"), message
        if self.kind != OFF and env_name not in ("grid", "tmaze"):
            message = f"curriculum.kind={self.kind}: env.name={env_name} has no parameters to vary; use grid or tmaze"
            yield ("curriculum.kind", "env.name"), message
        if self.kind != OFF and not self.ranges:
            keys = tuple(f"curriculum.{name}" for name in VARIED)
            yield (*keys, "curriculum.kind"), f"curriculum.kind={self.kind}: give a range to {' or '.join(keys)}"
        if self.fast_window >= self.slow_window:
            keys = ("curriculum.fast_window", "curriculum.slow_window")
            yield keys, f"curriculum.fast_window={self.fast_window}: must be below slow_window={self.slow_window}"

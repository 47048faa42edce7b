"""From configuration to environments, and to the tasks of a curriculum: what each id stands for."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from metta_ref.config import OFF, ConfigError, CurriculumConfig, EnvConfig
from metta_ref.envs.cue_grid import LAYOUTS, CueGrid
from metta_ref.envs.gymnasium_env import make_envpool, make_gymnasium
from metta_ref.envs.interface import VectorEnv
from metta_ref.envs.mettagrid_env import MettaGridEnv
from metta_ref.envs.parallel import ParallelEnv

_BASES = (2, 3)
"""One prime for each parameter that a curriculum may vary."""


def make_env(
    config: EnvConfig,
    num_envs: int,
    seed: int,
    num_workers: int = 0,
    *,
    worker_timeout: float = 60.0,
    first_env: int = 0,
    tasks: Sequence[EnvConfig] = (),
) -> VectorEnv:
    """`num_envs` environments, stepped by `num_workers` processes (0: by this one), which changes only the speed.

    Every environment has its own random stream, decided by the seed and its number in the batch of the whole run, which
    counts from `first_env` on. `tasks` are variations that episodes may be played in, as `task_configs` gives them.

    Raises ValueError when `num_workers` does not divide `num_envs`, and ConfigError when the task needs a package
    that is missing, is unknown to it, or cannot be handled here.
    """
    build = partial(_build, tasks or (config,), seed, first_env)
    if num_workers == 0:
        return build(0, num_envs)
    return ParallelEnv(build, num_envs, num_workers, timeout=worker_timeout)


def _build(tasks: Sequence[EnvConfig], seed: int, first_env: int, shard: int, num_envs: int) -> VectorEnv:
    config, first_env = tasks[0], first_env + shard
    if config.name in LAYOUTS:
        return CueGrid(tasks, num_envs, seed, first_env=first_env)
    try:
        if config.name == "mettagrid":
            limits = {"agents": config.agents, "max_steps": config.max_steps}
            return MettaGridEnv(config.id, num_envs, seed, **limits, first_env=first_env)
        make = {"gymnasium": make_gymnasium, "envpool": make_envpool}[config.name]
        return make(config.id, seed, first_env, num_envs)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != config.name:  # a module that an id names, or what that one needs
            raise ConfigError([f"env.id={config.id}: {error}; correct it, or install what it needs"]) from error
        extra = f"pip install 'migration-audit[{config.name}]'"
        raise ConfigError([f"env.name={config.name}: {config.name} is not installed; {extra}"]) from error
    except ValueError as error:
        raise ConfigError([str(error)]) from error


def task_config(env: EnvConfig, curriculum: CurriculumConfig, task: int) -> EnvConfig:
    """The task of an id. Ids walk through the ranges as Halton's sequence does (Numerische Mathematik 2, 1960): any
    number of tasks covers them evenly, and more tasks leave the earlier ones as they are.
    """
    values: dict[str, Any] = {}
    for (name, (least, most)), base in zip(curriculum.ranges.items(), _BASES, strict=False):
        numerator, denominator = _mirrored(task, base)
        values[name] = least + (most - least + 1) * numerator // denominator
    return replace(env, **values)


def task_configs(env: EnvConfig, curriculum: CurriculumConfig) -> tuple[EnvConfig, ...]:
    """All tasks by their ids; the environment itself when there is no curriculum."""
    if curriculum.kind == OFF:
        return (env,)
    return tuple(task_config(env, curriculum, task) for task in range(curriculum.tasks))


def _mirrored(number: int, base: int) -> tuple[int, int]:
    """The digits of a number mirrored at the point, from 0 up to 1, as numerator and denominator."""
    numerator, denominator = 0, 1
    while number:
        number, digit = divmod(number, base)
        numerator, denominator = numerator * base + digit, denominator * base
    return numerator, denominator

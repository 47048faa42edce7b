"""From configuration to environment."""

from collections.abc import Sequence
from functools import partial

from metta_ref.config import ConfigError, EnvConfig
from metta_ref.envs.cue_grid import CueGrid
from metta_ref.envs.interface import VectorEnv
from metta_ref.envs.layouts import Task, grid_layout, tmaze_layout
from metta_ref.envs.parallel import ParallelEnv

LAYOUTS = {"grid": grid_layout, "tmaze": tmaze_layout}


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
    """`num_envs` environments, stepped by `num_workers` processes (0: by this one).

    The number of workers changes nothing but the speed: every environment has its own random stream,
    decided by the seed and its number in the batch of the whole run, which counts from `first_env` on. `tasks` are
    variations of the own tasks that episodes may be played in, as `task_configs` gives them; none is the
    configuration's own alone.

    Raises ValueError when `num_workers` does not divide `num_envs`, and ConfigError when the task needs a package
    that is missing, is unknown to it, or cannot be handled here.
    """
    if num_workers == 0:
        return _build(config, tasks, seed, first_env, 0, num_envs)
    factory = partial(_build, config, tasks, seed, first_env)
    return ParallelEnv(factory, num_envs, num_workers, timeout=worker_timeout)


def _build(
    config: EnvConfig, tasks: Sequence[EnvConfig], seed: int, first_env: int, shard: int, num_envs: int
) -> VectorEnv:
    first_env += shard
    if config.name not in LAYOUTS:
        return _of_a_package(config, seed, first_env, num_envs)
    layout = LAYOUTS[config.name]
    return CueGrid(
        config.name,
        [Task(layout(task.corridor_length), task.max_steps, task.view_radius) for task in tasks or (config,)],
        num_envs,
        seed,
        view_radius=config.view_radius,
        first_env=first_env,
        tokens=config.observation == "tokens",
    )


def _of_a_package(config: EnvConfig, seed: int, first_env: int, num_envs: int) -> VectorEnv:
    try:
        if config.name == "gymnasium":
            from metta_ref.envs.gymnasium_env import make_gymnasium

            return make_gymnasium(config.id, seed, first_env, num_envs)
        if config.name == "envpool":
            from metta_ref.envs.envpool_env import make_envpool

            return make_envpool(config.id, seed, first_env, num_envs)
        from metta_ref.envs.mettagrid_env import MettaGridEnv

        return MettaGridEnv(
            config.id, num_envs, seed, agents=config.agents, max_steps=config.max_steps, first_env=first_env
        )
    except ModuleNotFoundError as error:
        extra = f"pip install 'migration-audit[{config.name}]'"
        raise ConfigError([f"env.name={config.name}: {error.name} is not installed; {extra}"]) from error
    except ValueError as error:
        raise ConfigError([str(error)]) from error

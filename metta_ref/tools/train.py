"""Train a new run: python -m metta_ref.tools.train [run=demo] [py_agent=agalite] [key=value ...]

The run lives in train_dir/<run>, or $DATA_DIR/<run>, with its config.yaml and its checkpoints, one before
the first update and one after the last at least. Ctrl-C stops after the update at hand and saves.
"""

import shutil
import sys
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

from metta_ref.config import Config, ConfigError, run_dir, save_run_config
from metta_ref.tools._interrupt import StopRequest
from metta_ref.tools._logging import logging_to
from metta_ref.tools._main import tool


def main(config: Config) -> int:
    """Train and return the exit code."""
    from metta_ref.checkpoint import CheckpointManager, locked
    from metta_ref.envs import make_env, task_configs
    from metta_ref.tools._training import persist, train_until_done, use_one_thread

    config = replace(config, run=config.run or f"local-{uuid.uuid4().hex[:8]}")
    directory = run_dir(config.run)
    if directory.exists():
        raise _exists(config)
    settings = config.trainer
    # The workers start before torch is imported, and do so meanwhile.
    env = make_env(
        config.env,
        settings.num_envs,
        config.seed,
        settings.num_workers,
        worker_timeout=settings.worker_timeout,
        tasks=task_configs(config.env, config.curriculum),
    )
    with StopRequest() as stop, closing(env):
        from metta_ref.rl.trainer import Trainer

        use_one_thread()
        trainer = Trainer(config, env)
        if stop.requested:
            raise KeyboardInterrupt
        manager = CheckpointManager(directory)
        with _claimed(config, directory):
            save_run_config(config)
            persist(trainer.checkpoint(), manager, settings)
        with locked(directory), logging_to(directory, config.log_level):
            return train_until_done(trainer, manager, stop)


@contextmanager
def _claimed(config: Config, directory: Path) -> Iterator[None]:
    """The run's directory, made for this process alone and gone again unless the block succeeds."""
    try:
        directory.mkdir(parents=True)
    except FileExistsError:
        raise _exists(config) from None
    try:
        yield
    except BaseException:
        shutil.rmtree(directory)
        raise


def _exists(config: Config) -> ConfigError:
    resume = f"resume it with python -m metta_ref.tools.resume run={config.run}"
    return ConfigError([f"run '{config.run}' already exists: {resume}, or choose another run="])


if __name__ == "__main__":
    sys.exit(tool(main, Config, __doc__))

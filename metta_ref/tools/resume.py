"""Resume a run: python -m metta_ref.tools.resume run=demo [trainer.total_timesteps=200000] [key=value ...]

Goes on from the newest checkpoint, in the very state in which it was saved: interrupted and resumed, a run
ends in the same bytes as one that was not. Settings that decide what is computed cannot change.
"""

import logging
import sys
from collections.abc import Sequence
from contextlib import closing

from metta_ref.config import (
    Config,
    ConfigError,
    frozen_changes,
    load_run_config,
    parse_overrides,
    run_dir,
    save_run_config,
)
from metta_ref.tools._interrupt import StopRequest
from metta_ref.tools._logging import logging_to
from metta_ref.tools._main import tool

_log = logging.getLogger(__name__)


def parse(argv: Sequence[str]) -> Config:
    """The run's own configuration with the arguments over it.

    Raises ConfigError when the run is not named or not there, or a setting may not change.
    """
    named = parse_overrides(argv, Config)
    if not named.run:
        raise ConfigError(["run: is missing; name the run to resume, as in run=demo"])
    saved = load_run_config(named.run)
    config = parse_overrides(argv, Config, base=saved)
    if problems := frozen_changes(saved, config):
        raise ConfigError(problems)
    return config


def main(config: Config) -> int:
    """Train on and return the exit code."""
    from metta_ref.checkpoint import CheckpointManager, locked
    from metta_ref.envs import make_env, task_configs
    from metta_ref.tools._training import train_until_done, use_one_thread

    directory, settings = run_dir(config.run), config.trainer
    manager = CheckpointManager(directory)
    with locked(directory), logging_to(directory, config.log_level):
        checkpoint = manager.load(manager.latest())
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
            trainer.restore(checkpoint)
            for name, here in trainer.fingerprint.items():
                if (then := checkpoint.environment.get(name, here)) != here:
                    _log.warning("note: %s was %s, is %s: results may differ in the last bits", name, then, here)
            if env.metadata["snapshot"] != "exact":
                _log.warning(
                    "note: %s cannot be saved within an episode: new episodes begin, so the run differs from one that "
                    "was not interrupted",
                    env.metadata["name"],
                )
            if stop.requested:
                raise KeyboardInterrupt
            save_run_config(config)
            if trainer.agent_step >= settings.total_timesteps:
                _log.warning(
                    "nothing to train: run %s is at step %d and trainer.total_timesteps=%d; give a larger one",
                    config.run,
                    trainer.agent_step,
                    settings.total_timesteps,
                )
            return train_until_done(trainer, manager, stop)


if __name__ == "__main__":
    sys.exit(tool(main, Config, __doc__, parse=parse))

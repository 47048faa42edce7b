"""Resume a run: python -m metta_ref.tools.resume run=demo [trainer.total_timesteps=200000] [key=value ...]

Goes on from the newest checkpoint, in the very state in which it was saved: interrupted and resumed, a run
ends in the same bytes as one that was not. Settings that decide what is computed cannot change. Under torchrun, any
number of processes goes on with what any number has saved.
"""

import logging
import sys
from collections.abc import Sequence
from contextlib import ExitStack, closing

from metta_ref.config import (
    Config,
    ConfigError,
    frozen_changes,
    load_run_config,
    parse_overrides,
    run_dir,
    save_run_config,
)
from metta_ref.rl.group import process_group
from metta_ref.tools._interrupt import StopRequest
from metta_ref.tools._main import tool
from metta_ref.tools._ranks import own_envs, parsed_once, spoken
from metta_ref.tools._wandb import identified

_log = logging.getLogger("metta_ref.tools.resume")  # __name__ is __main__ when this is run


def parse(argv: Sequence[str]) -> Config:
    """The run's own configuration with the arguments over it.

    Raises ConfigError when the run is not named or not there, or a setting may not change, and GroupError under
    torchrun.
    """
    return parsed_once(_parse, argv)


def _parse(argv: Sequence[str]) -> Config:
    named = parse_overrides(argv, Config)
    if not named.run:
        raise ConfigError(["run: is missing; name the run to resume, as in run=demo"])
    saved = load_run_config(named.run)
    config = parse_overrides(argv, Config, base=saved)
    if problems := frozen_changes(saved, config):
        raise ConfigError(problems)
    return identified(config)


def main(config: Config) -> int:
    """Train on and return the exit code."""
    from metta_ref.checkpoint import CheckpointManager, locked
    from metta_ref.tools._training import train_until_done, use_one_thread

    directory, settings, group = run_dir(config.run), config.trainer, process_group()
    group.limit(settings.rank_timeout)
    manager = CheckpointManager(directory)
    with ExitStack() as stack:
        group.first(lambda: stack.enter_context(locked(directory)))
        stack.enter_context(spoken(group, directory, config.log_level))
        checkpoint = group.first(lambda: manager.load(manager.latest()))
        with closing(own_envs(config, group)) as env, StopRequest(silent=group.rank > 0) as stop:
            from metta_ref.rl.trainer import Trainer

            use_one_thread()
            trainer = Trainer(config, env, group)
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
            if any(group.gather(stop.requested)):
                raise KeyboardInterrupt
            group.first(lambda: save_run_config(config))
            if trainer.agent_step >= settings.total_timesteps:
                _log.warning(
                    "nothing to train: run %s is at step %d and trainer.total_timesteps=%d; give a larger one",
                    config.run,
                    trainer.agent_step,
                    settings.total_timesteps,
                )
            code = train_until_done(trainer, manager, stop)
            group.close()
            return code


if __name__ == "__main__":
    sys.exit(tool(main, Config, __doc__, parse=parse))

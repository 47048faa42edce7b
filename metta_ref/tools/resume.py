"""Resume a run: python -m metta_ref.tools.resume run=demo [trainer.total_timesteps=200000] [key=value ...]

Goes on from the newest checkpoint, in the very state in which it was saved: interrupted and resumed, a run
ends in the same bytes as one that was not. Settings that decide what is computed cannot change. Under torchrun, any
number of processes goes on with what any number has saved.
"""

import logging
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

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
from metta_ref.tools._main import tool
from metta_ref.tools._wandb import identified

if TYPE_CHECKING:
    from metta_ref.checkpoint import Checkpoint
    from metta_ref.rl.trainer import Trainer

_log = logging.getLogger("metta_ref.tools.resume")  # __name__ is __main__ when this is run


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
    return identified(config)


def main(config: Config) -> int:
    """Train on and return the exit code."""
    from metta_ref.checkpoint import CheckpointManager
    from metta_ref.tools._training import prepared, taken, train_until_done

    manager, group = CheckpointManager(run_dir(config.run)), process_group()
    with taken(config):
        checkpoint = group.first(lambda: manager.load(manager.latest()))
        with prepared(config) as (trainer, stop):
            trainer.restore(checkpoint)
            for note in _notes(trainer, checkpoint):
                _log.warning(note)
            if any(group.gather(stop.requested)):
                raise KeyboardInterrupt
            group.first(lambda: save_run_config(config))
            return train_until_done(trainer, manager, stop)


def _notes(trainer: "Trainer", checkpoint: "Checkpoint") -> Iterator[str]:
    """What may surprise of how the run goes on."""
    for name, here in trainer.fingerprint.items():
        if (then := checkpoint.environment.get(name, here)) != here:
            yield f"note: {name} was {then}, is {here}: results may differ in the last bits"
    if trainer.env.metadata["snapshot"] != "exact":
        yield (
            f"note: {trainer.env.metadata['name']} cannot be saved within an episode: new episodes begin, so the run "
            "differs from one that was not interrupted"
        )
    run, step, total = trainer.config.run, trainer.agent_step, trainer.config.trainer.total_timesteps
    if step >= total:
        yield f"nothing to train: run {run} is at step {step} and trainer.total_timesteps={total}; give a larger one"


if __name__ == "__main__":
    sys.exit(tool(main, Config, __doc__, parse=parse))

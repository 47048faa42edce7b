"""Train a new run: python -m metta_ref.tools.train [run=demo] [py_agent=agalite] [key=value ...]

The run lives in train_dir/<run>, or $DATA_DIR/<run>, with its config.yaml and its checkpoints, one before
the first update and one after the last at least. Ctrl-C stops after the update at hand and saves.
On several processes: torchrun --standalone --nproc-per-node=2 -m metta_ref.tools.train [key=value ...], each with its
part of the environments; torchrun's --nnodes instead of --standalone spreads them over machines.
"""

import shutil
import sys
import uuid
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from metta_ref.config import Config, ConfigError, parse_overrides, run_dir, save_run_config
from metta_ref.tools._main import tool
from metta_ref.tools._wandb import identified

if TYPE_CHECKING:
    from metta_ref.checkpoint import Checkpoint, CheckpointManager


def parse(argv: Sequence[str]) -> Config:
    """The settings of a run that has a name and is not there yet. Raises ConfigError."""
    config = parse_overrides(argv, Config)
    config = identified(replace(config, run=config.run or f"local-{uuid.uuid4().hex[:8]}"))
    if run_dir(config.run).exists():
        raise _exists(config)
    return config


def main(config: Config) -> int:
    """Train and return the exit code."""
    from metta_ref.checkpoint import CheckpointManager
    from metta_ref.tools._training import prepared, taken, train_until_done

    manager = CheckpointManager(run_dir(config.run))
    with prepared(config) as (trainer, stop):
        if any(trainer.group.gather(stop.requested)):
            raise KeyboardInterrupt
        checkpoint = trainer.checkpoint()
        trainer.group.first(lambda: _begin(config, checkpoint, manager))
        with taken(config):
            return train_until_done(trainer, manager, stop)


def _begin(config: Config, checkpoint: "Checkpoint", manager: "CheckpointManager") -> None:
    """Make the run's directory, for this process alone, with all that a run needs to go on; or leave nothing."""
    from metta_ref.tools._record import persist

    try:
        manager.run_dir.mkdir(parents=True)
    except FileExistsError:
        raise _exists(config) from None
    try:
        save_run_config(config)
        persist(checkpoint, manager, config)
    except BaseException:
        shutil.rmtree(manager.run_dir)
        raise


def _exists(config: Config) -> ConfigError:
    from metta_ref.checkpoint import CheckpointManager

    directory = run_dir(config.run)
    if not CheckpointManager(directory).epochs():
        remove = f"unless it is just being started, remove {directory}, or choose another run="
        return ConfigError([f"run '{config.run}' exists without a checkpoint: {remove}"])
    resume = f"resume it with python -m metta_ref.tools.resume run={config.run}"
    return ConfigError([f"run '{config.run}' already exists: {resume}, or choose another run="])


if __name__ == "__main__":
    sys.exit(tool(main, Config, __doc__, parse=parse))

"""Train a new run: python -m metta_ref.tools.train [run=demo] [py_agent=agalite] [key=value ...]

The run lives in train_dir/<run>, or $DATA_DIR/<run>, with its config.yaml and its checkpoints, one before
the first update and one after the last at least. Ctrl-C stops after the update at hand and saves.
On several processes: torchrun --standalone --nproc-per-node=2 -m metta_ref.tools.train [key=value ...], each with its
part of the environments; torchrun's --nnodes instead of --standalone spreads them over machines.
"""

import sys
import uuid
from collections.abc import Sequence
from dataclasses import replace

from metta_ref.config import Config, ConfigError, parse_overrides, run_dir
from metta_ref.tools._main import tool
from metta_ref.tools._wandb import identified


def parse(argv: Sequence[str]) -> Config:
    """The settings of a run that has a name and is not there yet. Raises ConfigError."""
    config = parse_overrides(argv, Config)
    config = identified(replace(config, run=config.run or f"local-{uuid.uuid4().hex[:8]}"))
    directory = run_dir(config.run)
    if not directory.exists():
        return config

    from metta_ref.checkpoint import CheckpointManager

    if not CheckpointManager(directory).epochs():
        remove = f"unless it is just being started, remove {directory}, or choose another run="
        raise ConfigError([f"run '{config.run}' exists without a checkpoint: {remove}"])
    resume = f"resume it with python -m metta_ref.tools.resume run={config.run}"
    raise ConfigError([f"run '{config.run}' already exists: {resume}, or choose another run="])


def main(config: Config) -> int:
    from metta_ref.tools._training import start  # and with it torch

    return start(config)


if __name__ == "__main__":
    sys.exit(tool(main, Config, __doc__, parse=parse))

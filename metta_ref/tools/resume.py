"""Resume a run: python -m metta_ref.tools.resume run=demo [trainer.total_timesteps=200000] [key=value ...]

Goes on from the newest checkpoint, in the very state in which it was saved: interrupted and resumed, a run
ends in the same bytes as one that was not. Settings that decide what is computed cannot change. Under torchrun, any
number of processes goes on with what any number has saved.
"""

import sys
from collections.abc import Sequence

from metta_ref.config import Config, ConfigError, frozen_changes, load_run_config, parse_overrides
from metta_ref.tools._main import tool
from metta_ref.tools._wandb import identified


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
    from metta_ref.tools._training import go_on  # and with it torch

    return go_on(config)


if __name__ == "__main__":
    sys.exit(tool(main, Config, __doc__, parse=parse))

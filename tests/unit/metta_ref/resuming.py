"""What holds of a resumed run whose environments cannot be saved: its episodes are new."""

from pathlib import Path
from typing import Any

import numpy as np

from metta_ref.checkpoint import CheckpointManager
from metta_ref.config import Config


def assert_goes_on_with_new_episodes(new_trainer: Any, config: Config, directory: Path) -> None:
    """All environments begin episodes, none of which the run has begun with before."""
    manager = CheckpointManager(directory / "demo")
    with new_trainer(config) as trainer:
        first = trainer.snapshot()["recurrent/obs"]
        for _ in range(4):
            progress = trainer.update()
        manager.save(trainer.checkpoint())
    assert progress.score is not None
    with new_trainer(config) as trainer:
        trainer.restore(manager.load(4))
        resumed = trainer.snapshot()
        assert resumed["recurrent/starts"].all()
        assert not np.isclose(resumed["recurrent/obs"][:, None], first[None]).all(axis=-1).any()
        trainer.update()

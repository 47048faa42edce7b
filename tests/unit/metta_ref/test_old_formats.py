"""Checkpoints of every older format, as their version wrote them, are read and trained on."""

import shutil
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy

from metta_ref.checkpoint import CheckpointManager
from metta_ref.config import Observation, load_run_config, run_dir
from metta_ref.envs import make_env
from metta_ref.rl.trainer import Trainer

FORMATS = sorted((Path(__file__).parents[2] / "assets" / "checkpoints").glob("format-*"))


@pytest.fixture(params=FORMATS, ids=lambda path: path.name)
def runs(request: pytest.FixtureRequest, data_dir: Path) -> Path:
    """A copy of two runs of an older version: `teacher`, and `student`, which it kickstarted; both at epoch 2."""
    shutil.copytree(request.param, data_dir)
    return data_dir


def test_there_are_old_formats() -> None:
    assert [path.name for path in FORMATS] == ["format-1"]


@pytest.mark.parametrize(("run", "agent"), [("teacher", "lstm"), ("student", "agalite")])
def test_a_policy_of_an_older_format_has_its_weights(runs: Path, run: str, agent: str) -> None:
    manager = CheckpointManager(run_dir(run))
    stored = manager.stored(2)
    spec, policy, sidecar = stored.policy_spec(), stored.agent(), stored.sidecar()
    assert (spec.agent, spec.observation, spec.num_actions) == (agent, Observation((3, 3, 3)), 4)
    written = safetensors.numpy.load_file(manager.path(2) / "policy.safetensors")
    np.testing.assert_array_equal(policy.state_dict()["encoder.1.weight"].numpy(), written["encoder.0.weight"])
    assert (len(policy.state_dict()), sidecar["agent_step"]) == (len(written), 64)


@pytest.mark.parametrize("run", ["teacher", "student"])
def test_a_run_of_an_older_format_is_trained_on(runs: Path, run: str) -> None:
    config, manager = load_run_config(run), CheckpointManager(run_dir(run))
    trainer = Trainer(config, make_env(config.env, config.trainer.num_envs, config.seed))
    trainer.restore(manager.load(2))
    trainer.update()
    manager.save(trainer.checkpoint())
    assert (manager.epochs(), manager.stored(3).manifest.parent) == ((2, 3), 2)
    assert manager.stored(3).manifest.format_version > manager.stored(2).manifest.format_version


def test_reading_an_older_format_changes_no_file(runs: Path) -> None:
    manager = CheckpointManager(run_dir("student"))
    before = {path.name: path.read_bytes() for path in manager.path(2).iterdir()}
    manager.load(2)
    assert {path.name: path.read_bytes() for path in manager.path(2).iterdir()} == before

"""The checkpoint manager: whole or absent, chosen by number and metric, never trusted unverified."""

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from metta_ref.agents import make_agent
from metta_ref.checkpoint import Checkpoint, CheckpointManager, PolicySpec, Selection, key_and_version, locked
from metta_ref.checkpoint.errors import (
    CheckpointCorruptError,
    CheckpointError,
    CheckpointKindError,
    CheckpointNotFoundError,
    CheckpointStateError,
    CheckpointVersionError,
)
from metta_ref.config import AgentConfig, Observation

SPEC = PolicySpec("lstm", Observation((3, 3, 3)), 4, AgentConfig(hidden_size=4))


def checkpoint(epoch: int, **sidecar: Any) -> Checkpoint:
    """A checkpoint with a real policy and a little other state of several types."""
    torch.manual_seed(epoch)
    policy = make_agent(SPEC.agent, SPEC.observation, SPEC.num_actions, SPEC.config)
    state = {
        **{f"policy/{name}": tensor.numpy().copy() for name, tensor in policy.state_dict().items()},
        "rng/words": np.array([2**64 - 1, epoch], np.uint64),
        "rng/flags": np.array([True, False]),
        "env/transposed": np.arange(6.0).reshape(2, 3).T,
        "env/scalar": np.array(1.5, np.float32),
        "scalars/epoch": np.array(epoch),
    }
    return Checkpoint(epoch, state, SPEC, sidecar, "digest", {"torch": "x"}, None)


@pytest.fixture
def manager(tmp_path: Path) -> CheckpointManager:
    return CheckpointManager(tmp_path / "demo")


@pytest.fixture
def saved(manager: CheckpointManager) -> Callable[..., CheckpointManager]:
    """Saves an epoch for each score, from 0 on."""

    def with_scores(*scores: Any) -> CheckpointManager:
        for epoch, score in enumerate(scores):
            manager.save(checkpoint(epoch, score=score))
        return manager

    return with_scores


def test_a_checkpoint_comes_back_as_it_was_saved(manager: CheckpointManager) -> None:
    original = checkpoint(0, score=0.5, notes=["a", {"b": None}])
    path = manager.save(original)
    assert path == manager.path(0) == manager.run_dir / "checkpoints" / "epoch-00000000"
    loaded = manager.load(0)
    assert replace(loaded, state=original.state, sidecar=original.sidecar) == original
    assert loaded.sidecar == {"run": "demo", "epoch": 0, "score": 0.5, "notes": ["a", {"b": None}]}
    assert loaded.state.keys() == original.state.keys()
    for name, array in original.state.items():
        np.testing.assert_array_equal(loaded.state[name], array, strict=True)


def test_a_policy_comes_back_in_evaluation_mode_without_disturbing_random_numbers(
    manager: CheckpointManager,
) -> None:
    manager.save(checkpoint(3, score=1.0))
    torch.manual_seed(7)
    expected = torch.rand(1)
    torch.manual_seed(7)
    agent = manager.stored(3).agent()
    assert torch.rand(1) == expected
    assert getattr(agent, "training") is False  # noqa: B009 - not part of the Protocol
    for name, tensor in agent.state_dict().items():
        np.testing.assert_array_equal(tensor.numpy(), checkpoint(3).state[f"policy/{name}"])


def test_latest_is_the_highest_number_whatever_else_lies_there(saved: Any) -> None:
    manager = saved(0.1, 0.2)
    manager.save(checkpoint(123456789))
    for other in ("epoch-7", "epoch-00000009.bak", ".epoch-00000010.tmp-1", "notes"):
        (manager.directory / other).mkdir()
    (manager.directory / "epoch-00000011").write_text("a file")
    os.utime(manager.path(0))
    assert manager.epochs() == (0, 1, 123456789)
    assert manager.latest() == 123456789


@pytest.mark.parametrize(
    ("scores", "best"),
    [
        ((0.5, 0.9, 0.1), 1),
        ((0.5, 0.5, 0.1), 1),
        ((-3, -2.5, float("nan")), 1),
        ((0.0, None, "high", True, float("inf")), 0),
    ],
)
def test_best_is_the_highest_finite_value_and_the_newer_of_equals(saved: Any, scores: Any, best: int) -> None:
    assert saved(*scores).select(Selection("best"))[0] == best


def test_no_checkpoint_and_no_value_are_errors(manager: CheckpointManager, saved: Any) -> None:
    with pytest.raises(CheckpointNotFoundError, match=r"checkpoints: no checkpoint there; train a run first"):
        manager.latest()
    saved(float("nan"), None)
    with pytest.raises(CheckpointNotFoundError, match="no checkpoint has a finite value of score; train on"):
        manager.select(Selection("best"))[0]
    with pytest.raises(CheckpointNotFoundError, match=r"epoch-00000005: no such checkpoint; epochs there: 0, 1"):
        manager.load(5)


@pytest.mark.parametrize(("keep", "left"), [((3, 4), (3, 4)), ((), ()), ((0, 4, 99), (0, 4))])
def test_pruning_keeps_what_it_is_told(saved: Any, keep: Any, left: Any) -> None:
    manager = saved(1, 1, 1, 1, 1)
    removed = manager.prune(keep)
    assert (manager.epochs(), removed) == (left, tuple(epoch for epoch in range(5) if epoch not in left))
    assert len(list(manager.directory.iterdir())) == len(left)


def test_an_epoch_is_never_overwritten(saved: Any) -> None:
    manager = saved(0.5)
    with pytest.raises(CheckpointError, match="stands already; remove it to save this epoch again"):
        manager.save(checkpoint(0, score=0.9))
    assert manager.stored(0).sidecar()["score"] == 0.5


@pytest.mark.parametrize(
    ("sidecar", "message"),
    [
        ({"score": np.float64(0.5)}, "sidecar.score: a float64 is no plain value"),
        ({"a": {"b": [1, (2, 3)]}}, r"sidecar.a.b\[1\]: a tuple is no plain value"),
        ({"a": {1: 2}}, "sidecar.a: the key 1 is not text"),
    ],
)
def test_a_sidecar_holds_plain_values_only(manager: CheckpointManager, sidecar: Any, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        manager.save(checkpoint(0, **sidecar))
    assert manager.epochs() == ()


FILES = sorted(
    ["manifest.json", "sidecar.yaml", "policy.json", "scalars.json"]
    + [f"{section}.safetensors" for section in ("env", "policy", "rng")]
)


def test_a_checkpoint_is_these_files(saved: Any) -> None:
    assert sorted(file.name for file in saved(0.5).path(0).iterdir()) == FILES


def flip_a_bit(data: bytes) -> bytes:
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]


DAMAGE: dict[str, Callable[[bytes], bytes | None]] = {
    "bit flip": flip_a_bit,
    "truncation": lambda data: data[: len(data) // 2],
    "emptied": lambda _: b"",
    "removal": lambda _: None,
}


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("damage", DAMAGE)
def test_damage_to_any_file_is_found_and_named(saved: Any, name: str, damage: str) -> None:
    manager = saved(0.5)
    path = manager.path(0) / name
    damaged = DAMAGE[damage](path.read_bytes())
    path.unlink()
    if damaged is not None:
        path.write_bytes(damaged)
    with pytest.raises((CheckpointCorruptError, CheckpointKindError)) as caught:
        manager.load(0)
    assert str(caught.value).startswith(f"{path}: ")
    if isinstance(caught.value, CheckpointCorruptError):
        assert str(caught.value).endswith(
            f"; restore it from a copy, or remove {manager.path(0)} to use an older checkpoint"
        )


def test_a_damaged_sidecar_does_not_vanish_from_the_search_for_the_best(saved: Any) -> None:
    manager = saved(0.5, 0.9)
    (manager.path(1) / "sidecar.yaml").write_text("score: 0.4\n")
    with pytest.raises(CheckpointCorruptError, match=r"sidecar.yaml: was truncated or altered"):
        manager.select(Selection("best"))[0]


def rewrite_manifest(manager: CheckpointManager, epoch: int, **changes: Any) -> None:
    path = manager.path(epoch) / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def test_a_newer_format_and_another_kind_say_so(saved: Any) -> None:
    manager = saved(0.5, 0.5)
    rewrite_manifest(manager, 0, format_version=99)
    with pytest.raises(CheckpointVersionError, match="format version 99, but this code reads up to 2; use the"):
        manager.load(0)
    rewrite_manifest(manager, 1, kind="something else")
    with pytest.raises(CheckpointKindError, match="not the manifest of a metta_ref checkpoint"):
        manager.load(1)


def test_a_renamed_directory_is_no_other_epoch(saved: Any) -> None:
    manager = saved(0.5)
    manager.path(0).rename(manager.path(4))
    with pytest.raises(CheckpointKindError, match="holds epoch 0; rename it to epoch-00000000"):
        manager.load(4)


def test_a_policy_of_another_architecture_is_refused(manager: CheckpointManager) -> None:
    manager.save(replace(checkpoint(0), policy=replace(SPEC, num_actions=9)))
    manager.save(replace(checkpoint(1), policy=replace(SPEC, agent="transformer")))
    for epoch in (0, 1):
        with pytest.raises(CheckpointStateError, match="not a policy of this version"):
            manager.stored(epoch).agent()


def test_equal_state_has_an_equal_digest_and_any_other_state_another(tmp_path: Path) -> None:
    digests = []
    for number, original in enumerate([checkpoint(1, score=0.1), checkpoint(1, score=0.9), checkpoint(2)]):
        manager = CheckpointManager(tmp_path / f"run{number}")
        manager.save(original)
        digests.append(manager.stored(original.epoch).manifest.state_digest)
    assert digests[0] == digests[1] != digests[2]


def test_one_process_at_a_time_trains_a_run(tmp_path: Path) -> None:
    with locked(tmp_path):
        with pytest.raises(CheckpointError, match="another process is training this run"), locked(tmp_path):
            raise AssertionError("locked twice")
        assert list(tmp_path.iterdir()) == []
    with locked(tmp_path):
        pass


@pytest.mark.parametrize(
    "path",
    ["train_dir/demo/checkpoints", "train_dir/demo/checkpoints/epoch-00000004", "/a/demo/checkpoints/../checkpoints/"],
)
def test_a_policy_is_known_by_run_and_epoch(path: str) -> None:
    assert key_and_version(path, 4) == key_and_version(Path(path), 4) == ("demo", 4)


@pytest.mark.parametrize(
    ("path", "epoch"),
    [
        ("train_dir/demo", 4),
        ("train_dir/demo/checkpoints/epoch-00000004", 5),
        ("train_dir/demo/checkpoints/epoch-4", 4),
        ("demo/checkpoints/model.pt", 4),
        ("demo dir/checkpoints", 4),
        ("", 4),
        ("demo/checkpoints", -1),
        ("demo/checkpoints", True),
        ("demo/checkpoints", "4"),
    ],
)
def test_what_names_no_checkpoint_is_refused(path: str, epoch: Any) -> None:
    with pytest.raises(CheckpointError):
        key_and_version(path, epoch)


@given(path=st.text(max_size=60), epoch=st.integers())
@settings(deadline=None)
def test_any_path_is_a_key_or_a_checkpoint_error(path: str, epoch: int) -> None:
    try:
        run, version = key_and_version(path, epoch)
    except CheckpointError as error:
        run, version = str(error), epoch
    assert run
    assert version == epoch


def test_making_a_manager_touches_nothing(tmp_path: Path) -> None:
    manager = CheckpointManager(tmp_path / "new")
    assert (manager.epochs(), list(tmp_path.iterdir())) == ((), [])


def test_a_copied_run_reads_as_the_run_of_its_directory(saved: Any, tmp_path: Path) -> None:
    original = saved(0.5)
    shutil.copytree(original.run_dir, tmp_path / "copy")
    copy = CheckpointManager(tmp_path / "copy")
    assert copy.stored(0).manifest == original.stored(0).manifest
    assert key_and_version(copy.path(0), 0) == ("copy", 0)

"""Policies by address: run, path, any file system, or a mock; verified wherever they come from."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import fsspec
import pytest
import torch

from metta_ref.checkpoint import (
    CheckpointCorruptError,
    CheckpointError,
    CheckpointExistsError,
    CheckpointManager,
    CheckpointNotFoundError,
    CheckpointPathError,
    CheckpointStateError,
    Selection,
)
from metta_ref.checkpoint.policies import PolicyCache
from metta_ref.checkpoint.uri import PolicyUri, parse_uri, publish
from metta_ref.config import ConfigError, Observation, run_dir

SEEN, ACTIONS = Observation((3, 3, 3)), 4


@pytest.fixture
def trained(small_config: Any, new_trainer: Any, tmp_path: Path) -> CheckpointManager:
    """A run `demo` with epochs 0, 1 and 2; epoch 1 has the best score, 0 has none."""
    plain, scored = CheckpointManager(tmp_path / "plain" / "demo"), CheckpointManager(run_dir("demo"))
    with new_trainer(small_config("py_agent=lstm")) as trainer:
        for epoch, score in enumerate((None, 0.75, 0.25)):
            trainer.save(plain)
            written = plain.load(epoch)
            scored.save(replace(written, sidecar={**written.sidecar, "score": score}))
            trainer.update()
    return scored


@pytest.fixture
def memory() -> Iterator[Any]:
    """An empty in-memory file system, which behaves as a remote one does."""
    system = fsspec.filesystem("memory")
    system.store.clear()
    yield system
    system.store.clear()


@pytest.mark.parametrize(
    ("text", "parsed"),
    [
        ("runs/demo", PolicyUri("file", "runs/demo", None, Selection("latest"))),
        ("runs/demo#best:reward", PolicyUri("file", "runs/demo", None, Selection("best", "reward"))),
        ("file:///a%20b/demo#epoch-7", PolicyUri("file", "/a b/demo", 7, None)),
        (
            "./checkpoints/epoch-00000012",
            PolicyUri("file", "./checkpoints", 12, None),
        ),
        ("s3://bucket/demo#best", PolicyUri("s3", "s3://bucket/demo", None, Selection("best"))),
        (
            "memory://x/demo/checkpoints/epoch-00000003",
            PolicyUri("memory", "memory://x/demo/checkpoints", 3, None),
        ),
        ("mock://lazy", PolicyUri("mock", "lazy", None, None)),
        ("mock://", PolicyUri("mock", "mock", None, None)),
    ],
)
def test_addresses(text: str, parsed: PolicyUri) -> None:
    assert parse_uri(text) == parsed


def test_a_bare_name_is_a_run(data_dir: Path) -> None:
    assert parse_uri("demo").base == str(data_dir / "demo")


@pytest.mark.parametrize("text", ["", "..", "a b"])
def test_what_names_no_run_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="name a run with letters"):
        parse_uri(text)


@pytest.mark.parametrize("fragment", ["newest", "epoch-", "best:", "epoch--1", "latest best"])
def test_an_unknown_choice_is_refused(fragment: str) -> None:
    with pytest.raises(CheckpointPathError, match="after # stands latest, best, best:METRIC or epoch-NUMBER"):
        parse_uri(f"runs/demo#{fragment}")


def test_an_epoch_is_named_once() -> None:
    with pytest.raises(CheckpointPathError, match="names epoch 3 twice; leave out #best"):
        parse_uri("demo/checkpoints/epoch-00000003#best")


@pytest.mark.parametrize(("choice", "epoch"), [("", 2), ("#latest", 2), ("#best", 1), ("#epoch-0", 0)])
@pytest.mark.parametrize("place", ["demo", "{run}", "file://{run}", "{run}/checkpoints", "memory://bucket/runs/demo"])
def test_the_same_policy_from_everywhere(
    trained: CheckpointManager, memory: Any, place: str, choice: str, epoch: int
) -> None:
    for number in trained.epochs():
        publish(trained, number, "memory://bucket/runs/demo")
    policy = PolicyCache().load(place.format(run=trained.run_dir) + choice, SEEN, ACTIONS)
    expected, sidecar = trained.load_policy(epoch)
    assert (policy.key, policy.sidecar) == (("demo", epoch), sidecar)
    assert all(
        torch.equal(ours, theirs)
        for ours, theirs in zip(policy.agent.state_dict().values(), expected.state_dict().values(), strict=True)
    )


def test_publishing_is_complete_last_and_never_twice(trained: CheckpointManager, memory: Any) -> None:
    target = publish(trained, 1, "memory://bucket/demo")
    assert target == "memory://bucket/demo/checkpoints/epoch-00000001"
    with pytest.raises(CheckpointExistsError, match="stands already; remove it to publish this epoch again"):
        publish(trained, 1, "memory://bucket/demo")
    memory.rm("/bucket/demo/checkpoints/epoch-00000001/manifest.json")
    with pytest.raises(CheckpointNotFoundError, match="no checkpoint there"):
        PolicyCache().load("memory://bucket/demo", SEEN, ACTIONS)


def test_a_damaged_copy_is_found_out(trained: CheckpointManager, memory: Any) -> None:
    publish(trained, 1, "memory://bucket/demo")
    weights = "/bucket/demo/checkpoints/epoch-00000001/policy.safetensors"
    memory.pipe_file(weights, memory.cat_file(weights)[:-1] + b"\0")
    with pytest.raises(CheckpointCorruptError, match=r"policy\.safetensors: was truncated or altered"):
        PolicyCache().load("memory://bucket/demo", SEEN, ACTIONS)
    memory.rm(weights)
    with pytest.raises(CheckpointCorruptError, match=r"policy\.safetensors: is missing"):
        PolicyCache().load("memory://bucket/demo", SEEN, ACTIONS)


@pytest.mark.parametrize(
    ("uri", "error", "message"),
    [
        ("memory://nowhere/demo", CheckpointNotFoundError, "no such folder there; name the directory of a run"),
        ("nowhere/demo", CheckpointNotFoundError, "no checkpoint there; train a run first"),
        ("demo#epoch-9", CheckpointNotFoundError, "no such checkpoint; epochs there: 0, 1, 2"),
        ("demo#best:reward", CheckpointNotFoundError, "no checkpoint has a finite value of reward"),
        ("gopher://x/demo", CheckpointPathError, "use a path, file://, memory:// or an installed scheme"),
    ],
)
def test_what_is_not_there_says_so(
    trained: CheckpointManager, memory: Any, uri: str, error: type[CheckpointError], message: str
) -> None:
    with pytest.raises(error, match=message):
        PolicyCache().load(uri, SEEN, ACTIONS)


def test_a_policy_of_other_shapes_is_refused_also_when_it_is_cached(trained: CheckpointManager) -> None:
    policies = PolicyCache()
    policies.load("demo", SEEN, ACTIONS)
    with pytest.raises(CheckpointStateError, match=r"demo: sees a box .* and has 4 actions, but"):
        policies.load("demo", SEEN, ACTIONS + 1)


def test_a_mock_acts_in_any_environment() -> None:
    policy = PolicyCache().load("mock://lazy", Observation((7,)), 5)
    logits, values, state = policy.agent.step(torch.rand(2, 7), (), torch.ones(2, dtype=torch.bool))
    assert policy.key == ("lazy", 0)
    assert (logits.tolist(), values.tolist(), state) == ([[0.0] * 5] * 2, [0.0, 0.0], ())


@pytest.mark.parametrize(("size", "loads"), [(0, 6), (1, 6), (2, 5), (3, 3), (9, 3)])
def test_the_least_recently_used_policy_leaves_first(trained: CheckpointManager, size: int, loads: int) -> None:
    policies = PolicyCache(size)
    for epoch in (0, 1, 2, 1, 0, 2):
        policies.load(f"demo#epoch-{epoch}", SEEN, ACTIONS)
    assert (policies.loads, len(policies)) == (loads, min(size, 3))


def test_a_run_that_trained_on_gives_its_newest_policy(
    trained: CheckpointManager, small_config: Callable[..., Any], new_trainer: Any
) -> None:
    policies = PolicyCache()
    before = policies.load("demo", SEEN, ACTIONS)
    assert policies.load("demo", SEEN, ACTIONS) is before
    with new_trainer(small_config("py_agent=lstm")) as trainer:
        trainer.restore(trained.load(2))
        trainer.update()
        trainer.save(trained)
    assert policies.load("demo", SEEN, ACTIONS).key == ("demo", 3)


def test_a_cache_has_no_negative_size() -> None:
    with pytest.raises(ValueError, match="size -1: must be 0 or more"):
        PolicyCache(-1)

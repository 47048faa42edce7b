"""Policies by address: run, path, any file system, or a mock; verified wherever they come from."""

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any, ClassVar

import fsspec
import pytest
import torch
from fsspec.implementations.memory import MemoryFileSystem

from metta_ref.checkpoint import CheckpointManager, Selection
from metta_ref.checkpoint.errors import (
    CheckpointCorruptError,
    CheckpointError,
    CheckpointKindError,
    CheckpointNotFoundError,
    CheckpointStateError,
    CheckpointVersionError,
)
from metta_ref.checkpoint.policies import PolicyCache, PolicyUri, parse_uri
from metta_ref.checkpoint.stored import Stored, encoded
from metta_ref.config import Config, ConfigError, Observation, parse_overrides, run_dir
from metta_ref.envs import make_env
from metta_ref.rl.trainer import Trainer
from metta_ref.tools import inspect
from metta_ref.tools._main import tool
from tests.unit.metta_ref.conftest import SMALL

SEEN, ACTIONS = Observation((3, 3, 3)), 4


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run with epochs 0, 1 and 2; epoch 1 has the best score, 0 has none."""
    folder = tmp_path_factory.mktemp("once")
    config = parse_overrides([*SMALL, "py_agent=lstm"], Config)
    plain, scored = CheckpointManager(folder / "plain" / "demo"), CheckpointManager(folder / "demo")
    torch.set_num_threads(1)
    with closing(make_env(config.env, config.trainer.num_envs, config.seed)) as env:
        trainer = Trainer(config, env)
        for epoch, score in enumerate((None, 0.75, 0.25)):
            plain.save(trainer.checkpoint())
            written = plain.load(epoch)
            scored.save(replace(written, sidecar={**written.sidecar, "score": score}))
            trainer.update()
    return scored.run_dir


@pytest.fixture
def trained(run: Path) -> CheckpointManager:
    """A copy of it, `demo`."""
    return CheckpointManager(shutil.copytree(run, run_dir("demo")))


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
        ("runs/demo", PolicyUri("file", "runs/demo", Selection("latest"))),
        ("runs/100%20/demo", PolicyUri("file", "runs/100%20/demo", Selection("latest"))),
        ("runs/demo#best:reward", PolicyUri("file", "runs/demo", Selection("best", "reward"))),
        ("file:///a%20b/demo#epoch-7", PolicyUri("file", "/a b/demo", Selection(epoch=7))),
        (
            "./checkpoints/epoch-00000012",
            PolicyUri("file", "./checkpoints", Selection(epoch=12)),
        ),
        ("s3://bucket/demo#best", PolicyUri("s3", "s3://bucket/demo", Selection("best"))),
        (
            "memory://x/demo/checkpoints/epoch-00000003",
            PolicyUri("memory", "memory://x/demo/checkpoints", Selection(epoch=3)),
        ),
        ("mock://lazy", PolicyUri("mock", "lazy")),
        ("mock://", PolicyUri("mock", "mock")),
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
    with pytest.raises(CheckpointError, match="after # stands latest, best, best:METRIC or epoch-NUMBER"):
        parse_uri(f"runs/demo#{fragment}")


def test_an_epoch_is_named_once() -> None:
    with pytest.raises(CheckpointError, match="names epoch 3 twice; leave out #best"):
        parse_uri("demo/checkpoints/epoch-00000003#best")


@pytest.mark.parametrize(("choice", "epoch"), [("", 2), ("#latest", 2), ("#best", 1), ("#epoch-0", 0)])
@pytest.mark.parametrize("place", ["demo", "{run}", "file://{run}", "{run}/checkpoints", "memory://bucket/runs/demo"])
def test_the_same_policy_from_everywhere(
    trained: CheckpointManager, memory: Any, place: str, choice: str, epoch: int
) -> None:
    put(trained.run_dir, "memory://bucket/runs/demo")
    policy = PolicyCache().load(place.format(run=trained.run_dir) + choice, SEEN, ACTIONS)
    stored = trained.stored(epoch)
    assert policy.key == ("demo", epoch)
    assert all(
        torch.equal(ours, theirs)
        for ours, theirs in zip(policy.agent.state_dict().values(), stored.agent().state_dict().values(), strict=True)
    )


def test_elsewhere_a_checkpoint_is_there_when_its_manifest_is(trained: CheckpointManager, memory: Any) -> None:
    """Nothing renames a directory there; whoever copies one sends the manifest last."""
    put(trained.run_dir, "memory://bucket/demo")
    for epoch in (2, 1):
        memory.rm(f"/bucket/demo/checkpoints/epoch-0000000{epoch}/manifest.json")
        assert PolicyCache().load("memory://bucket/demo", SEEN, ACTIONS).key == ("demo", epoch - 1)
    memory.rm("/bucket/demo/checkpoints/epoch-00000000/manifest.json")
    with pytest.raises(CheckpointNotFoundError, match="memory://bucket/demo/checkpoints: no checkpoint there"):
        PolicyCache().load("memory://bucket/demo", SEEN, ACTIONS)


class Bucket(MemoryFileSystem):
    """A file system that this program does not know, as one for a store of objects would register itself."""

    protocol = "bucket"
    store: ClassVar[dict[str, Any]] = {}
    pseudo_dirs: ClassVar[list[str]] = [""]
    refuses: ClassVar[bool] = False

    def ls(self, path: str, detail: bool = True, **options: Any) -> Any:
        if Bucket.refuses:
            raise ConnectionResetError("reset by peer")
        return super().ls(path, detail, **options)

    def cat_file(self, path: str, *args: Any, **options: Any) -> Any:
        Bucket.fetched.append(path)
        return super().cat_file(path, *args, **options)

    fetched: ClassVar[list[str]] = []


@pytest.fixture
def bucket(memory: Any) -> Iterator[type[Bucket]]:
    """Such a store, empty."""
    fsspec.register_implementation("bucket", Bucket, clobber=True)
    for place in (Bucket.store, Bucket.fetched):
        place.clear()
    Bucket.refuses = False
    yield Bucket
    Bucket.store.clear()


PLACES = ("{run}", "file://{run}", "memory://runs/demo", "bucket://runs/demo")


def put(run: Path, place: str) -> str:
    """Have a run as it is, sound or not, at a place; its URI."""
    uri = place.format(run=run)
    if "{run}" not in place:
        system, root = fsspec.core.url_to_fs(uri)
        system.put(f"{run}/", f"{root}/", recursive=True)
    return uri


def alter_manifest(path: Path, **changes: Any) -> None:
    manifest = path / "manifest.json"
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | changes))


def list_a_file_elsewhere(path: Path) -> None:
    """As somebody would who wants whoever copies the checkpoint to write there."""
    manifest = Stored(path).manifest
    listed = {**manifest.files, "../../../../escaped": "0" * 64}
    (path / "manifest.json").write_bytes(encoded(replace(manifest, files=listed)))


def come_from_another_version(path: Path) -> None:
    """Sound, but with a setting of the agent that this version does not know."""
    plain = json.loads((path / "policy.json").read_text())
    content = json.dumps(plain | {"config": plain["config"] | {"experts": 8}}).encode()
    (path / "policy.json").write_bytes(content)
    manifest = Stored(path).manifest
    listed = {**manifest.files, "policy.json": hashlib.sha256(content).hexdigest()}
    (path / "manifest.json").write_bytes(encoded(replace(manifest, files=listed)))


def cut(path: Path) -> None:
    weights = path / "policy.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1])


DAMAGE: dict[str, tuple[Callable[[Path], object], type[CheckpointError], str]] = {
    "altered": (cut, CheckpointCorruptError, r"policy\.safetensors: was truncated or altered"),
    "incomplete": (
        lambda path: (path / "policy.json").unlink(), CheckpointCorruptError, r"policy\.json: is missing"
    ),
    "another kind": (lambda path: alter_manifest(path, kind="x"), CheckpointKindError, "not the manifest of a"),
    "newer": (lambda path: alter_manifest(path, format_version=99), CheckpointVersionError, "format version 99"),
    "another's": (come_from_another_version, CheckpointKindError, r"another version's agent \(experts: no such"),
    "greedy": (list_a_file_elsewhere, CheckpointCorruptError, r"manifest\.json: lists a file that is none of this"),
    "nothing": (shutil.rmtree, CheckpointNotFoundError, "epochs there: 0, 1"),
}  # fmt: skip


@pytest.mark.parametrize("place", PLACES)
def test_what_is_wrong_is_the_same_error_everywhere(
    trained: CheckpointManager, memory: Any, bucket: type[Bucket], place: str
) -> None:
    sound = shutil.copytree(trained.run_dir, trained.run_dir.parent / "sound")
    for damage, error, message in DAMAGE.values():
        shutil.rmtree(trained.run_dir)
        shutil.copytree(sound, trained.run_dir)
        damage(trained.path(2))
        bucket.store.clear()
        memory.store.clear()
        uri = put(trained.run_dir, place)
        with pytest.raises(error, match=message) as caught:
            PolicyCache().load(f"{uri}#epoch-2", SEEN, ACTIONS)
        assert f"{uri.removeprefix('file://')}/checkpoints/epoch-00000002" in str(caught.value)


@pytest.mark.parametrize("place", PLACES)
def test_a_checkpoint_is_inspected_wherever_it_is(
    trained: CheckpointManager, bucket: type[Bucket], place: str, capsys: pytest.CaptureFixture[str]
) -> None:
    uri = f"{put(trained.run_dir, place)}#best"
    code = tool(inspect.main, inspect.InspectConfig, None, argv=[f"policy={uri}", "json=true"])
    facts = json.loads(capsys.readouterr().out)
    assert (code, facts["epoch"], facts["state_digest"]) == (0, 1, trained.stored(1).manifest.state_digest)
    assert len(facts["tensors"]) == len(trained.load(1).state)


def test_a_mock_has_no_checkpoint_to_inspect(capsys: pytest.CaptureFixture[str]) -> None:
    code = tool(inspect.main, inspect.InspectConfig, None, argv=["policy=mock://lazy"])
    assert (code, capsys.readouterr().err) == (
        2,
        "error: mock://lazy: a mock has no checkpoint; name a trained policy\n",
    )


def test_no_more_is_fetched_than_it_takes(trained: CheckpointManager, bucket: type[Bucket]) -> None:
    """To choose the best, what sidecars say; of the chosen one, the policy."""
    uri = put(trained.run_dir, "bucket://runs/demo")
    PolicyCache().load(f"{uri}#best", SEEN, ACTIONS)
    names = [tuple(path.rsplit("/", 2)[1:]) for path in bucket.fetched]
    facts = [(f"epoch-0000000{epoch}", name) for epoch in range(3) for name in ("manifest.json", "sidecar.yaml")]
    policy = [("epoch-00000001", name) for name in ("policy.json", "policy.safetensors")]
    assert sorted({*names}) == sorted({*facts, *policy})


def test_a_place_that_does_not_answer_says_so(trained: CheckpointManager, bucket: type[Bucket]) -> None:
    uri = put(trained.run_dir, "bucket://runs/demo")
    bucket.refuses = True
    with pytest.raises(CheckpointError, match=r"cannot be reached \(reset by peer\); look for network"):
        PolicyCache().load(uri, SEEN, ACTIONS)


@pytest.mark.parametrize(
    ("uri", "error", "message"),
    [
        ("memory://nowhere/demo", CheckpointNotFoundError, "no checkpoint there; train a run first"),
        ("nowhere/demo", CheckpointNotFoundError, "no checkpoint there; train a run first"),
        ("demo#epoch-9", CheckpointNotFoundError, "no such checkpoint; epochs there: 0, 1, 2"),
        ("demo#best:reward", CheckpointNotFoundError, "no checkpoint has a finite value of reward"),
        pytest.param(
            "s3://x/demo",
            CheckpointError,
            "[Ii]nstall s3fs",
            marks=pytest.mark.skipif(
                find_spec("s3fs") is not None, reason="s3fs is installed and would ask the network"
            ),
        ),
        ("gopher://x/demo", CheckpointError, "use a path, file://, memory:// or an installed scheme"),
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
    agents = [policies.load(f"demo#epoch-{epoch}", SEEN, ACTIONS).agent for epoch in (0, 1, 2, 1, 0, 2)]
    assert len({id(agent) for agent in agents}) == loads


def test_a_run_that_trained_on_gives_its_newest_policy(
    trained: CheckpointManager, small_config: Callable[..., Any], new_trainer: Any
) -> None:
    policies = PolicyCache()
    before = policies.load("demo", SEEN, ACTIONS)
    assert policies.load("demo", SEEN, ACTIONS) is before
    with new_trainer(small_config("py_agent=lstm")) as trainer:
        trainer.restore(trained.load(2))
        trainer.update()
        trained.save(trainer.checkpoint())
    assert policies.load("demo", SEEN, ACTIONS).key == ("demo", 3)


def test_a_run_that_was_trained_anew_gives_its_new_policy(trained: CheckpointManager) -> None:
    """Under the same name and epoch as the one that was removed."""
    policies = PolicyCache()
    before = policies.load("demo#epoch-1", SEEN, ACTIONS)
    other = trained.load(2)
    shutil.rmtree(trained.path(1))
    trained.save(replace(other, epoch=1))
    after = policies.load("demo#epoch-1", SEEN, ACTIONS)
    weights = [policy.agent.state_dict()["value.weight"] for policy in (before, after)]
    assert not torch.equal(*weights)
    assert torch.equal(weights[1], torch.from_numpy(other.state["policy/value.weight"]))


def test_a_cache_has_no_negative_size() -> None:
    with pytest.raises(ValueError, match="size -1: must be 0 or more"):
        PolicyCache(-1)

"""Weights & Biases beside a run: what is sent, that it is optional in every sense, and policies from there."""

import importlib.machinery
import json
import shutil
import struct
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from metta_ref.checkpoint import CheckpointManager
from metta_ref.checkpoint.errors import (
    CheckpointCorruptError,
    CheckpointError,
    CheckpointKindError,
    CheckpointNotFoundError,
    CheckpointVersionError,
)
from metta_ref.checkpoint.policies import PolicyCache
from metta_ref.config import Config, Observation, load_run_config, run_dir
from metta_ref.tools import inspect, resume, train
from metta_ref.tools._main import tool

SMALL = ["py_agent=lstm", "agent.hidden_size=8", "trainer.num_envs=4", "trainer.horizon=8", "env.max_steps=5"]
"""32 steps an update."""


@pytest.fixture
def run_tool(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, list[str]]]:
    """Runs a tool in this process: exit code and lines on stderr."""

    def ran(module: Any, *argv: str, config: Any = Config) -> tuple[int, list[str]]:
        code = tool(module.main, config, module.__doc__, parse=getattr(module, "parse", None), argv=argv)
        return code, capsys.readouterr().err.splitlines()

    return ran


class RefusedError(Exception):
    """What the service answers when it does not do what is asked."""


class FakeRun:
    """A run that remembers; with `breaks_at`, logging fails from that many calls on."""

    def __init__(self, asked: dict[str, Any], breaks_at: int | None) -> None:
        self.asked, self.breaks_at = asked, breaks_at
        self.defined: list[tuple[str, str | None]] = []
        self.logged: list[tuple[int, dict[str, float]]] = []
        self.artifacts: list[tuple[Any, list[str]]] = []
        self.exit_code: int | None = None

    def define_metric(self, name: str, step_metric: str | None = None) -> None:
        self.defined.append((name, step_metric))

    def log(self, values: dict[str, float], step: int) -> None:
        if len(self.logged) == self.breaks_at:
            raise RefusedError("connection reset\nby peer")
        self.logged.append((step, values))

    def log_artifact(self, artifact: Any, aliases: list[str]) -> None:
        self.artifacts.append((artifact, aliases))

    def finish(self, exit_code: int) -> None:
        self.exit_code = exit_code


class FakeArtifact:
    """An artifact: what it was made of, and what downloads give."""

    def __init__(self, name: str, kind: str, metadata: dict[str, Any]) -> None:
        self.name, self.kind, self.metadata = name, kind, metadata
        self.files: list[str] = []

    def add_dir(self, path: str) -> None:
        self.files = sorted(file.name for file in Path(path).iterdir())


class FakeWandb(ModuleType):
    """The package as far as it is used: sessions that work or not, and artifacts by name."""

    Error, Artifact = RefusedError, FakeArtifact

    def __init__(self) -> None:
        super().__init__("wandb")
        self.__spec__ = importlib.machinery.ModuleSpec("wandb", None)
        self.logged_in, self.online, self.breaks_at = True, True, None
        self.runs: list[FakeRun] = []
        self.store: dict[str, Path] = {}

    def setup(self, settings: object) -> None: ...

    def teardown(self) -> None: ...

    def Settings(self, **values: object) -> dict[str, object]:  # noqa: N802 - as it is called there
        return values

    def login(self, prompt: bool) -> bool:
        assert not prompt
        return self.logged_in

    def init(self, **asked: Any) -> FakeRun:
        if asked["mode"] == "online" and not self.online:
            raise RefusedError("no route to host")
        self.runs.append(FakeRun(asked, self.breaks_at))
        return self.runs[-1]

    def Api(self) -> "FakeWandb":  # noqa: N802 - as it is called there
        return self

    def artifact(self, name: str) -> Any:
        if name not in self.store:
            raise RefusedError(f"artifact {name} not found")
        found = FakeArtifact(name, "model", {})
        found.download = self._download(name)  # type: ignore[attr-defined]
        return found

    def _download(self, name: str) -> Callable[..., str]:
        def download(root: str) -> str:
            return str(shutil.copytree(self.store[name], root))

        return download


@pytest.fixture
def wandb(monkeypatch: pytest.MonkeyPatch) -> FakeWandb:
    fake = FakeWandb()
    monkeypatch.setitem(sys.modules, "wandb", fake)
    return fake


def test_a_run_is_shown_with_its_settings_metrics_and_checkpoints(run_tool: Any, wandb: FakeWandb) -> None:
    places = ["wandb.project=maze", "wandb.entity=us", "wandb.group=first", "wandb.tags=a,b"]
    steps = ["trainer.total_timesteps=96", "trainer.checkpoint_interval=2"]
    assert run_tool(train, *SMALL, *places, *steps, "run=demo", "wandb.mode=online") == (0, [])
    (run,) = wandb.runs
    asked = {name: run.asked[name] for name in ("mode", "project", "entity", "group", "tags", "name", "resume")}
    assert asked == {
        "mode": "online", "project": "maze", "entity": "us", "group": "first", "tags": ("a", "b"), "name": "demo",
        "resume": "allow",
    }  # fmt: skip
    assert (run.asked["config"]["py_agent"], run.asked["config"]["trainer"]["num_envs"]) == ("lstm", 4)
    assert run.defined == [("agent_step", None), ("*", "agent_step")]
    assert [step for step, _ in run.logged] == [32, 64, 96]
    lines = map(json.loads, (run_dir("demo") / "metrics.jsonl").read_text().splitlines())
    told = [{name: value for name, value in line.items() if value is not None} for line in lines]
    assert [values for _, values in run.logged] == told
    assert [(artifact.name, artifact.metadata["epoch"], aliases) for artifact, aliases in run.artifacts] == [
        ("demo", 2, ["latest", "epoch-2"]), ("demo", 3, ["latest", "epoch-3"])
    ]  # fmt: skip
    artifact, stored = run.artifacts[0][0], CheckpointManager(run_dir("demo"))
    assert artifact.files == sorted(file.name for file in stored.path(2).iterdir())
    assert artifact.metadata == {"epoch": 2, "agent_step": 64, "score": stored.stored(2).sidecar()["score"]}
    assert run.exit_code == 0


def test_a_resumed_run_goes_on_as_the_same(run_tool: Any, wandb: FakeWandb) -> None:
    run_tool(train, *SMALL, "trainer.total_timesteps=32", "run=demo", "wandb.mode=online")
    run_tool(resume, "trainer.total_timesteps=64", "run=demo")
    first, second = wandb.runs
    assert first.asked["id"] == second.asked["id"] == load_run_config("demo").wandb.id != ""
    assert [step for step, _ in second.logged] == [64]


@pytest.mark.parametrize(
    ("logged_in", "online", "reason"),
    [(False, True, "no login; run wandb login"), (True, False, "no route to host")],
)
def test_without_login_or_network_a_run_is_recorded_offline(
    run_tool: Any, wandb: FakeWandb, data_dir: Path, logged_in: bool, online: bool, reason: str
) -> None:
    wandb.logged_in, wandb.online = logged_in, online
    code, err = run_tool(train, *SMALL, "trainer.total_timesteps=32", "run=demo", "wandb.mode=online")
    directory = data_dir / "demo"
    assert (code, err) == (
        0, [f"note: wandb failed ({reason}); recording offline, for wandb sync, in {directory}"]
    )  # fmt: skip
    assert [(run.asked["mode"], len(run.logged)) for run in wandb.runs] == [("offline", 1)]


def test_a_failure_on_the_way_is_told_once_and_training_goes_on(run_tool: Any, wandb: FakeWandb) -> None:
    wandb.breaks_at = 1
    code, err = run_tool(train, *SMALL, "trainer.total_timesteps=128", "run=demo", "wandb.mode=online")
    assert (code, err) == (0, ["note: wandb failed (connection reset); training goes on without"])
    assert (CheckpointManager(run_dir("demo")).latest(), len(wandb.runs[0].logged)) == (4, 1)


def test_a_package_that_is_missing_is_named_before_anything_is_made(
    run_tool: Any, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "wandb", None)
    code, err = run_tool(train, *SMALL, "run=demo", "wandb.mode=offline")
    assert (code, err, data_dir.exists()) == (
        2, ["error: wandb.mode=offline: needs a package: pip install 'migration-audit[wandb]'"], False
    )  # fmt: skip
    assert run_tool(train, *SMALL, "run=demo", "trainer.total_timesteps=1") == (0, [])  # off: never looked for


@pytest.fixture
def published(run_tool: Any, wandb: FakeWandb) -> CheckpointManager:
    """A run of one update whose checkpoint stands in the store as us/maze/demo, versions latest and epoch-1."""
    run_tool(train, *SMALL, "trainer.total_timesteps=32", "run=demo")
    manager = CheckpointManager(run_dir("demo"))
    wandb.store |= {f"us/maze/demo:{version}": manager.path(1) for version in ("latest", "epoch-1")}
    return manager


@pytest.mark.parametrize("version", ["", ":latest", ":epoch-1"])
def test_a_policy_is_fetched(published: CheckpointManager, wandb: FakeWandb, version: str) -> None:
    policy = PolicyCache().load(f"wandb://us/maze/demo{version}", Observation((3, 3, 3)), 4)
    assert policy.key == ("demo", 1)


def test_an_artifact_is_inspected_like_any_checkpoint(
    published: CheckpointManager, run_tool: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    uri = "wandb://us/maze/demo:epoch-1"
    code = tool(inspect.main, inspect.InspectConfig, None, argv=[f"policy={uri}", "json=true"])
    facts = json.loads(capsys.readouterr().out)
    assert (code, facts["run"], facts["epoch"]) == (0, "demo", 1)
    assert facts["state_digest"] == published.stored(1).manifest.state_digest


def drop_manifest(path: Path) -> None:
    (path / "manifest.json").unlink()


def cut_weights(path: Path) -> None:
    weights = path / "policy.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1])


def make_newer(path: Path) -> None:
    manifest = path / "manifest.json"
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"format_version": 99}))


@pytest.mark.parametrize(
    ("damage", "error", "message"),
    [
        (drop_manifest, CheckpointKindError, "holds no checkpoint of metta_ref; name another artifact"),
        (cut_weights, CheckpointCorruptError, r"policy\.safetensors: was truncated or altered"),
        (make_newer, CheckpointVersionError, "format version 99"),
    ],
)
def test_what_an_artifact_should_not_hold_is_found(
    published: CheckpointManager,
    wandb: FakeWandb,
    damage: Callable[[Path], None],
    error: type[CheckpointError],
    message: str,
) -> None:
    damage(published.path(1))
    with pytest.raises(error, match=rf"^wandb://us/maze/demo[:/].*{message}"):
        PolicyCache().load("wandb://us/maze/demo:latest", Observation((3, 3, 3)), 4)


def test_an_artifact_that_cannot_be_had_says_why(wandb: FakeWandb, monkeypatch: pytest.MonkeyPatch) -> None:
    def load(uri: str) -> None:
        PolicyCache().load(uri, Observation((3, 3, 3)), 4)

    with pytest.raises(CheckpointNotFoundError, match="artifact us/maze/demo:v7 not found"):
        load("wandb://us/maze/demo:v7")
    for malformed in ("wandb://demo", "wandb://us/maze/demo#best", "wandb://us/maze/demo:v1:v2"):
        with pytest.raises(CheckpointError, match="write wandb://entity/project/name:version"):
            load(malformed)
    wandb.logged_in = False
    with pytest.raises(CheckpointError, match="no login; run wandb login"):
        load("wandb://us/maze/demo")
    monkeypatch.setitem(sys.modules, "wandb", None)
    with pytest.raises(CheckpointError, match=r"needs a package: pip install 'migration-audit\[wandb\]'"):
        load("wandb://us/maze/demo")


def records(directory: Path) -> Iterator[Any]:
    """What the real package wrote offline: records of protocol buffers in LevelDB's log format, block by block."""
    from wandb.proto import wandb_internal_pb2

    (path,) = directory.glob("wandb/offline-run-*/run-*.wandb")
    data, position, parts = path.read_bytes(), 7, b""
    while position < len(data):
        left_in_block = 32768 - position % 32768
        if left_in_block < 7:
            position += left_in_block
            continue
        _, length, kind = struct.unpack("<IHB", data[position : position + 7])
        parts += data[position + 7 : position + 7 + length]
        position += 7 + length
        if kind in (1, 4):  # a whole record, or the last part of one
            record = wandb_internal_pb2.Record()
            record.ParseFromString(parts)
            parts = b""
            yield record


def test_the_real_package_records_a_run_offline(
    run_tool: Any, data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wandb = pytest.importorskip("wandb", reason="the extra wandb is not installed")
    secret = "5ecre7" * 7
    monkeypatch.setenv("WANDB_API_KEY", secret)
    for name in ("WANDB_CACHE_DIR", "WANDB_CONFIG_DIR", "WANDB_DATA_DIR"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    monkeypatch.delenv("WANDB_DATA_DIR")
    try:
        code, err = run_tool(
            train, *SMALL, "trainer.total_timesteps=64", "run=demo", "wandb.mode=offline", "wandb.tags=a,b"
        )
    finally:
        wandb.teardown()
    assert (code, err) == (0, [])
    found = list(records(data_dir / "demo"))
    (run,) = {record.run.run_id: record.run for record in found if record.HasField("run")}.values()
    assert (run.run_id, run.project, run.display_name, list(run.tags)) == (
        load_run_config("demo").wandb.id, "metta_ref", "demo", ["a", "b"]
    )  # fmt: skip
    settings = {item.key: json.loads(item.value_json) for item in run.config.update}
    assert settings["py_agent"] == "lstm"
    history = [
        {"/".join(item.nested_key) or item.key: json.loads(item.value_json) for item in record.history.item}
        for record in found
        if record.HasField("history")
    ]
    assert [(row["agent_step"], row["_step"]) for row in history] == [(32, 32), (64, 64)]
    assert all(row["value"] >= 0 for row in history)
    artifacts = [record.request.log_artifact.artifact for record in found if record.request.HasField("log_artifact")]
    artifacts += [record.artifact for record in found if record.HasField("artifact")]
    assert [(artifact.name, json.loads(artifact.metadata)["epoch"]) for artifact in artifacts] == [("demo", 2)]
    # What waits to be sent is in the run's directory, whole, also when the run no longer keeps that checkpoint.
    waiting = {entry.path: Path(entry.local_path) for entry in artifacts[0].manifest.contents}
    shutil.rmtree((stored := CheckpointManager(data_dir / "demo")).path(2))
    for name, copy in waiting.items():
        assert copy.is_relative_to(data_dir / "demo" / "wandb")
        stored.path(2).mkdir(exist_ok=True)
        shutil.copy(copy, stored.path(2) / name)
    assert stored.load(2).sidecar["agent_step"] == 64
    written = [path for path in data_dir.rglob("*") if path.is_file()]
    assert [path for path in written if secret.encode() in path.read_bytes()] == []

"""A run in a bucket, of a server of the tests' own: read there, and brought back whole."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from metta_ref.checkpoint import CheckpointManager
from metta_ref.checkpoint.errors import CheckpointCorruptError, CheckpointError, CheckpointNotFoundError
from metta_ref.checkpoint.policies import PolicyCache
from metta_ref.config import Config, Observation, run_dir
from metta_ref.tools import resume, sim, train
from metta_ref.tools._main import tool
from metta_ref.tools.sim import SimConfig

s3fs = pytest.importorskip("s3fs", reason="s3fs is not installed: pip install s3fs")
moto = pytest.importorskip("moto.server", reason="there is no server to test with: pip install 'moto[s3,server]'")

SMALL = ("py_agent=lstm", "agent.hidden_size=8", "trainer.num_envs=4", "trainer.horizon=8", "env.max_steps=5")
"""32 steps an update."""

RUN = "s3://bucket/runs/demo"
SEEN, ACTIONS = Observation((3, 3, 3)), 4


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The URL of a server that keeps buckets as long as this module is tested."""
    running = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    running.start()
    host, port = running.get_host_and_port()
    yield f"http://{host}:{port}"
    running.stop()


@pytest.fixture
def bucket(server: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """An empty bucket, which the tools find as people's are found: by variables of the environment."""
    settings = {"ENDPOINT_URL": server, "ACCESS_KEY_ID": "x", "SECRET_ACCESS_KEY": "x", "DEFAULT_REGION": "us-east-1"}
    for name, value in settings.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    system = s3fs.S3FileSystem(skip_instance_cache=True)
    system.mkdir("bucket")
    yield system
    system.rm("bucket", recursive=True)
    s3fs.S3FileSystem.clear_instance_cache()


def trained(steps: int, run: str = "demo") -> CheckpointManager:
    argv = [*SMALL, f"run={run}", f"trainer.total_timesteps={steps}", "trainer.checkpoint_interval=1"]
    assert tool(train.main, Config, None, parse=train.parse, argv=argv) == 0
    return CheckpointManager(run_dir(run))


def test_a_run_in_a_bucket_is_evaluated_there_and_goes_on_here(bucket: Any, capsys: pytest.CaptureFixture[str]) -> None:
    local = trained(64)
    bucket.put(f"{local.run_dir}/", RUN, recursive=True)
    policies = f"policies={RUN}#epoch-1,{RUN}"
    assert tool(sim.main, SimConfig, None, argv=["run=demo", policies, "episodes=4", "num_envs=4"]) == 0
    told = capsys.readouterr().out.splitlines()
    assert [line.split()[1:3] for line in told if line.startswith("evaluated")] == [
        ["run=demo", "epoch=1"], ["run=demo", "epoch=2"]
    ]  # fmt: skip
    shutil.rmtree(local.run_dir)
    bucket.get(f"{RUN}/", str(local.run_dir), recursive=True)
    argv = ["run=demo", "trainer.total_timesteps=96"]
    assert tool(resume.main, Config, None, parse=resume.parse, argv=argv) == 0
    uninterrupted = trained(96, run="other")
    assert local.stored(3).manifest.state_digest == uninterrupted.stored(3).manifest.state_digest


def test_what_arrives_in_a_bucket_meanwhile_is_seen(bucket: Any) -> None:
    local, policies = trained(64), PolicyCache()
    for epoch in (0, 1, 2):
        folder = f"{RUN}/checkpoints/epoch-0000000{epoch}"
        files = sorted(local.path(epoch).iterdir(), key=lambda path: path.name == "manifest.json")
        for path in files[:-1]:
            bucket.put_file(str(path), f"{folder}/{path.name}")
        if epoch:
            assert policies.load(RUN, SEEN, ACTIONS).key == ("demo", epoch - 1)
        bucket.put_file(str(files[-1]), f"{folder}/manifest.json")
        assert policies.load(RUN, SEEN, ACTIONS).key == ("demo", epoch)


def test_what_is_wrong_in_a_bucket_is_told(bucket: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def load(uri: str) -> None:
        PolicyCache().load(uri, SEEN, ACTIONS)

    for nowhere in ("s3://bucket/runs/none", "s3://no-such-bucket/demo"):
        with pytest.raises(CheckpointNotFoundError, match=f"^{nowhere}/checkpoints: no checkpoint there"):
            load(nowhere)
    local = trained(32)
    (local.path(1) / "policy.safetensors").write_bytes(b"short")
    bucket.put(f"{local.run_dir}/", RUN, recursive=True)
    damaged = Path("checkpoints/epoch-00000001/policy.safetensors")
    with pytest.raises(CheckpointCorruptError, match=f"^{RUN}/{damaged}: was truncated or altered"):
        load(RUN)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    s3fs.S3FileSystem.clear_instance_cache()
    with pytest.raises(CheckpointError, match=f"^{RUN}/checkpoints: cannot be reached"):
        load(RUN)

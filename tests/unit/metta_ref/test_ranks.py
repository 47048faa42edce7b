"""Two processes compute what one does, go on from each other's checkpoints, and never wait for one that is gone."""

import fcntl
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch.distributed import TCPStore

from metta_ref.checkpoint import CheckpointManager
from metta_ref.checkpoint.contents import Arrays
from metta_ref.rl.group import ALONE, GroupError, process_group
from tests.unit.metta_ref import job_of_ranks
from tests.unit.metta_ref.job_of_ranks import CASES, HALF, STEPS, WHOLE, case_config, trained

TOLERANCE = 1e-5
"""Between weights of about 1 after some steps of 0.004 each: floats are added in another order, and Adam divides small
sums by small sums. A gradient that were halved, or normalised by half a minibatch, would be away by a step and more.
"""


@pytest.fixture(scope="module")
def job(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The results of one process (`alone`) and of a job of two, run once whatever the number of test processes."""
    shared = tmp_path_factory.getbasetemp().parent / "ranks" if "PYTEST_XDIST_WORKER" in os.environ else None
    directory = shared or tmp_path_factory.mktemp("ranks")
    directory.mkdir(exist_ok=True)
    with (directory / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (directory / "done").exists():
            _work(directory)
            (directory / "done").touch()
    return directory


def _work(directory: Path) -> None:
    torch.set_num_threads(1)
    for name in CASES:
        trained(case_config(name, directory), ALONE, CheckpointManager(directory / "alone" / name))
    stores = [TCPStore("127.0.0.1", 0, is_master=True, wait_for_workers=False) for _ in range(2)]
    common = {
        "WORLD_SIZE": "2",
        "MASTER_ADDR": "127.0.0.1",
        "MASTER_PORT": str(stores[0].port),
        "PORT_OF_FAILING": str(stores[1].port),
        "TORCHELASTIC_USE_AGENT_STORE": "True",
        "DATA_DIR": str(directory / "ranks"),
        "OMP_NUM_THREADS": "1",
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    processes = [
        subprocess.Popen(
            [sys.executable, job_of_ranks.__file__, str(directory)],
            env={**os.environ, **common, "RANK": str(rank), "LOCAL_RANK": str(rank)},
            stdout=(directory / f"stdout-{rank}").open("w"),
            stderr=(directory / f"stderr-{rank}").open("w"),
        )
        for rank in (0, 1)
    ]
    try:
        for rank, process in enumerate(processes):
            assert process.wait(90) == 0, (directory / f"stderr-{rank}").read_text()
    finally:
        for process in processes:
            process.kill()


@pytest.fixture
def snapshot(job: Path) -> Callable[[str, str, int], Arrays]:
    """The state of a run by who computed it, the case, and the epoch."""
    return lambda who, name, epoch: CheckpointManager(job / who / name).load(epoch).state


def distances(one: Arrays, other: Arrays) -> dict[str, float]:
    """The largest difference in each section."""
    assert one.keys() == other.keys()
    found: dict[str, float] = {}
    for name, array in one.items():
        section = name.partition("/")[0]
        found[section] = max(found.get(section, 0.0), float(np.abs(array.astype(float) - other[name]).max()))
    return found


def state_digest(job: Path, who: str, name: str) -> str:
    return CheckpointManager(job / who / name).stored(WHOLE).manifest.state_digest


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("epoch", [HALF, WHOLE])
def test_two_processes_compute_what_one_does(snapshot: Any, name: str, epoch: int) -> None:
    found = distances(snapshot("alone", name, epoch), snapshot("ranks", name, epoch))
    computed = {section: found.pop(section) for section in ("policy", "optimizer", "recurrent")}
    assert all(0 < distance < TOLERANCE for distance in computed.values()), computed
    # Same actions, so the same episodes, and the same draws: exactly.
    assert found == dict.fromkeys(found, 0.0)


@pytest.mark.parametrize("name", CASES)
def test_all_ranks_hold_the_same_weights_to_the_bit(job: Path, name: str) -> None:
    first, second = ((job / f"{name}-{rank}.sha256").read_text() for rank in (0, 1))
    assert first == second


@pytest.mark.parametrize("name", CASES)
def test_interrupted_and_resumed_by_as_many_is_the_same_in_every_byte(job: Path, name: str) -> None:
    assert state_digest(job, "resumed-ranks", name) == state_digest(job, "ranks", name)


@pytest.mark.parametrize("name", CASES)
def test_two_processes_go_on_from_the_checkpoint_of_one(snapshot: Any, name: str) -> None:
    found = distances(snapshot("resumed-alone", name, WHOLE), snapshot("alone", name, WHOLE))
    assert max(found.values()) < TOLERANCE


@pytest.mark.parametrize("name", CASES)
def test_one_process_goes_on_from_the_checkpoint_of_two(job: Path, snapshot: Any, tmp_path: Path, name: str) -> None:
    start = CheckpointManager(job / "ranks" / name).load(HALF)
    out = CheckpointManager(tmp_path / name)
    trained(case_config(name, job), ALONE, out, start)
    assert max(distances(out.load(WHOLE).state, snapshot("ranks", name, WHOLE)).values()) < TOLERANCE


def test_ranks_that_no_longer_agree_are_an_error_on_each(job: Path) -> None:
    for rank in (0, 1):
        assert (job / f"diverged-{rank}").read_text() == (
            "ranks [1] have come to other weights or generators than rank 0: their arithmetic differs; run on equal "
            "machines, and go on from the newest checkpoint"
        )


@pytest.mark.parametrize(("what", "longest"), [("late", 2.5), ("gone", 30.0)])
def test_a_rank_that_is_late_or_gone_is_an_error_in_the_others(job: Path, what: str, longest: float) -> None:
    """Late is later than the limit of a second; one that is gone is missed at once, long before the limit of 60."""
    seconds, message = (job / what).read_text().split("\n", 1)
    assert float(seconds) < longest
    limit = {"late": 1, "gone": 60}[what]
    assert message.startswith(f"another of 2 ranks ended or did not answer within {limit} s (")
    assert message.endswith("); the message of the rank that failed first says why")


def test_rank_0_speaks_for_all(job: Path) -> None:
    run = job / "ranks" / "lstm"
    lines = (job / "stdout-0").read_text().splitlines()
    assert lines[0] == f"checkpoint: {run}/checkpoints/epoch-00000005 (epoch 5, step {5 * STEPS})"
    assert lines[1].startswith(f"trained run=lstm epoch=5 agent_step={5 * STEPS} steps={STEPS} ")
    assert len(lines) == 2
    refusal = "error: trainer.num_envs=9: 2 ranks do not divide it; use a multiple of 2, or other ranks"
    assert (job / "stderr-0").read_text().splitlines() == [refusal]
    assert (job / "stdout-1").read_text() + (job / "stderr-1").read_text() == ""
    assert [(job / f"exit-codes-{rank}").read_text() for rank in (0, 1)] == ["2 0", "2 0"]


def test_torchrun_starts_a_run(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2"]
    tool = ["-m", "metta_ref.tools.train", "run=demo", *job_of_ranks.SMALL, f"trainer.total_timesteps={STEPS}"]
    env = {**os.environ, "DATA_DIR": str(tmp_path), "OMP_NUM_THREADS": "1", "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([*command, *tool], env=env, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stderr
    checkpoints = tmp_path / "demo" / "checkpoints"
    first, last, summary = done.stdout.splitlines()
    assert first == f"checkpoint: {checkpoints}/epoch-00000000 (epoch 0, step 0)"
    assert last == f"checkpoint: {checkpoints}/epoch-00000001 (epoch 1, step {STEPS})"
    assert summary.startswith(f"trained run=demo epoch=1 agent_step={STEPS} steps={STEPS} ")
    assert CheckpointManager(tmp_path / "demo").stored(1).manifest.environment["ranks"] == "2"


def test_half_a_place_in_a_group_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORLD_SIZE", "2")
    monkeypatch.setenv("RANK", "first")
    process_group.cache_clear()
    with pytest.raises(GroupError, match=r"^WORLD_SIZE=2, RANK=first, LOCAL_RANK=, .*: torchrun sets all of these; "):
        process_group()

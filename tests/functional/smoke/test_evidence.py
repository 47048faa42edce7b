"""What a smoke run that passes leaves as evidence, and how it behaves as a command."""

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from smoke.__main__ import main

ROOT = Path(__file__).parents[3]
Install = Callable[[dict[str, str]], None]


def test_a_sound_system_passes_with_facts_for_every_stage(
    rules: Path, tmp_path: Path, install_fake: Install, capsys: pytest.CaptureFixture[str]
) -> None:
    install_fake({})
    written = tmp_path / "smoke.json"

    assert main(["lstm", "--rules", str(rules), "--json", str(written)]) == 0

    document = json.loads(written.read_text())
    assert document["schema_version"] == 1
    [scenario] = document["scenarios"]
    assert (scenario["name"], scenario["outcome"]) == ("lstm", "passed")
    assert [(stage["name"], stage["outcome"], stage["exit"], stage["reason"]) for stage in scenario["stages"]] == [
        ("train", "passed", 0, ""),
        ("checkpoint", "passed", None, ""),
        ("uninterrupted", "passed", 0, ""),
        ("resume", "passed", 0, ""),
        ("evaluate", "passed", 0, ""),
        ("analyse", "passed", 0, ""),
    ]
    assert [stage["facts"] for stage in scenario["stages"]] == [
        {"run": "demo", "epoch": 4, "step": 1024},
        {"run": "demo", "epochs": [4], "verified_files": 3},
        {"run": "whole", "epoch": 8, "step": 2048, "epochs": [8], "verified_files": 3},
        {
            "run": "demo", "epoch": 8, "step": 2048, "resumed_from": 4,
            "equal_state_files": ["policy.safetensors", "scalars.json"],
        },
        {"run": "demo", "epoch": 8, "episodes": 16, "mean_reward": 0.5},
        {
            "run": "demo",
            "epoch": 8,
            "episodes": 16,
            "mean_reward": 0.5,
            "metrics": ["reward"],
            "intervals": [{"metric": "reward", "mean": 0.5, "low": 0.25, "high": 0.75}],
        },
    ]  # fmt: skip
    out = capsys.readouterr().out
    assert "1 of 1 scenarios passed (6 stages: 6 passed, 0 failed, 0 blocked) in" in out


def test_evidence_is_kept_where_asked(rules: Path, tmp_path: Path, install_fake: Install) -> None:
    install_fake({"train demo": "flood"})
    kept = tmp_path / "kept"

    assert main(["--rules", str(rules), "--keep", str(kept)]) == 0

    train = json.loads((kept / "lstm" / "evidence" / "train.json").read_text())
    settings = ["run=demo", "py_agent=lstm", "trainer.total_timesteps=1000"]
    assert train["command"] == [sys.executable, "-m", "metta_ref.tools.train", *settings]
    checkpoint = kept / "lstm" / "data" / "demo" / "checkpoints" / "epoch-00000004"
    said = ("x" * 9999 + "\n") * 300 + f"checkpoint {checkpoint}\n"
    halves = hashlib.sha256(said.encode()).digest() + hashlib.sha256(b"").digest()
    assert train["digest"] == hashlib.sha256(halves).hexdigest()
    assert train["excerpt"].endswith(f"checkpoint {checkpoint}")
    assert len(train["excerpt"]) < 4100
    for artefact in train["artefacts"]:
        path = kept / "lstm" / "data" / artefact["path"]
        assert artefact["bytes"] == path.stat().st_size
        assert artefact["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert [Path(artefact["path"]).name for artefact in train["artefacts"]] == [
        "manifest.json", "policy.safetensors", "scalars.json", "sidecar.yaml",
    ]  # fmt: skip
    evaluate = json.loads((kept / "lstm" / "evidence" / "evaluate.json").read_text())
    assert [artefact["path"] for artefact in evaluate["artefacts"]] == ["demo/stats.duckdb"]


def test_a_stage_sees_closed_input_and_a_clean_environment(tmp_path: Path) -> None:
    shown = "import os, sys; print(sorted(os.environ), repr(sys.stdin.read()), file=sys.stderr); sys.exit(9)"
    rules = tmp_path / "smoke.yaml"
    stage = {
        "name": "look",
        "run": ["python", "-c", shown],
        "timeout": 5,
        "expect": {"complete": {"run": "x"}},
    }
    rules.write_text(json.dumps({"scenarios": [{"name": "look", "stages": [stage]}]}))

    smoke = subprocess.run(
        [sys.executable, "-m", "smoke", "--rules", str(rules), "--keep", str(tmp_path / "kept")],
        cwd=ROOT,
        env=os.environ | {"SOME_SECRET": "do not pass on"},
        input=b"typed by someone",
        capture_output=True,
    )

    assert smoke.returncode == 1
    excerpt = json.loads((tmp_path / "kept" / "look" / "evidence" / "look.json").read_text())["excerpt"]
    assert "'DATA_DIR'" in excerpt
    assert "SOME_SECRET" not in excerpt
    assert excerpt.endswith("''")


def test_a_command_that_is_not_there_is_a_red_stage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rules = tmp_path / "smoke.yaml"
    stage = {"name": "start", "run": ["no-such-program"], "timeout": 5, "expect": {"complete": {"run": "x"}}}
    rules.write_text(json.dumps({"scenarios": [{"name": "start", "stages": [stage]}]}))
    assert main(["--rules", str(rules)]) == 1
    assert "cannot be started" in capsys.readouterr().out


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_smoke_leaves_nothing(
    number: signal.Signals, rules: Path, tmp_path: Path, install_fake: Install
) -> None:
    """The stage under way hangs with a child; neither it nor the scratch directory nor a result stays."""
    install_fake({"train demo": "hang"})
    scratch, written = tmp_path / "scratch", tmp_path / "smoke.json"
    scratch.mkdir()
    rules.write_text(rules.read_text().replace("timeout: 5", "timeout: 60"))
    smoke = subprocess.Popen(
        [sys.executable, "-m", "smoke", "--rules", str(rules), "--json", str(written)],
        cwd=ROOT,
        env=os.environ | {"TMPDIR": str(scratch)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    while len(sleeping := sleepers(scratch)) < 2:
        assert smoke.poll() is None
        time.sleep(0.02)
    smoke.send_signal(number)
    _, err = smoke.communicate()
    assert (smoke.returncode, err) == (130, "smoke: interrupted; nothing was written\n")
    assert not any(Path(f"/proc/{process}/cwd").exists() for process in sleeping)
    assert list(scratch.iterdir()) == []
    assert not written.exists()


def test_a_killed_smoke_takes_the_command_with_it(rules: Path, tmp_path: Path, install_fake: Install) -> None:
    install_fake({"train demo": "hang"})
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    smoke = subprocess.Popen(
        [sys.executable, "-m", "smoke", "--rules", str(rules)],
        cwd=ROOT,
        env=os.environ | {"TMPDIR": str(scratch)},
    )
    while len(sleeping := sleepers(scratch)) < 2:
        assert smoke.poll() is None
        time.sleep(0.02)
    smoke.kill()
    smoke.wait()
    while any("metta_ref.tools.train" in commands for commands in sleepers(scratch).values()):
        time.sleep(0.02)
    for process in sleepers(scratch):  # a child of the command, which a kill of the smoke cannot reach
        assert process in sleeping
        os.kill(process, signal.SIGKILL)


def sleepers(directory: Path) -> dict[int, str]:
    """Process id to command line of everything that works below a directory."""
    found = {}
    for link in Path("/proc").glob("[0-9]*/cwd"):
        try:
            if link.readlink().is_relative_to(directory):
                found[int(link.parent.name)] = (link.parent / "cmdline").read_text()
        except (PermissionError, ProcessLookupError, FileNotFoundError):
            continue
    return found

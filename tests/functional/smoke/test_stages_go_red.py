"""Each stage is broken in turn: that stage is red, says why, and what rests on it is blocked."""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from smoke.__main__ import main

STAGES = ("train", "checkpoint", "uninterrupted", "resume", "evaluate", "analyse")
NEEDED_BY = {
    "train": {"checkpoint", "resume", "evaluate", "analyse"},
    "checkpoint": {"resume", "evaluate", "analyse"},
    "uninterrupted": {"resume", "evaluate", "analyse"},
    "resume": {"evaluate", "analyse"},
    "evaluate": {"analyse"},
    "analyse": set(),
}

BROKEN = [
    # command, what it does wrong, stage that goes red, why
    ("train demo", "exit 3", "train", "exit status 3"),
    ("train demo", "do nothing", "train", "no checkpoint under demo/checkpoints"),
    ("train demo", "signal", "train", "was ended by signal 9"),
    ("train demo", "hang", "train", "did not end within 1 s and was killed"),
    ("train demo", "leave a process", "train", "ended and left processes running, which were killed"),
    ("train demo", "stop early", "train", "demo stands at step 256, expected 1000 or later"),
    ("train demo", "say nothing", "train", "the output names no checkpoint epoch-00000004"),
    ("train demo", "misplace", "train", "describes run other epoch 1, not run demo epoch 4"),
    ("train demo", "truncate", "checkpoint", "lists policy.safetensors with another SHA-256"),
    ("train demo", "flip a bit", "checkpoint", "lists policy.safetensors with another SHA-256"),
    ("train demo", "lose a file", "checkpoint", "lists scalars.json, which is missing"),
    ("train demo", "lose the manifest", "checkpoint", "demo/epoch-00000004/manifest.json is missing"),
    ("train demo", "add a file", "checkpoint", "does not list notes.txt"),
    ("train whole", "exit 3", "uninterrupted", "exit status 3"),
    ("train whole", "truncate", "uninterrupted", "lists policy.safetensors with another SHA-256"),
    ("train whole", "overshoot", "resume", "whole has no checkpoint of epoch 8 to compare with"),
    ("train whole", "resume secretly", "resume", "whole was itself resumed, from epoch 4"),
    ("resume demo", "exit 3", "resume", "exit status 3"),
    ("resume demo", "do nothing", "resume", "demo stands at epoch 4, it stood at 4 before"),
    (
        "resume demo",
        "from scratch",
        "resume",
        "differ in policy.safetensors, scalars.json (of 2 state files)",
    ),
    ("resume demo", "claim no parent", "resume", "demo went on from epoch None, not from 4"),
    ("resume demo", "claim another parent", "resume", "demo went on from epoch 1, not from 4"),
    ("sim demo", "exit 3", "evaluate", "exit status 3"),
    ("sim demo", "say nothing", "evaluate", "the output has 0 lines of the form 'evaluated key=value ...'"),
    ("sim demo", "another epoch", "evaluate", "reports epoch=4 instead of 8"),
    ("sim demo", "zero episodes", "evaluate", "reports episodes=0 instead of 16, completed=0 instead of 16"),
    ("sim demo", "no database", "evaluate", "no demo/stats.duckdb"),
    ("sim demo", "nan", "evaluate", "mean_reward of the evaluation is nan"),
    ("analyze demo", "exit 3", "analyse", "exit status 3"),
    ("analyze demo", "do nothing", "analyse", "no demo/analysis.json"),
    ("analyze demo", "truncate", "analyse", "has no readable figures for epoch 8"),
    ("analyze demo", "another epoch", "analyse", "has no readable figures for epoch 8"),
    ("analyze demo", "no metrics", "analyse", "the analysis has no figures for reward"),
    ("analyze demo", "nan", "analyse", "mean of reward is nan"),
    ("analyze demo", "text", "analyse", "mean of reward is 'high', not a number"),
    ("analyze demo", "interval upside down", "analyse", "the interval of the mean of reward runs from 0.75"),
    (
        "analyze demo",
        "count one less",
        "analyse",
        "the analysis counts 15 episodes, the evaluation recorded 16",
    ),
    ("analyze demo", "record more than there was", "analyse", "reward was recorded 17 times in 16 samples"),
    ("analyze demo", "another mean", "analyse", "mean reward 0.75 analysed, 0.5 evaluated"),
    ("analyze demo", "say nothing", "analyse", "the analysis printed no table"),
]


@pytest.mark.parametrize(("command", "fault", "red", "why"), BROKEN, ids=[f"{c}: {f}" for c, f, _, _ in BROKEN])
def test_a_broken_stage_is_red_and_what_rests_on_it_blocked(
    command: str,
    fault: str,
    red: str,
    why: str,
    rules: Path,
    tmp_path: Path,
    install_fake: Callable[[dict[str, str]], None],
) -> None:
    install_fake({command: fault})
    if fault == "hang":
        rules.write_text(rules.read_text().replace("timeout: 5", "timeout: 1"))
    written = tmp_path / "smoke.json"

    assert main(["--rules", str(rules), "--json", str(written)]) == 1

    [scenario] = json.loads(written.read_text())["scenarios"]
    expected = {
        stage: "failed" if stage == red else "blocked" if stage in NEEDED_BY[red] else "passed" for stage in STAGES
    }
    assert {stage["name"]: stage["outcome"] for stage in scenario["stages"]} == expected
    assert scenario["outcome"] == "failed"
    reasons = {stage["name"]: stage["reason"] for stage in scenario["stages"]}
    assert why in reasons[red]
    assert living_below(tmp_path) == []


@pytest.mark.parametrize(
    ("bound", "why"),
    [
        ({"min_reward": 0.9}, "mean reward 0.5 of 16 episodes, expected 0.9 or more"),
        ({"max_reward": 0.4}, "mean reward 0.5 of 16 episodes, expected 0.4 or less"),
    ],
)
def test_a_reward_out_of_its_bounds_is_red(
    bound: dict[str, float], why: str, rules: Path, tmp_path: Path, install_fake: Callable[[dict[str, str]], None]
) -> None:
    install_fake({})
    declared = yaml.safe_load(rules.read_text())
    [evaluate] = [stage for stage in declared["scenarios"][0]["stages"] if stage["name"] == "evaluate"]
    evaluate["expect"]["evaluated"] |= bound
    rules.write_text(yaml.safe_dump(declared))
    written = tmp_path / "smoke.json"

    assert main(["--rules", str(rules), "--json", str(written)]) == 1

    reasons = {stage["name"]: stage["reason"] for stage in json.loads(written.read_text())["scenarios"][0]["stages"]}
    assert reasons["evaluate"] == why


def test_every_stage_of_the_shipped_rules_is_broken_above(rules: Path) -> None:
    assert {red for _, _, red, _ in BROKEN} == set(STAGES)


def living_below(directory: Path) -> list[str]:
    """Commands of processes that still run with this test's fake system on their path."""
    found = []
    for environ in Path("/proc").glob("[0-9]*/environ"):
        try:
            owned = f"PYTHONPATH={directory / 'fake'}".encode() in environ.read_bytes()
        except (PermissionError, ProcessLookupError, FileNotFoundError):
            continue
        if owned and int(environ.parent.name) != os.getpid():
            found.append((environ.parent / "cmdline").read_text())
    return found


if sys.platform != "linux":
    pytest.skip("processes are looked up in /proc, which only Linux has", allow_module_level=True)

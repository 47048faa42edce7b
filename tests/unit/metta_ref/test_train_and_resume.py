"""The train and resume tools, as a user meets them: what they print, write, refuse and leave behind."""

import io
import json
import logging
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from metta_ref.checkpoint import CheckpointManager, Selection, locked
from metta_ref.config import Config, load_run_config, parse_overrides
from metta_ref.tools import resume, train
from metta_ref.tools._main import tool

SMALL = ["agent.hidden_size=8", "agent.head_size=4", "trainer.num_envs=4", "trainer.horizon=8"]
"""32 steps an update."""


@pytest.fixture
def run_tool(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, list[str], list[str]]]:
    """Runs a tool in this process: exit code, lines on stdout, lines on stderr."""

    def ran(module: Any, *argv: str) -> tuple[int, list[str], list[str]]:
        code = tool(module.main, Config, module.__doc__, parse=getattr(module, "parse", None), argv=argv)
        out, err = capsys.readouterr()
        return code, out.splitlines(), err.splitlines()

    return ran


@pytest.fixture
def trained(run_tool: Any, data_dir: Path) -> CheckpointManager:
    """A run of two updates."""
    assert run_tool(train, *SMALL, "run=demo", "trainer.total_timesteps=64")[0] == 0
    return CheckpointManager(data_dir / "demo")


def tree(directory: Path) -> dict[str, bytes]:
    """Every file below a directory with its content."""
    files = (path for path in directory.rglob("*") if path.is_file())
    return {str(path.relative_to(directory)): path.read_bytes() for path in files}


def summary(line: str) -> dict[str, str]:
    """The `key=value` pairs of a summary line."""
    return dict(word.split("=", 1) for word in line.split() if "=" in word)


def test_training_says_where_its_checkpoints_are_and_how_it_went(run_tool: Any, data_dir: Path) -> None:
    code, out, err = run_tool(train, *SMALL, "run=demo", "py_agent=lstm", "trainer.total_timesteps=33")
    checkpoints = data_dir / "demo" / "checkpoints"
    assert (code, out[:-1], err) == (
        0,
        [
            f"checkpoint: {checkpoints}/epoch-00000000 (epoch 0, step 0)",
            f"checkpoint: {checkpoints}/epoch-00000002 (epoch 2, step 64)",
        ],
        [],
    )
    assert out[-1].startswith("trained run=demo epoch=2 agent_step=64 steps=64 steps_per_second=")
    assert summary(out[-1]).keys() == {
        "run", "epoch", "agent_step", "steps", "steps_per_second", "episodes", "return"
    }  # fmt: skip
    sidecar = CheckpointManager(data_dir / "demo").stored(2).sidecar()
    assert {key: sidecar[key] for key in ("run", "epoch", "agent_step", "py_agent", "env", "seed")} == {
        "run": "demo", "epoch": 2, "agent_step": 64, "py_agent": "lstm", "env": "grid", "seed": 1
    }  # fmt: skip


def test_a_run_without_a_name_gets_one_of_its_own(run_tool: Any, data_dir: Path) -> None:
    names = {summary(run_tool(train, *SMALL, "trainer.total_timesteps=1")[1][-1])["run"] for _ in range(2)}
    assert {entry.name for entry in data_dir.iterdir()} == names
    assert len(names) == 2


def test_interrupted_and_resumed_ends_as_in_one_go(run_tool: Any, trained: CheckpointManager, data_dir: Path) -> None:
    assert run_tool(resume, "run=demo", "trainer.total_timesteps=128", "trainer.num_workers=2")[0] == 0
    assert run_tool(train, *SMALL, "run=whole", "trainer.total_timesteps=128")[0] == 0
    whole = CheckpointManager(data_dir / "whole")
    assert trained.stored(4).manifest.state_digest == whole.stored(4).manifest.state_digest
    assert (trained.stored(4).manifest.parent, load_run_config("demo").trainer.total_timesteps) == (2, 128)


def test_checkpoints_come_at_intervals_and_the_oldest_go_but_for_the_best(run_tool: Any, data_dir: Path) -> None:
    settings = ["trainer.total_timesteps=256", "trainer.checkpoint_interval=2", "trainer.keep_checkpoints=2"]
    code, out, _ = run_tool(train, *SMALL, *settings, "run=demo", "env.max_steps=4")
    manager = CheckpointManager(data_dir / "demo")
    assert [line.split("(")[1] for line in out[:-1]] == [f"epoch {n}, step {n * 32})" for n in (0, 2, 4, 6, 8)]
    assert (code, manager.epochs()) == (0, tuple(sorted({manager.select(Selection("best"))[0], 6, 8})))


def test_resuming_a_finished_run_trains_nothing_and_says_so(run_tool: Any, trained: CheckpointManager) -> None:
    code, out, err = run_tool(resume, "run=demo")
    assert (code, trained.epochs(), summary(out[-1])["steps"]) == (0, (0, 2), "0")
    assert err == [
        "nothing to train: run demo is at step 64 and trainer.total_timesteps=64; give a larger one",
    ]


def test_an_existing_run_is_left_alone(run_tool: Any, trained: CheckpointManager) -> None:
    before = tree(trained.run_dir)
    code, out, err = run_tool(train, *SMALL, "run=demo", "trainer.total_timesteps=5000")
    assert (code, out, tree(trained.run_dir)) == (2, [], before)
    (message,) = err
    assert message.startswith("error: run 'demo' already exists: resume it with python -m metta_ref.tools.resume ")
    assert message.endswith(" run=demo, or choose another run=")


def test_a_run_that_was_cut_off_at_its_start_is_told_from_one_that_can_go_on(run_tool: Any, data_dir: Path) -> None:
    directory = data_dir / "demo"
    directory.mkdir(parents=True)
    assert run_tool(train, *SMALL, "run=demo") == (
        2,
        [],
        [
            (
                "error: run 'demo' exists without a checkpoint: unless it is just being started, "
                f"remove {directory}, or choose another run="
            )
        ],
    )


@pytest.mark.parametrize(
    ("module", "arguments", "messages"),
    [
        (train, ["trainer.total_timesteps=0"], ["trainer.total_timesteps=0: must be at least 1"]),
        (train, ["trainer.total_timesteps=-5"], ["trainer.total_timesteps=-5: must be at least 1"]),
        (train, ["py_agent=transformer"], ["py_agent=transformer: must be one of agalite, fast, lstm, memoryless"]),
        (
            train,
            ["trainer.num_workers=3", "seed=x"],
            [
                "seed=x: must be a whole number",
                "trainer.num_workers=3: must divide trainer.num_envs=16: use one of 0, 1, 2, 4, 8, 16",
            ],
        ),
        (resume, [], ["run: is missing; name the run to resume, as in run=demo"]),
        (
            resume,
            ["run=demo", "seed=7", "trainer.gamma=0.5"],
            [
                "seed=7: cannot change when a run goes on (it is 1); start another run instead",
                "trainer.gamma=0.5: cannot change when a run goes on (it is 0.97); start another run instead",
            ],
        ),
    ],
)
def test_settings_that_cannot_be_used_are_refused(
    run_tool: Any, trained: CheckpointManager, data_dir: Path, module: Any, arguments: list[str], messages: list[str]
) -> None:
    before = tree(data_dir)
    assert run_tool(module, *arguments) == (2, [], [f"error: {message}" for message in messages])
    assert tree(data_dir) == before


def test_resuming_an_unknown_run_names_the_known_ones(run_tool: Any, trained: CheckpointManager) -> None:
    code, out, err = run_tool(resume, "run=dem")
    assert (code, out) == (2, [])
    assert err == [f"error: run=dem: no such run in {trained.run_dir.parent}; runs there: demo"]


@pytest.mark.parametrize("name", ["policy.safetensors", "env.safetensors", "sidecar.yaml", "manifest.json"])
def test_resuming_from_a_truncated_file_is_refused_and_changes_nothing(
    run_tool: Any, trained: CheckpointManager, name: str
) -> None:
    path = trained.path(2) / name
    path.write_bytes(path.read_bytes()[:-20])
    before = tree(trained.run_dir)
    code, out, err = run_tool(resume, "run=demo", "trainer.total_timesteps=128")
    assert (code, out, tree(trained.run_dir)) == (2, [], before)
    assert len(err) == 1
    assert err[0].startswith(f"error: {path}: ")
    assert err[0].endswith(f"; restore it from a copy, or remove {trained.path(2)} to use an older checkpoint")
    shutil.rmtree(trained.path(2))  # as the message says
    assert run_tool(resume, "run=demo", "trainer.total_timesteps=128")[0] == 0


def test_a_configuration_changed_behind_the_runs_back_is_refused(run_tool: Any, trained: CheckpointManager) -> None:
    config = trained.run_dir / "config.yaml"
    config.write_text(config.read_text().replace("gamma: 0.97", "gamma: 0.9"))
    before = tree(trained.run_dir)
    code, _, err = run_tool(resume, "run=demo", "trainer.total_timesteps=128")
    assert (code, tree(trained.run_dir)) == (2, before)
    (message,) = err
    assert message.startswith("error: the checkpoint of epoch 2 was written with other settings than ")
    assert message.endswith(" config.yaml holds now; restore config.yaml")


def test_a_run_in_training_is_busy(run_tool: Any, trained: CheckpointManager) -> None:
    with locked(trained.run_dir):
        code, _, err = run_tool(resume, "run=demo", "trainer.total_timesteps=128")
    assert (code, err) == (
        2,
        [f"error: {trained.run_dir}: another process is training this run; wait for it or stop it"],
    )


def test_a_start_that_fails_leaves_no_run_behind(run_tool: Any, data_dir: Path, monkeypatch: Any) -> None:
    def no_space(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", no_space)
    code, out, err = run_tool(train, *SMALL, "run=demo")
    assert (code, out, err) == (
        2,
        [],
        [
            (
                f"error: {data_dir}/demo/checkpoints/epoch-00000000: not saved (No space left on device); "
                "make room and grant permission there, older checkpoints stand"
            )
        ],
    )
    assert list(data_dir.iterdir()) == []


def test_a_checkpoint_that_cannot_be_written_ends_the_run_and_the_one_before_stays(
    run_tool: Any, trained: CheckpointManager, monkeypatch: Any
) -> None:
    """Written beside training, it fails there, and the loop hears of it at the next one or at the end."""

    def no_space(_: int) -> None:
        raise OSError(28, "No space left on device")

    before = tree(trained.directory)
    monkeypatch.setattr(os, "fsync", no_space)
    code, _, err = run_tool(resume, "run=demo", "trainer.total_timesteps=320", "trainer.checkpoint_interval=2")
    message = (
        f"{trained.path(4)}: not saved (No space left on device); "
        "make room and grant permission there, older checkpoints stand"
    )
    assert (code, tree(trained.directory)) == (2, before)
    assert err[-2].endswith("epoch 2 is saved: go on with python -m metta_ref.tools.resume run=demo")
    assert err[-1] == f"error: {message}"
    assert (
        (trained.run_dir / "train.log")
        .read_text()
        .splitlines()[-2]
        .endswith(f"ERROR ended by CheckpointError: {message}")
    )


def test_a_damaged_older_checkpoint_does_not_end_training(run_tool: Any, trained: CheckpointManager) -> None:
    """A hand in the facts for people, say. Nothing is removed by facts that are not known, and it is told."""
    with (trained.path(0) / "sidecar.yaml").open("a") as sidecar:
        sidecar.write("note: a good one\n")
    keep = ("trainer.keep_checkpoints=1", "trainer.keep_best=0")
    code, _, err = run_tool(resume, "run=demo", "trainer.total_timesteps=96", *keep)
    assert (code, trained.epochs()) == (0, (0, 2, 3))
    [note] = err
    assert note.startswith(f"note: no older checkpoint is removed: {trained.path(0)}/sidecar.yaml: was truncated or")
    shutil.rmtree(trained.path(0))
    assert run_tool(resume, "run=demo", "trainer.total_timesteps=128", *keep)[0] == 0
    assert trained.epochs() == (4,)


def test_training_that_diverges_ends_and_the_checkpoint_before_stays(run_tool: Any, data_dir: Path) -> None:
    """Nobody is told to go on from there: the run would only diverge again."""
    settings = (
        "py_agent=lstm",
        "trainer.learning_rate=1e30",
        "trainer.total_timesteps=320",
        "trainer.priority_alpha=1",
    )
    told = (
        "error: training has diverged: the norm of the gradient is NORM; start another run with a smaller "
        "trainer.learning_rate, or see whether the environment shows or pays numbers that are not finite"
    )
    with np.errstate(all="ignore"):
        started = run_tool(train, *SMALL, *settings, "run=demo", "trainer.checkpoint_interval=1")
        resumed = run_tool(resume, "run=demo")
    assert CheckpointManager(data_dir / "demo").epochs() == (0,)
    for code, out, err in (started, resumed):
        assert (code, [line.split()[0] for line in out]) == (2, ["checkpoint:"] if out else [])
        assert [re.sub("nan|inf", "NORM", line) for line in err] == [told]


def test_a_student_goes_on_where_its_teacher_is_gone(run_tool: Any, trained: CheckpointManager, data_dir: Path) -> None:
    student = [*SMALL, "run=student", "py_agent=lstm", "kickstart.teacher=demo", "trainer.total_timesteps=32"]
    assert run_tool(train, *student)[0] == 0
    shutil.rmtree(trained.run_dir)
    assert run_tool(resume, "run=student", "trainer.total_timesteps=64")[0] == 0
    assert CheckpointManager(data_dir / "student").epochs() == (0, 1, 2)


def test_what_a_run_says_is_in_its_log_from_the_level_on(run_tool: Any, data_dir: Path, monkeypatch: Any) -> None:
    run_tool(train, *SMALL, "run=demo", "trainer.total_timesteps=32")
    monkeypatch.setattr("platform.python_version", lambda: "3.99.0")
    _, out, err = run_tool(resume, "run=demo", "trainer.total_timesteps=64", "log_level=error")
    assert (out[-1][:7], err) == ("trained", [])
    monkeypatch.setattr("platform.python_version", lambda: "3.98.0")
    run_tool(resume, "run=demo", "trainer.total_timesteps=96", "log_level=warning")
    _, out, _ = run_tool(resume, "run=demo", "log_level=info")
    lines = [line.split(" ", 2)[2] for line in (data_dir / "demo" / "train.log").read_text().splitlines()]
    assert [line.split()[:2] for line in lines] == [
        ["INFO", "checkpoint:"],
        ["INFO", "checkpoint:"],
        ["INFO", "trained"],
        ["WARNING", "note:"],
        ["WARNING", "nothing"],
        ["INFO", "trained"],
    ]
    assert lines[-1] == f"INFO {out[-1]}"


def test_what_a_run_says_is_said_once_also_where_the_root_logger_has_a_handler(run_tool: Any) -> None:
    """As packages give it one that are imported for an environment."""
    root, again = logging.getLogger(), io.StringIO()
    handler = logging.StreamHandler(again)
    root.addHandler(handler)
    try:
        _, begun, _ = run_tool(train, *SMALL, "run=demo", "trainer.total_timesteps=32")
        _, out, err = run_tool(resume, "run=demo")
        logging.getLogger("metta_ref").warning("outside of a run, it is asked")
    finally:
        root.removeHandler(handler)
    assert [line.split()[0] for line in begun] == ["checkpoint:", "checkpoint:", "trained"]
    assert (out[-1].split()[0], [line.split(":")[0] for line in err]) == ("trained", ["nothing to train"])
    assert again.getvalue() == "outside of a run, it is asked\n"


def test_seconds_are_counted_over_all_sessions_of_a_run(run_tool: Any, trained: CheckpointManager) -> None:
    before = trained.stored(2).sidecar()["seconds"]
    assert isinstance(before, dict)
    assert before.keys() >= {"env", "act", "learn", "checkpoint"}
    run_tool(resume, "run=demo", "trainer.total_timesteps=96")
    after = trained.stored(3).sidecar()["seconds"]
    assert isinstance(after, dict)
    assert all(after[phase] > before[phase] > 0 for phase in ("env", "act", "learn"))


def test_resume_notes_another_environment(run_tool: Any, trained: CheckpointManager, monkeypatch: Any) -> None:
    monkeypatch.setattr("platform.python_version", lambda: "3.99.0")
    _, _, err = run_tool(resume, "run=demo", "trainer.total_timesteps=96")
    here = sys.version.split()[0]
    assert err == [f"note: python was {here}, is 3.99.0: results may differ in the last bits"]


class Started:
    """A training process in a group of its own, as a terminal starts one, that is past its first checkpoint."""

    def __init__(self, *settings: str) -> None:
        command = [sys.executable, "-m", "metta_ref.tools.train", *SMALL, "run=demo", *settings]
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
        )
        assert self.process.stdout is not None
        assert self.process.stdout.readline().startswith("checkpoint: ")

    def finish(self) -> tuple[int, str, str]:
        """Waits until every process that holds the output is gone: exit code, stdout, stderr."""
        out, err = self.process.communicate(timeout=60)
        return self.process.returncode, out, err

    def others_alive(self) -> bool:
        try:
            os.killpg(self.process.pid, 0)
        except ProcessLookupError:
            return False
        return True


ENDLESS = ("trainer.total_timesteps=1000000000", "trainer.checkpoint_interval=1000000", "trainer.num_workers=2")


@pytest.mark.parametrize(
    ("send", "number"), [(os.killpg, signal.SIGINT), (os.kill, signal.SIGINT), (os.killpg, signal.SIGTERM)]
)
def test_an_interrupt_saves_says_how_to_go_on_and_leaves_nothing_running(
    run_tool: Any, data_dir: Path, send: Callable[[int, int], None], number: int
) -> None:
    started = Started(*ENDLESS)
    send(started.process.pid, number)
    code, out, err = started.finish()
    manager = CheckpointManager(data_dir / "demo")
    newest = manager.load(manager.latest())
    steps = newest.epoch * 32
    assert (code, started.others_alive()) == (130, False)
    assert err.splitlines()[0] == "stopping after this update; press Ctrl-C again to stop at once"
    assert err.splitlines()[-1] == (
        f"stopped at step {steps}; epoch {newest.epoch} is saved: go on with python -m metta_ref.tools.resume run=demo"
    )
    assert summary(out.splitlines()[-1])["agent_step"] == str(steps)
    assert sorted(entry.name for entry in manager.run_dir.iterdir()) == [
        "checkpoints", "config.yaml", "metrics.jsonl", "train.log"
    ]  # fmt: skip
    assert [entry.name for entry in manager.directory.iterdir() if entry.name.startswith(".")] == []
    more = f"trainer.total_timesteps={steps + 32}"
    assert run_tool(resume, "run=demo", more, "trainer.num_workers=0")[0] == 0


def test_a_killed_worker_ends_training_with_a_message_and_keeps_the_checkpoint(data_dir: Path) -> None:
    started = Started(*ENDLESS)
    parent = started.process.pid
    workers = [int(pid) for pid in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]
    os.kill(workers[1], signal.SIGKILL)
    code, _, err = started.finish()
    assert (code, started.others_alive()) == (1, False)
    assert err.splitlines()[-1] == f"failed: worker 1 (process {workers[1]}) died: signal 9"
    assert err.splitlines()[-2].endswith("epoch 0 is saved: go on with python -m metta_ref.tools.resume run=demo")
    assert CheckpointManager(data_dir / "demo").load(0).epoch == 0


def test_help_of_both_tools_lists_the_keys(run_tool: Any) -> None:
    for module in (train, resume):
        code, out, err = run_tool(module, "run=demo", "--help")
        assert (code, err, out[0]) == (0, [], module.__doc__.splitlines()[0])
        assert sum(line.startswith("trainer.") for line in out) == len(Config().trainer.__dataclass_fields__)


def test_the_parsed_configuration_of_a_resume_is_the_runs_own(trained: CheckpointManager) -> None:
    saved = load_run_config("demo")
    assert resume.parse(["run=demo"]) == saved
    more = resume.parse(["run=demo", "trainer.total_timesteps=99"])
    assert more == parse_overrides(["trainer.total_timesteps=99"], Config, base=saved)


TIMES = {"time", "steps_per_second", "seconds", "env_seconds", "act_seconds", "learn_seconds"}


def log_of(run: Path) -> list[dict[str, Any]]:
    """The records of a run's log, without when each update ended and how long it took."""
    records = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    return [{name: value for name, value in record.items() if name not in TIMES} for record in records]


def test_the_log_of_a_resumed_run_is_that_of_an_uninterrupted_one(run_tool: Any, data_dir: Path) -> None:
    short = [*SMALL, "env.max_steps=5", "py_agent=lstm", "trainer.checkpoint_interval=2"]
    run_tool(train, *short, "run=whole", "trainer.total_timesteps=192")
    run_tool(train, *short, "run=parts", "trainer.total_timesteps=64")
    log = data_dir / "parts" / "metrics.jsonl"
    with log.open("a") as lost:  # an update after the last checkpoint, and one that a kill cut off
        lost.write(json.dumps({"epoch": 3, "agent_step": 96}) + '\n{"epoch": 4, "ag')
    run_tool(resume, "run=parts", "trainer.total_timesteps=192")
    whole = log_of(data_dir / "whole")
    assert log_of(data_dir / "parts") == whole
    assert [(record["epoch"], record["agent_step"]) for record in whole] == [(n, 32 * n) for n in range(1, 7)]
    assert whole[-1].keys() >= {"score", "policy", "value", "entropy", "approximate_kl", "clipped"}


def test_a_log_that_somebody_else_wrote_to_is_refused(run_tool: Any, trained: CheckpointManager) -> None:
    path = trained.run_dir / "metrics.jsonl"
    path.write_text("mine\n")
    reason = "JSON is malformed: invalid character (byte 0)"
    code, _, err = run_tool(resume, "run=demo", "trainer.total_timesteps=96")
    assert (code, err[-1]) == (2, f"error: {path}: holds a line that no update wrote ({reason}); remove it")


class Terminal(io.StringIO):
    """What is written to a terminal."""

    def isatty(self) -> bool:
        return True


def test_progress_is_drawn_on_a_terminal_and_nowhere_else(
    run_tool: Any, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = Terminal()
    monkeypatch.setenv("TERM", "xterm")
    settings = (*SMALL, "trainer.total_timesteps=64", "evaluation.interval=1", "evaluation.max_steps=50")
    assert run_tool(train, *settings, "run=quiet")[2] == []
    monkeypatch.setattr(sys, "stderr", terminal)
    assert run_tool(train, *settings, "run=demo")[0] == 0
    assert re.search(r"64/64  return (none|\d\.\d+)  evaluation \d\.\d+  \d+ steps/s", terminal.getvalue())

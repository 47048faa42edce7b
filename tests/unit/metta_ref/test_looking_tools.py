"""The tools that show: play an episode, replay a kept one, inspect a checkpoint."""

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import yaml

from metta_ref.checkpoint import CheckpointManager
from metta_ref.config import run_dir, save_run_config
from metta_ref.sim.replay import Frame, Replay, from_json, to_html, to_json
from metta_ref.tools import inspect, play, replay
from metta_ref.tools._main import tool


@pytest.fixture
def run_tool(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Runs a tool in this process: exit code, stdout, stderr."""

    def ran(module: Any, *argv: str) -> tuple[int, str, str]:
        config = getattr(module, f"{module.__name__.rpartition('.')[2].title()}Config")
        code = tool(module.main, config, module.__doc__, argv=argv)
        return code, *capsys.readouterr()

    return ran


@pytest.fixture
def trained(small_config: Any, new_trainer: Any) -> CheckpointManager:
    """A run `demo` in the maze with one checkpoint, of epoch 1."""
    config = small_config("py_agent=lstm", "env.name=tmaze", "env.max_steps=6")
    manager = CheckpointManager(run_dir("demo"))
    with new_trainer(config) as trainer:
        trainer.update()
        manager.save(trainer.checkpoint())
    save_run_config(config)
    return manager


def test_an_episode_is_drawn_step_by_step(trained: CheckpointManager, run_tool: Any) -> None:
    code, out, err = run_tool(play, "policy=demo", "greedy=true")
    *steps, summary = out.strip().split("\n\n")
    assert (code, err) == (0, "")
    assert summary.startswith(f"played run=demo epoch=1 task=tmaze steps={len(steps)} return=")
    first = steps[0].splitlines()
    assert first[:3] == ["####G", f"{first[1][0]}@...", "####G"]
    assert first[1][0] in "ab"
    assert first[3].startswith(f"step 1/{len(steps)}  action ")
    assert all(step.count("@") == 1 for step in steps)


def test_a_kept_episode_is_shown_as_it_was_played(trained: CheckpointManager, run_tool: Any, tmp_path: Path) -> None:
    kept, page = tmp_path / "episode.json", tmp_path / "episode.html"
    _, played, _ = run_tool(play, "policy=demo#epoch-1", "seed=3", f"save={kept}")
    code, shown, _ = run_tool(replay, f"file={kept}")
    assert (code, shown.split("\n\n")[:-1]) == (0, played.split("\n\n")[:-1])
    assert run_tool(replay, f"file={kept}", f"html={page}") == (0, f"page: {page}\n", "")
    episode = from_json(kept.read_text(), kept)
    assert page.read_text() == to_html(episode)
    assert from_json(to_json(episode), kept) == episode


def test_an_episode_that_does_not_end_is_told(trained: CheckpointManager, run_tool: Any) -> None:
    refused = "error: max_steps=1: the episode did not end by then; raise it\n"
    assert run_tool(play, "policy=demo", "max_steps=1") == (2, "", refused)


def test_an_episode_that_cannot_be_kept_is_told_by_its_name(trained: CheckpointManager, run_tool: Any) -> None:
    code, _, err = run_tool(play, "policy=demo", f"save={trained.run_dir}/none/episode.json")
    assert (code, f"No such file or directory: '{trained.run_dir}/none/episode.json'; look for" in err) == (2, True)


class Page(HTMLParser):
    """What a page would fetch, and the text of its pictures."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.tags: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.fetched += [value for name, value in attrs if name in ("src", "href") and value]


def test_a_page_fetches_nothing_and_text_stays_text() -> None:
    frame = Frame("</pre><script>alert(1)</script>", 0, (1.0,), 0.5, 1.0)
    page = Page(to_html(Replay(("<u>", 1), "<i>", 0, (frame, frame))))
    assert page.fetched == []
    assert [page.tags.count(tag) for tag in ("script", "figure", "meter", "u", "i")] == [1, 2, 2, 0, 0]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "not a replay"),
        ("[]", "not a replay"),
        ('{"format_version": 1, "frames": [{}]}', "not a replay"),
        ('{"format_version": 1, "policy": ["a", 1], "task": "t", "seed": 0, "frames": []}', "without a single step"),
        (
            '{"format_version": 1, "frames": [{"picture": "", "action": "<b>", "probabilities": [], "value": 0}]}',
            "not a replay",
        ),
        ('{"format_version": 2}', "format 2 is newer than this code reads; update it"),
    ],
)
def test_what_is_no_replay_is_refused(run_tool: Any, tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "episode.json"
    path.write_text(content)
    code, out, err = run_tool(replay, f"file={path}")
    assert (code, out) == (2, "")
    assert err.startswith(f"error: {path}: ")
    assert message in err


def test_what_cannot_be_drawn_says_so(small_config: Any, new_trainer: Any, run_tool: Any) -> None:
    config = small_config("py_agent=lstm", "env.name=gymnasium", "env.id=CartPole-v1")
    with new_trainer(config) as trainer:
        CheckpointManager(run_dir("demo")).save(trainer.checkpoint())
    save_run_config(config)
    assert run_tool(play, "policy=demo") == (
        2,
        "",
        "error: CartPole-v1: cannot be drawn as text; choose the grid or the tmaze\n",
    )


def test_a_path_needs_the_run_whose_environment_is_meant(trained: CheckpointManager, run_tool: Any) -> None:
    code, _, err = run_tool(play, f"policy={trained.path(1)}")
    assert (code, "say in which run's environment" in err) == (2, True)
    assert run_tool(play, f"policy={trained.path(1)}", "run=demo")[0] == 0


def test_a_checkpoint_is_told_whole(trained: CheckpointManager, run_tool: Any) -> None:
    code, out, _ = run_tool(inspect, "policy=demo", "json=true")
    facts = json.loads(out)
    assert code == 0
    assert (facts["run"], facts["epoch"], facts["parent"], facts["policy"]["agent"]) == ("demo", 1, None, "lstm")
    assert facts["tensors"].keys() == trained.load(1).state.keys()
    assert facts["tensors"]["policy/policy.bias"] == {"type": "float32", "shape": [4], "bytes": 16}
    text = run_tool(inspect, "policy=demo")[1]
    assert "  policy/policy.bias: float32[4], 16 bytes" in text.splitlines()
    assert yaml.safe_load(text) | {"tensors": facts["tensors"]} == facts


def test_a_damaged_checkpoint_is_not_told(trained: CheckpointManager, run_tool: Any) -> None:
    (trained.path(1) / "env.safetensors").write_bytes(b"")
    code, out, err = run_tool(inspect, "policy=demo")
    assert (code, out, "env.safetensors: was truncated or altered" in err) == (2, "", True)


@pytest.mark.parametrize("module", [play, replay, inspect])
def test_what_must_be_named_is_asked_for(module: Any, run_tool: Any) -> None:
    code, out, err = run_tool(module)
    assert (code, out) == (2, "")
    assert "is missing; name a" in err


def buffered() -> dict[str, str]:
    """An environment in which Python holds back what is printed to a pipe, as it does by itself."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}


@pytest.mark.parametrize(("asked", "line"), [("policy={path}", "run: demo"), ("--help", "Look into a checkpoint")])
def test_a_reader_that_has_enough_is_no_error(trained: CheckpointManager, asked: str, line: str) -> None:
    inspect_it = f"{sys.executable} -m metta_ref.tools.inspect {asked.format(path=trained.path(1))}"
    for command in (f"{inspect_it} | head -n 1", f"echo {line!r}; {inspect_it} | exec true"):
        done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True, env=buffered())
        assert (done.stdout[: len(line)], done.stderr) == (line, "")


def test_a_reader_that_left_before_the_last_line_is_no_error() -> None:
    short = (
        "import sys; from metta_ref.config import Config; from metta_ref.tools._main import tool;"
        "sys.exit(tool(lambda config: print('told'), Config, '', argv=[]))"
    )
    command = f"set -o pipefail; {sys.executable} -c {shlex.quote(short)} | exec true"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False, env=buffered())
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")

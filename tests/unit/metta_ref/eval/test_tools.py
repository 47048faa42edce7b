"""`sim` and `analyze` as commands: what they print and write, and how they refuse."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from metta_ref.checkpoint import CheckpointManager
from metta_ref.config import AgentConfig, Config, EnvConfig, TrainerConfig, save_run_config
from metta_ref.envs import make_env
from metta_ref.eval.eval_stats_db import EvalStatsDB
from metta_ref.eval.simulation_stats_db import SimulationStatsDB
from metta_ref.rl.trainer import Trainer

Command = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with the run `demo`, saved at the epochs 0 and 1."""
    data = tmp_path_factory.mktemp("data")
    config = Config(
        run="demo",
        py_agent="lstm",
        env=EnvConfig(max_steps=10),
        agent=AgentConfig(hidden_size=4),
        trainer=TrainerConfig(num_envs=2, horizon=4),
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATA_DIR", str(data))
        (data / "demo").mkdir()
        save_run_config(config)
        trainer = Trainer(config, make_env(config.env, 2, config.seed))
        manager = CheckpointManager(data / "demo")
        manager.save(trainer.checkpoint())
        trainer.update()
        manager.save(trainer.checkpoint())
    return data


@pytest.fixture
def data(trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it that the test may change."""
    shutil.copytree(trained, tmp_path / "data")
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    return tmp_path / "data"


def test_the_newest_checkpoint_is_evaluated_and_analysed(data: Path, command: Command) -> None:
    status, out, err = command("sim", "run=demo", "episodes=12", "seed=3")
    assert (status, err) == (0, "")
    said = re.fullmatch(
        r"evaluated run=demo epoch=1 simulation=grid episodes=12 completed=12 added=12 total=12 "
        rf"mean_reward=(\d\.\d+)\nstats database: {re.escape(str(data))}/demo/stats\.duckdb\n",
        out,
    )
    assert said

    status, out, err = command("analyze", "run=demo", "metrics=rew*,episode_length", "resamples=200")
    assert (status, err) == (0, "")
    assert out.endswith(f"analysis: {data}/demo/analysis.json\n")
    assert "│ demo │     1 │ reward " in out
    analysis = json.loads((data / "demo" / "analysis.json").read_text())
    [checkpoint] = analysis["checkpoints"]
    assert (checkpoint["run"], checkpoint["epoch"], checkpoint["episodes"]) == ("demo", 1, 12)
    assert [metric["metric"] for metric in checkpoint["metrics"]] == ["episode_length", "reward"]
    assert checkpoint["metrics"][1]["mean"] == pytest.approx(float(said[1]), abs=1e-6)
    assert sorted(path.name for path in (data / "demo").iterdir()) == [
        "analysis.json", "checkpoints", "config.yaml", "stats.duckdb",
    ]  # fmt: skip


def test_evaluating_again_repeats_nothing_and_other_seeds_and_epochs_add(data: Path, command: Command) -> None:
    def added(*arguments: str) -> str:
        status, out, _ = command("sim", "run=demo", *arguments)
        assert status == 0
        found = re.search(r"added=\d+ total=\d+", out)
        assert found
        return found[0]

    assert added("episodes=4") == "added=4 total=4"
    assert added("episodes=4") == "added=0 total=4"
    assert added("episodes=6") == "added=2 total=6"
    assert added("episodes=4", "seed=1") == "added=4 total=10"
    assert added("episodes=4", "epoch=0") == "added=4 total=14"
    with EvalStatsDB(data / "demo" / "stats.duckdb") as database:
        assert database.checkpoints() == [("demo", 0), ("demo", 1)]
        checkpoint = data / "demo" / "checkpoints" / "epoch-00000000"
        assert database.sample_count(checkpoint, 0) == 4
        assert database.get_average_metric_by_filter("episode_length", checkpoint, 0) is not None


def test_the_best_checkpoint_is_chosen_by_its_sidecar(data: Path, command: Command) -> None:
    status, out, _ = command("sim", "run=demo", "strategy=best", "metric=agent_step", "episodes=2")
    assert (status, out.split()[2]) == (0, "epoch=1")


def test_several_checkpoints_are_evaluated_in_the_order_of_their_choice(data: Path, command: Command) -> None:
    status, out, _ = command("sim", "run=demo", "strategy=all", "episodes=2", "where=agent_step>=0,py_agent!=fast")
    evaluated = [line.split()[2] for line in out.splitlines() if line.startswith("evaluated")]
    assert (status, evaluated) == (0, ["epoch=1", "epoch=0"])


def test_policies_by_address_are_evaluated_in_the_environment_of_a_run(data: Path, command: Command) -> None:
    status, out, _ = command("sim", "run=demo", "policies=demo#epoch-0,mock://lazy", "episodes=4", "num_envs=2")
    evaluated = [line.split()[1:3] for line in out.splitlines() if line.startswith("evaluated")]
    assert (status, evaluated) == (0, [["run=demo", "epoch=0"], ["run=lazy", "epoch=0"]])


def test_checkpoints_are_ranked_and_compared_with_the_first(data: Path, command: Command) -> None:
    command("sim", "run=demo", "policies=demo#epoch-0,demo#epoch-1,mock://lazy", "episodes=8", "num_envs=4")
    status, out, _ = command("analyze", "run=demo", "resamples=100")
    analysis = json.loads((data / "demo" / "analysis.json").read_text())
    assert status == 0
    assert {(place["run"], place["epoch"]) for place in analysis["ranking"]} == {("demo", 0), ("demo", 1), ("lazy", 0)}
    assert [(one["run"], one["epoch"], one["baseline"], one["pairs"]) for one in analysis["comparisons"]] == [
        ("demo", 1, {"run": "demo", "epoch": 0}, 8),
        ("lazy", 0, {"run": "demo", "epoch": 0}, 8),
    ]
    assert "baseline" in out


def test_a_suite_is_played_by_a_process(data: Path, command: Command) -> None:
    suite = data / "suite.yaml"
    suite.write_text("simulations: [{name: near}, {name: maze, episodes: 2, env: {name: tmaze}}]")
    settings = ("run=demo", "strategy=all", "episodes=4", "num_envs=2", f"suite={suite}")
    status, out, err = command("sim", *settings, "num_workers=1")
    *evaluated, _ = out.splitlines()
    assert (status, err) == (0, "")
    assert [line.split()[2:6] for line in evaluated] == [
        ["epoch=1", "simulation=near", "episodes=4", "completed=4"],
        ["epoch=0", "simulation=near", "episodes=4", "completed=4"],
        ["epoch=1", "simulation=maze", "episodes=2", "completed=2"],
        ["epoch=0", "simulation=maze", "episodes=2", "completed=2"],
    ]


def test_figures_are_drawn_beside_the_analysis(data: Path, command: Command) -> None:
    pytest.importorskip("matplotlib", reason="matplotlib is not installed: pip install 'migration-audit[plots]'")
    command("sim", "run=demo", "episodes=4")
    refused = command("analyze", "run=demo", "plots=svg")
    assert (refused[0], "metrics.jsonl: missing; train the run" in refused[2]) == (2, True)
    (data / "demo" / "metrics.jsonl").write_text('{"agent_step": 8, "score": 0.5}\n{"agent_step": 16, "score": 1}\n')
    status, out, err = command("analyze", "run=demo", "resamples=100", "plots=png")
    assert (status, err) == (0, "")
    names = [f"{data}/demo/plots/{name}.png" for name in ("intervals", "learning_curves")]
    assert [line for line in out.splitlines() if line.startswith("plot: ")] == [f"plot: {name}" for name in names]
    assert sorted(path.name for path in (data / "demo" / "plots").iterdir()) == [
        "intervals.png", "learning_curves.png",
    ]  # fmt: skip


def test_a_baseline_is_the_newest_of_a_run_or_the_epoch_that_is_named(data: Path, command: Command) -> None:
    command("sim", "run=demo", "policies=demo#epoch-0,demo#epoch-1,mock://lazy", "episodes=16", "num_envs=4")

    def compared(baseline: str) -> list[tuple[str, int, int]]:
        status, _, err = command("analyze", "run=demo", "resamples=200", f"baseline={baseline}")
        assert (status, err) == (0, "")
        analysis = json.loads((data / "demo" / "analysis.json").read_text())
        return [(one["run"], one["epoch"], one["pairs"]) for one in analysis["comparisons"]]

    assert compared("lazy") == [("demo", 0, 16), ("demo", 1, 16)]
    assert compared("demo") == [("demo", 0, 16), ("lazy", 0, 16)]
    assert compared("demo#epoch-0") == [("demo", 1, 16), ("lazy", 0, 16)]
    assert command("analyze", "run=demo", "baseline=bee")[::2] == (
        2,
        "error: baseline=bee: nothing of it was evaluated; evaluate it in the same database\n",
    )


def cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("sim", (), "run: is missing; name the run to evaluate, as in run=demo"),
        ("sim", ("run=absent",), "run=absent: no such run in {data}; runs there: demo"),
        ("sim", ("run=../demo",), "run=../demo: name a run with letters, digits, '.', '_' and '-', at most 128"),
        ("sim", ("run=demo", "episodes=0"), "episodes=0: must be at least 1"),
        ("sim", ("run=demo", "episode=4"), "episode: no such key; did you mean episodes? (--help lists all keys)"),
        ("sim", ("run=demo", "strategy=newest"), "strategy=newest: must be one of latest, best, top, all, threshold"),
        (
            "sim",
            ("run=demo", "where=score"),
            "where: 'score': write a condition as key, one of = != < <= > >=, and a value",
        ),
        (
            "sim",
            ("run=demo", "where=agent_step>99999"),
            "{data}/demo/checkpoints: none of 2 checkpoints meets agent_step>99999; loosen the conditions",
        ),
        (
            "sim",
            ("run=demo", "epoch=7"),
            "{data}/demo/checkpoints/epoch-00000007: no such checkpoint; epochs there: 0, 1",
        ),
        (
            "sim",
            ("run=demo", "max_steps=1"),
            "demo epoch 1 in grid: none of 16 episodes ended within max_steps=1: raise it",
        ),
        (
            "sim",
            ("run=demo", "database={data}/none/stats.duckdb"),
            (
                "cannot read or write: [Errno 2] No such file or directory: '{data}/none'; "
                "look for room and permission there"
            ),
        ),
        ("analyze", (), "run: is missing; name the run to analyse, as in run=demo"),
        ("analyze", ("run=demo", "baseline=a/b"), "baseline=a/b: write RUN, for the newest of it, or RUN#epoch-NUMBER"),
        ("analyze", ("run=absent",), "run=absent: no such run in {data}; runs there: demo"),
        ("analyze", ("run=demo",), "no stats database at {data}/demo/stats.duckdb: evaluate a checkpoint first"),
    ],
)
def test_what_cannot_be_done_is_refused_with_one_message(
    name: str, arguments: tuple[str, ...], message: str, data: Path, command: Command
) -> None:
    before = sorted(data.rglob("*"))
    status, out, err = command(name, *(argument.format(data=data) for argument in arguments))
    assert (status, out, err) == (2, "", f"error: {message.format(data=data)}\n")
    assert sorted(data.rglob("*")) == before


def test_several_mistakes_are_told_at_once(data: Path, command: Command) -> None:
    status, _, err = command("analyze", "resamples=1", "seed=x", "verbose")
    assert (status, err.splitlines()) == (
        2,
        [
            "error: verbose: write settings as key=value (--help lists all keys)",
            "error: resamples=1: must be at least 100",
            "error: seed=x: must be a whole number",
            "error: run: is missing; name the run to analyse, as in run=demo",
        ],
    )


@pytest.mark.parametrize("name", ["policy.safetensors", "sidecar.yaml", "manifest.json"])
def test_a_damaged_checkpoint_is_not_played(name: str, data: Path, command: Command) -> None:
    path = data / "demo" / "checkpoints" / "epoch-00000001" / name
    cut(path)
    status, out, err = command("sim", "run=demo", "episodes=2")
    assert (status, out) == (2, "")
    assert err.startswith(f"error: {path}: ")
    assert err.count("\n") == 1
    assert not (data / "demo" / "stats.duckdb").exists()


def test_a_database_that_cannot_be_opened_is_not_called_damaged(data: Path, command: Command) -> None:
    """There of all places not even root may make a file."""
    status, _, err = command("sim", "run=demo", "episodes=2", "database=/proc/stats.duckdb")
    assert (status, err.count("\n")) == (2, 1)
    assert err.startswith('error: /proc/stats.duckdb cannot be opened (IO Error: Cannot open file "/proc/stats.duckdb"')
    assert err.endswith("): grant permission, or name another\n")


def test_an_evaluation_that_is_stopped_ends_in_one_word_and_leaves_nothing(data: Path, tmp_path: Path) -> None:
    """The signal reaches every process of the group, as a batch system sends it; its folder for temporary files may
    lie too deep for sockets."""
    temporary = tmp_path / ("deep" * 25)
    temporary.mkdir()
    command = [sys.executable, "-m", "metta_ref.tools.sim", "run=demo", "episodes=1000000", "num_workers=1"]
    env = {**os.environ, "TMPDIR": str(temporary), "OMP_NUM_THREADS": "1"}
    process = subprocess.Popen(command, env=env, stderr=subprocess.PIPE, text=True, start_new_session=True)
    while not list(temporary.glob("metta_ref-sim-*/shard-*.duckdb")):
        assert process.poll() is None, process.communicate()[1]
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGTERM)
    assert (process.communicate(timeout=60)[1], process.returncode) == ("interrupted\n", 130)
    assert list(temporary.glob("metta_ref-sim-*")) == []
    assert not (data / "demo" / "stats.duckdb").exists()


def test_a_damaged_database_is_neither_read_nor_overwritten(data: Path, command: Command) -> None:
    assert command("sim", "run=demo", "episodes=2")[0] == 0
    database = data / "demo" / "stats.duckdb"
    cut(database)
    damaged = database.read_bytes()
    for name, arguments in (("sim", ("episodes=2", "seed=9")), ("analyze", ())):
        status, out, err = command(name, "run=demo", *arguments)
        assert (status, out) == (2, "")
        assert err.startswith(f"error: {database} is not a readable stats database (IO Error: ")
        assert err.count("\n") == 1
    assert database.read_bytes() == damaged
    assert not (data / "demo" / "analysis.json").exists()


def test_a_database_without_episodes_is_no_analysis(data: Path, command: Command) -> None:
    with SimulationStatsDB(data / "demo" / "stats.duckdb"):
        pass
    status, out, err = command("analyze", "run=demo")
    assert (status, out) == (2, "")
    assert err == "error: no episode in the stats database ended: evaluate with more max_steps or episodes\n"


@pytest.mark.parametrize("tool", ["sim", "analyze"])
def test_help_lists_every_key_and_loads_nothing_heavy(tool: str) -> None:
    heavy = "{'torch', 'duckdb', 'numpy', 'rich'} & set(sys.modules)"
    code = (
        "import runpy, sys; sys.argv = ['x', '--help']\n"
        f"try: runpy.run_module('metta_ref.tools.{tool}', run_name='__main__')\n"
        f"finally: print(sorted({heavy}), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr == "[]\n"
    for key in ("run ", "seed ", "episodes " if tool == "sim" else "resamples "):
        assert f"\n{key}" in done.stdout

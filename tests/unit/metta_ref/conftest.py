"""What the tests of the reference system share: small settings, and runs that live in a temporary place."""

import importlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import torch

from metta_ref.config import Config, parse_overrides
from metta_ref.envs import make_env, task_configs
from metta_ref.rl.trainer import Trainer
from metta_ref.tools._main import tool

SMALL = ("run=demo", "agent.hidden_size=8", "agent.head_size=4", "trainer.num_envs=4", "trainer.horizon=8")


@pytest.fixture(autouse=True)
def one_thread() -> None:
    """As the tools do, so that tests and tools compute the same bits."""
    torch.set_num_threads(1)


@pytest.fixture(autouse=True)
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Every test has its own directory of runs."""
    directory = tmp_path / "runs"
    monkeypatch.setenv("DATA_DIR", str(directory))
    return directory


@pytest.fixture
def small_config() -> Callable[..., Config]:
    """A configuration that trains in milliseconds, with overrides over it."""

    def configured(*overrides: str) -> Config:
        return parse_overrides(overrides, Config, base=parse_overrides(SMALL, Config))

    return configured


@pytest.fixture
def new_trainer() -> Callable[..., "contextmanager[Trainer]"]:
    """A trainer with its environment, closed at the end of the block."""

    @contextmanager
    def trainer(config: Config, **more: Any) -> Iterator[Trainer]:
        tasks = task_configs(config.env, config.curriculum)
        env = make_env(config.env, config.trainer.num_envs, config.seed, config.trainer.num_workers, tasks=tasks)
        try:
            yield Trainer(config, env, **more)
        finally:
            env.close()

    return trainer


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Runs a tool in this process; the exit status, standard output and standard error."""

    def run(name: str, *arguments: str) -> tuple[int, str, str]:
        module: Any = importlib.import_module(f"metta_ref.tools.{name}")
        capsys.readouterr()
        status = tool(module.main, getattr(module, f"{name.title()}Config"), module.__doc__, argv=arguments)
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return run

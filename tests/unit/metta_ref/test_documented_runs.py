"""What docs/runs.md shows can be done as it stands there."""

import importlib
import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from metta_ref.config import Config
from metta_ref.config.options import settings_of
from metta_ref.tools._main import tool

PAGE = (Path(__file__).parents[3] / "docs" / "runs.md").read_text(encoding="utf-8")


def fences(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, flags=re.DOTALL | re.MULTILINE)


def run(command: str) -> int:
    """Run a line of the page, a tool with its settings, in this process."""
    python, _, module, *argv = shlex.split(command)
    assert python == "python"
    found: Any = importlib.import_module(module)
    configs = [value for name, value in vars(found).items() if name.endswith("Config") and value.__module__ == module]
    return tool(found.main, *(configs or [Config]), None, parse=getattr(found, "parse", None), argv=argv)


def test_its_commands_and_its_program_do_what_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DATA_DIR")
    commands = [line for fence in fences("console") for line in fence.splitlines()]
    assert {line.split()[2].rpartition(".")[2] for line in commands} == {"train", "resume", "inspect", "sim", "analyze"}
    assert [(line, run(line)) for line in commands] == [(line, 0) for line in commands]
    said = capsys.readouterr().out
    assert "analysis: train_dir/demo/analysis.json" in said

    (program,) = fences("python")
    names: dict[str, Any] = {}
    exec(program, names)
    assert (names["checkpoint"].epoch, 0 <= names["reward"] <= 1) == (names["epoch"], True)
    (suite,) = fences("yaml")
    Path("suite.yaml").write_text(suite)
    assert run("python -m metta_ref.tools.sim run=demo suite=suite.yaml episodes=4") == 0

    written = {path.name for path in (tmp_path / "train_dir" / "demo" / "checkpoints" / "epoch-00000012").iterdir()}
    listed = set(re.findall(r"`([a-z]+\.(?:json|yaml))`", PAGE)) - {"config.yaml", "analysis.json", "teachers.json"}
    assert {name for name in written if not name.endswith(".safetensors")} == listed


def test_the_settings_that_it_names_exist() -> None:
    named = set(re.findall(r"`((?:trainer|evaluation|wandb|kickstart)\.[a-z_]+)\W", PAGE))
    assert len(named) > 5
    assert sorted(named - settings_of(Config).keys()) == []

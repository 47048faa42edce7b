"""What the README shows was produced by the program, and what it names is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from audit.cli.app import app

ROOT = Path(__file__).parents[3]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def fences(language: str) -> list[str]:
    """The code blocks of the README in one language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", README, flags=re.DOTALL | re.MULTILINE)


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The lines that `audit demo` prints, without colour."""
    folder = tmp_path_factory.mktemp("demo") / "colony"
    result = CliRunner().invoke(app, ["demo", "--keep", str(folder)], env={"NO_COLOR": "1"})
    assert result.exit_code == 0, result.output
    return result.stdout.splitlines()


def test_the_picture_is_what_the_demonstration_prints(demonstration: list[str]) -> None:
    shown = [line for block in fences("text") for line in block.splitlines() if line and line != "..."]
    assert len(shown) > 10
    assert [line for line in shown if line not in demonstration] == []


def test_every_make_target_it_names_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    named = set(re.findall(r"\bmake ([a-z-]+)", README))
    assert named >= {"audit", "test", "demo", "help"}
    assert sorted(name for name in named if not re.search(rf"^{name}:", makefile, flags=re.MULTILINE)) == []


def test_every_file_and_folder_it_names_exists() -> None:
    named = set(re.findall(r"\]\(([^)#]+)\)", README)) | set(
        re.findall(r"^\| `([a-z_]+/)`", README, flags=re.MULTILINE)
    )
    assert len(named) > 10
    assert sorted(name for name in named if not (ROOT / name).exists()) == []


def test_every_audit_command_it_names_exists() -> None:
    commands = set(re.findall(r"^audit ([a-z]+)", "\n".join(fences("console")), flags=re.MULTILINE))
    assert commands >= {"check", "roots", "why", "verify", "init", "fix", "diff", "trend", "replay", "ledger", "report"}
    for command in sorted(commands):
        assert CliRunner().invoke(app, [command, "--help"]).exit_code == 0, command


def test_it_is_short_enough_to_be_read() -> None:
    assert len(README.splitlines()) < 200


def test_continuous_integration_runs_the_test_command_it_gives() -> None:
    assert "make test" in fences("console")[0].splitlines()
    assert (ROOT / ".ci/run").read_text(encoding="utf-8").splitlines()[-1] == "make test"

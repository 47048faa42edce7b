"""The commands of the Makefile are those that people and continuous integration are told of."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import yaml

REPOSITORY = Path(__file__).parents[3]
MAKEFILE = (REPOSITORY / "Makefile").read_text()


def test_help_lists_every_command_with_what_it_does() -> None:
    done = subprocess.run(["make", "help"], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    listed = dict(re.findall(r"^  make (\S+) +(\S.*)$", done.stdout, re.MULTILINE))
    declared = re.search(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)
    assert declared is not None
    assert set(listed) == set(declared[1].split())
    assert all(what[0].isupper() for what in listed.values())


def test_continuous_integration_runs_the_command_that_people_are_given_for_the_tests() -> None:
    commands = [
        line for line in (REPOSITORY / ".ci/run").read_text().splitlines() if not line.startswith(("#", "set ", "cd "))
    ]
    assert commands == ["make test"]
    assert all("make test" in (REPOSITORY / page).read_text() for page in ("README.md", "CONTRIBUTING.md"))


def test_an_interpreter_that_is_missing_or_too_old_is_told_and_nothing_is_made(tmp_path: Path) -> None:
    old = tmp_path / "old-python"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    messages = []
    for interpreter in (old, ""):
        done = subprocess.run(
            ["make", "test", f"PYTHON={interpreter}", f"VENV={tmp_path / 'venv'}"],
            cwd=REPOSITORY,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 2
        messages.append(done.stderr.splitlines()[0])
    assert messages == [
        f"{old} is older than Python 3.11: name a newer one: make PYTHON=...",
        "no Python found: install Python 3.11, or name one: make PYTHON=...",
    ]
    assert not (tmp_path / "venv").exists()


def test_the_pre_commit_hook_runs_a_command_that_exists() -> None:
    (hook,) = yaml.safe_load((REPOSITORY / ".pre-commit-hooks.yaml").read_text())
    program, command = hook["entry"].split()
    assert (program, hook["language"], hook["pass_filenames"]) == ("audit", "python", False)
    done = subprocess.run([sys.executable, "-m", program, command, "--help"], capture_output=True, check=False)
    assert done.returncode == 0

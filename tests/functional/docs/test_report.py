"""The committed report of phase 1 is what its own data renders, and speaks of this repository's claims, all of them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import yaml
from typer.testing import CliRunner

from audit.cli.app import app

ROOT = Path(__file__).parents[3]


def test_rendering_it_again_changes_nothing(tmp_path: Path, monkeypatch) -> None:
    shutil.copytree(ROOT / "reports", tmp_path / "reports")
    committed = [(ROOT / f"reports/phase-1.{ending}").read_bytes() for ending in ("md", "html")]
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(app, ["report", "1"])
    assert result.exit_code == 0, result.output
    assert [(tmp_path / f"reports/phase-1.{ending}").read_bytes() for ending in ("md", "html")] == committed


def test_it_judges_every_claim_with_the_command_that_reproduces_it() -> None:
    files = sorted((ROOT / "rules/claims").glob("*.yaml"))
    claims = [claim for path in files for claim in yaml.safe_load(path.read_text(encoding="utf-8"))["claims"]]
    report = json.loads((ROOT / "reports/phase-1.json").read_text(encoding="utf-8"))
    assert [each["id"] for each in report["statements"]] == [claim["id"] for claim in claims]
    assert len([claim for claim in claims if claim["weight"] == "core"]) == 5
    assert [each["id"] for each in report["statements"] if not each["reproduce"]] == []

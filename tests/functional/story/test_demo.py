"""`audit demo` tells the founding story in seconds, leaves its report, and says when it did not come out."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import msgspec

from audit.demo.expected import differences
from audit.demo.repository import write_repository
from audit.demo.story import DOCUMENT, STORY
from audit.pipeline import open_codebase
from audit.verification import verify


def demo(
    *arguments: str | Path, tmp: Path, path: str = "/usr/bin:/bin:/usr/local/bin"
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "audit", "demo", *map(str, arguments)],
        env={"PATH": path, "TMPDIR": str(tmp), "HOME": str(tmp)},
        cwd=tmp,
        capture_output=True,
        text=True,
        check=False,
    )


def test_it_shows_a_red_audit_and_where_the_report_lies(tmp_path: Path) -> None:
    done = demo(tmp=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    (folder,) = tmp_path.glob("audit-demo-*/colony")
    lines = done.stdout.splitlines()
    assert f"  {folder}" in lines
    assert "$ audit check --since 63d479a6f5" in lines
    assert "REFUTED: HIGH RISK: PARTIAL SYSTEM RECOVERY" in lines
    assert lines[-4:] == [
        "The report:",
        f"  {folder / 'reports/phase-6.json'}",
        f"  {folder / 'reports/phase-6.md'}",
        f"  {folder / 'reports/phase-6.html'}",
    ]
    assert json.loads((folder / "reports/phase-6.json").read_text())["overall"]["verdict"] == "refuted"
    assert "colony.agent.policy_store" in (folder / "reports/phase-6.md").read_text()


def test_the_repository_can_be_kept_in_a_place_of_ones_own(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    assert demo("--keep", folder, tmp=tmp_path).returncode == 0
    assert (folder / "reports/phase-6.md").exists()
    assert list(tmp_path.glob("audit-demo-*")) == []


def test_a_folder_that_holds_something_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/notes.txt").write_text("precious")
    done = demo("--keep", tmp_path / "mine", tmp=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (
        2,
        "",
        f"audit: {tmp_path / 'mine'} is not an empty folder; name one that is empty or does not exist\n",
    )
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["notes.txt"]


def test_without_git_it_says_what_is_missing(tmp_path: Path) -> None:
    done = demo(tmp=tmp_path, path=str(tmp_path))
    assert (done.returncode, done.stdout, done.stderr) == (
        2,
        "",
        "audit: git is not installed; the demonstration writes a git repository\n",
    )
    assert list(tmp_path.iterdir()) == []


def test_an_audit_that_comes_out_otherwise_is_told_in_words(tmp_path: Path) -> None:
    base = write_repository(tmp_path, STORY)[0]
    checked = open_codebase(tmp_path, since=base, use_cache=False).check
    verified = verify(tmp_path, [tmp_path / DOCUMENT], run=True, since=base)
    assert differences(checked, verified) == ()
    blind = msgspec.structs.replace(checked, findings=(), roots=())
    lenient = msgspec.structs.replace(
        verified,
        statements=tuple(msgspec.structs.replace(each, verdict="verified") for each in verified.statements),
        overall=msgspec.structs.replace(verified.overall, verdict="verified"),
    )
    assert differences(blind, lenient) == (
        "the check found [], not one new import of colony.agent.policy_store",
        "the only root is not colony.agent.policy_store",
        "'All import errors resolved' is judged ['verified'], not refuted",
        "'Zero Import Errors' is judged ['verified'], not refuted",
        "'The kickstarter will read' is judged ['verified'], not None",
        "the whole is judged verified, not refuted",
    )

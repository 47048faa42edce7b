"""The founding story, told both ways: a migration that claims too much is red, and the same one mended is green.

A policy store is deleted while a bridge still imports it; the trainer reaches that bridge through the
kickstarter; the evaluation was converted well; the document says that every import works.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from audit.demo.repository import add_commit, write_repository
from audit.demo.story import DOCUMENT, STORY, Commit

BASE, EVALUATION, DELETION, REPORT = (
    "63d479a6f57f6dfacbf246cbea0da853e08996fb",
    "7cf0bfe7f4ac90ba7ce55ad39a292765eccc6c9b",
    "49f8bb589d6161b4ef03e06a0fe4d877d3484559",
    "633d57011032c7573efd76baf9e4e08684ca2140",
)

MENDING = Commit(
    "Let the bridge read checkpoint files itself",
    {
        "colony/agent/store_bridge.py": dedent('''\
            """Reads policies from checkpoint files."""


            class StoreBridge:
                def __init__(self, folder: str) -> None:
                    self.folder = folder

                def checkpoint(self, name: str) -> list[float]:
                    return [0.0, 0.0]
            ''')
    },
)

CHAIN = [
    ("colony.tools.train", "colony.rl.trainer", "colony/tools/train.py:3"),
    ("colony.rl.trainer", "colony.rl.kickstarter", "colony/rl/trainer.py:3"),
    ("colony.rl.kickstarter", "colony.agent.store_bridge", "colony/rl/kickstarter.py:3"),
    ("colony.agent.store_bridge", "colony.agent.policy_store", "colony/agent/store_bridge.py:3"),
]


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The story as it happened; tests only read it."""
    folder = tmp_path_factory.mktemp("story")
    write_repository(folder, STORY)
    return folder


@pytest.fixture(scope="module")
def mended(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The story with one more commit, which takes the last import of the deleted store away."""
    folder = tmp_path_factory.mktemp("mended")
    write_repository(folder, STORY)
    add_commit(folder, MENDING, day=len(STORY))
    return folder


def audit(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "audit", *arguments], cwd=folder, capture_output=True, text=True, check=False
    )


def audit_json(folder: Path, *arguments: str, code: int) -> Any:
    done = audit(folder, *arguments, "--format", "json")
    assert done.returncode == code, done.stderr
    return json.loads(done.stdout)


def test_the_commits_of_the_story_have_the_same_ids_everywhere(tmp_path: Path) -> None:
    assert write_repository(tmp_path / "new", STORY) == (BASE, EVALUATION, DELETION, REPORT)


def test_the_check_finds_the_one_import_of_the_deleted_store(repository: Path) -> None:
    result = audit_json(repository, "check", "--since", BASE, code=1)
    (finding,) = result["findings"]
    assert {key: finding[key] for key in ("code", "path", "line", "target", "referrer", "new")} == {
        "code": "REF001",
        "path": "colony/agent/store_bridge.py",
        "line": 3,
        "target": "colony.agent.policy_store",
        "referrer": "colony.agent.store_bridge",
        "new": True,
    }
    assert (finding["retired_in"]["commit"], finding["retired_in"]["subject"]) == (
        DELETION,
        "Remove the policy store",
    )


def test_the_check_ranks_the_root_with_its_chain_from_the_trainer(repository: Path) -> None:
    (root,) = audit_json(repository, "check", "--since", BASE, code=1)["roots"]
    assert root["target"] == "colony.agent.policy_store"
    assert root["sites"] == ["colony/agent/store_bridge.py:3"]
    assert (root["kills_modules"], root["kills_tests"]) == (5, 2)
    assert root["chain"] == [importer for importer, _, _ in CHAIN] + ["colony.agent.policy_store"]
    told = audit(repository, "check", "--since", BASE).stdout
    for importer, imported, site in CHAIN:
        assert f"{importer} -> {imported}  ({site})" in told


def test_before_the_deletion_and_after_the_mending_the_check_is_green(repository: Path, mended: Path) -> None:
    before = audit_json(repository, "check", "--at", EVALUATION, "--since", BASE, code=0)
    after = audit_json(mended, "check", "--since", BASE, code=0)
    assert (before["findings"], before["coverage"]["modules"]) == ([], 15)
    assert (after["findings"], after["coverage"]["modules"]) == ([], 14)


@pytest.fixture(scope="module")
def verification(repository: Path) -> Any:
    return audit_json(repository, "verify", DOCUMENT, "--since", BASE, "--run", code=1)


def statement(result: Any, text: str) -> Any:
    (found,) = [each for each in result["statements"] if text in each["text"]]
    return found


@pytest.mark.parametrize("text", ["All import errors resolved", "Zero Import Errors"])
def test_the_import_claims_are_refuted_with_the_chain_and_the_deleting_commit(verification: Any, text: str) -> None:
    claim = statement(verification, text)
    assert claim["verdict"] == "refuted"
    assert claim["reason"].startswith("5 of 14 modules do not import")
    evidence = "\n".join(each["summary"] for each in claim["evidence"])
    for importer, _, site in CHAIN:
        assert f"{importer} ({site})" in evidence
    (root,) = [each for each in verification["roots"] if each["target"] == "colony.agent.policy_store"]
    assert root["retired_in"]["commit"] == DELETION


def test_the_evaluation_claim_is_verified_together_with_how_little_it_covers(verification: Any) -> None:
    claim = statement(verification, "6 tests passing")
    assert (claim["verdict"], claim["reason"], claim["coverage"]) == (
        "verified",
        "6 tests collected: 6 passed",
        "6 tests in 1 of 4 modules (colony.eval)",
    )


def test_the_deletion_is_verified_and_a_plan_is_no_claim(verification: Any) -> None:
    assert statement(verification, "Deleted")["verdict"] == "verified"
    assert statement(verification, "will read")["verdict"] is None


def test_a_subsystem_that_works_does_not_lift_the_whole(verification: Any) -> None:
    assert verification["overall"]["verdict"] == "refuted"
    assert verification["overall"]["risk"].startswith("HIGH RISK")
    assert {key: verification["summary"][key] for key in ("verified", "refuted", "plans")} == {
        "verified": 2,
        "refuted": 2,
        "plans": 1,
    }


def test_the_same_document_holds_once_the_bridge_is_mended(mended: Path) -> None:
    result = audit_json(mended, "verify", DOCUMENT, "--since", BASE, "--at", "HEAD", "--run", code=0)
    assert result["overall"]["verdict"] == "verified"
    assert statement(result, "All import errors resolved")["coverage"] == "14 of 14 modules imported, each on its own"


def test_a_document_is_held_against_the_commit_that_wrote_it_unless_told_otherwise(mended: Path) -> None:
    result = audit_json(mended, "verify", DOCUMENT, "--since", BASE, code=1)
    assert (result["at"], result["at_reason"]) == (REPORT, f"the commit that last changed {DOCUMENT}")
    assert statement(result, "All import errors resolved")["verdict"] == "refuted"


def test_without_permission_nothing_is_run_and_nothing_that_needs_it_is_verified(mended: Path) -> None:
    result = audit_json(mended, "verify", DOCUMENT, "--since", BASE, "--at", "HEAD", code=2)
    assert statement(result, "6 tests passing")["verdict"] == "unverified"
    assert statement(result, "Deleted")["verdict"] == "verified"

"""``audit trend`` and ``audit ledger``: what is recorded, shown and rebuilt."""

from __future__ import annotations

import json

import pytest


@pytest.fixture
def phases(shop, audit):
    """Phase 1 with everything in order; phase 2 after the store was deleted."""
    audit(shop.root, "verify", "--phase", "1")
    shop.commit("Delete the store", {"shop/store.py": None})
    audit(shop.root, "verify", "--phase", "2")
    return shop


def test_the_course_has_one_row_a_phase(phases, audit) -> None:
    rows = audit(phases.root, "trend").stdout.splitlines()
    assert [row.split()[0] for row in rows] == ["phase", "1", "2"]
    assert rows[1].endswith("4 of 4               -      NO RISK FOUND: EVERY CLAIM VERIFIED")
    points = json.loads(audit(phases.root, "trend", "--format", "json").stdout)["phases"]
    numbers = ("phase", "verdict", "verified", "refuted", "findings", "modules", "importable", "commit")
    head = phases.git("rev-parse", "HEAD")
    assert [tuple(point[name] for name in numbers) for point in points] == [
        (1, "verified", 2, 0, 0, 4, 4, phases.git("rev-parse", "HEAD~1")),
        (2, "refuted", 0, 2, 1, 3, 1, head),
    ]
    assert "| 2 |" in audit(phases.root, "trend", "--format", "markdown").stdout


def test_without_a_phase_there_is_no_course(shop, audit) -> None:
    done = audit(shop.root, "trend")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "audit: no phase is recorded; write one with audit verify --phase N\n"


def test_runs_are_listed_newest_first(phases, audit, ledger) -> None:
    audit(phases.root, "check", "--select", "IMP")
    done = audit(phases.root, "ledger", "list")
    lines = [line.split("  ", 2) for line in done.stdout.splitlines()]
    head = phases.git("rev-parse", "HEAD")[:10]
    assert [(number, rest) for number, _, rest in lines] == [
        ("run:3", f"check  {head}+  1 findings  exit 1  check --select IMP"),
        ("run:2", f"verify  {head}  phase 2: refuted  exit 1  verify --phase 2"),
        ("run:1", f"verify  {phases.git('rev-parse', 'HEAD~1')[:10]}  phase 1: verified  exit 0  verify --phase 1"),
    ]
    assert done.stderr.endswith(f"in {ledger}\n")
    assert len(json.loads(audit(phases.root, "ledger", "list", "-n", "2", "--format", "json").stdout)["runs"]) == 2
    assert audit(phases.root, "ledger", "path").stdout == f"{ledger}\n"


def test_a_damaged_ledger_is_rebuilt_from_the_reports_and_kept(phases, audit, ledger) -> None:
    ledger.write_text("damaged " * 1000)
    done = audit(phases.root, "ledger", "list")
    assert done.returncode == 2
    assert "audit ledger rebuild --set-aside keeps it under another name" in done.stderr
    assert audit(phases.root, "ledger", "rebuild").returncode == 2
    done = audit(phases.root, "ledger", "rebuild", "--set-aside")
    assert done.stdout == (f"{ledger}: kept as ledger.sqlite.aside-1\n{ledger}: 2 phases added from reports/\n")
    assert ledger.with_name("ledger.sqlite.aside-1").read_text() == "damaged " * 1000
    assert audit(phases.root, "ledger", "rebuild").stdout == f"{ledger}: 0 phases added from reports/\n"
    assert [line.split("  ")[3] for line in audit(phases.root, "ledger", "list").stdout.splitlines()] == [
        f"{json.loads((phases.root / 'reports/phase-2.json').read_text())['tree'][:10]}",
        f"{json.loads((phases.root / 'reports/phase-1.json').read_text())['tree'][:10]}",
    ]


def test_a_ledger_that_is_switched_off_is_told(phases, audit) -> None:
    for words in (["ledger", "list"], ["ledger", "path"]):
        done = audit(phases.root, *words, AUDIT_LEDGER="off")
        assert (done.returncode, done.stdout) == (2, "")
        assert "the ledger is switched off" in done.stderr
    assert audit(phases.root, "trend", AUDIT_LEDGER="off").returncode == 0

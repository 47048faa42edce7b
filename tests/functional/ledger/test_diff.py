"""``audit diff`` on phases as a user makes them: what is worse decides the exit code."""

from __future__ import annotations

import json

import pytest


@pytest.fixture
def phases(shop, audit):
    """Phase 1 with everything in order; phase 3 after the store was deleted."""
    assert audit(shop.root, "verify", "--phase", "1").returncode == 0
    shop.commit("Delete the store", {"shop/store.py": None})
    assert audit(shop.root, "verify", "--phase", "3").returncode == 1
    return shop


WORSE = """\
phase 1 -> phase 3: worse in 5 respects
overall: verified (NO RISK FOUND: EVERY CLAIM VERIFIED) -> refuted (CRITICAL RISK: SYSTEM DOWN)
2 claims stand in both, judged on another tree

Worse:
  the overall verdict went from verified to refuted
  store-there was verified and is refuted
  all-there was verified and is refuted
  1 new finding that fails at run time
  2 more modules cannot be imported
"""


def test_what_is_worse_comes_first_and_fails(phases, audit) -> None:
    done = audit(phases.root, "diff", "1", "3")
    assert done.returncode == 1
    assert done.stdout.startswith(WORSE)
    assert "\nNew findings:\n  shop/cart.py:1: IMP001 shop.store\n" in done.stdout
    assert "\nModules that can no longer be imported:\n  shop.cart\n" in done.stdout
    assert audit(phases.root, "diff", "1", "3", "--exit-zero").returncode == 0


def test_the_other_way_round_it_is_better(phases, audit) -> None:
    done = audit(phases.root, "diff", "3", "1")
    assert (done.returncode, done.stdout.splitlines()[0]) == (0, "phase 3 -> phase 1: nothing is worse")
    assert "\nNow true:\n  store-there: refuted -> verified: The store is there.\n" in done.stdout


def test_a_phase_is_in_nothing_otherwise_than_itself(phases, audit) -> None:
    done = audit(phases.root, "diff", "1", "1")
    assert (done.returncode, done.stdout.splitlines()[0]) == (0, "phase 1 -> phase 1: nothing is otherwise")


def test_as_json_and_as_a_page_it_says_the_same(phases, audit, tmp_path) -> None:
    data = json.loads(audit(phases.root, "diff", "1", "3", "--format", "json").stdout)
    assert data["schema_version"] == 1
    assert [each["id"] for each in data["regressed"]] == ["store-there", "all-there"]
    assert audit(phases.root, "diff", "1", "3", "--format", "markdown", "-o", str(tmp_path / "d.md")).returncode == 1
    page = (tmp_path / "d.md").read_text()
    assert page.startswith("# From phase 1 to phase 3\n\n**worse in 5 respects**\n")
    assert "| `store-there` | The store is there. | verified | refuted | worse | the tree changed |" in page


def test_the_report_of_a_phase_holds_its_difference_from_the_phase_before_whatever_its_number(phases) -> None:
    report = json.loads((phases.root / "reports/phase-3.json").read_text())
    assert report["previous_phase"] == 1
    assert [point["phase"] for point in report["trend"]] == [1]
    assert [(each["id"], each["before"], each["now"]) for each in report["changes"]] == [
        ("store-there", "verified", "refuted"),
        ("all-there", "verified", "refuted"),
    ]
    assert report["difference"]["modules_died"] == ["shop.cart", "tests.test_cart"]


def test_a_missing_phase_is_told_with_those_that_there_are(phases, audit) -> None:
    done = audit(phases.root, "diff", "1", "9")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == ("audit: there is no phase 9; recorded phases: 1, 3. Write it with audit verify --phase 9\n")
    done = audit(phases.root, "diff", "one", "3")
    assert done.returncode == 2
    assert done.stderr == "audit: 'one' is neither a phase, such as 6, nor a run of the ledger, such as run:12\n"


def test_phases_come_from_the_ledger_where_no_report_is_left_and_from_reports_without_a_ledger(
    phases, audit, ledger
) -> None:
    kept = audit(phases.root, "diff", "1", "3").stdout
    ledger.rename(ledger.with_suffix(".away"))
    assert audit(phases.root, "diff", "1", "3").stdout == kept
    ledger.write_text("damaged " * 1000)
    assert audit(phases.root, "diff", "1", "3").stdout == kept
    ledger.with_suffix(".away").rename(ledger)
    for report in (phases.root / "reports").iterdir():
        report.unlink()
    assert audit(phases.root, "diff", "1", "3").stdout == kept


def test_runs_of_check_are_compared_too(phases, audit) -> None:
    audit(phases.root, "check")
    phases.commit("Mend the cart", {"shop/cart.py": "x = 1\n"})
    audit(phases.root, "check")
    done = audit(phases.root, "diff", "run:3", "run:4")
    assert done.returncode == 0
    assert "Findings fixed:\n  shop/cart.py:1: IMP001 shop.store\n" in done.stdout
    done = audit(phases.root, "diff", "run:3", "run:77")
    assert done.returncode == 2
    assert done.stderr.endswith("; recorded: run:1 to run:4\n")


def test_verifying_a_phase_again_keeps_both_runs_and_the_last_one_speaks(phases, audit) -> None:
    phases.commit("Bring the store back", {"shop/store.py": "def load(path): ...\n"})
    assert audit(phases.root, "verify", "--phase", "3").returncode == 0
    assert audit(phases.root, "diff", "1", "3").returncode == 0
    assert audit(phases.root, "diff", "run:2", "3").stdout.startswith("phase 3 -> phase 3: nothing is worse\n")


def test_a_damaged_report_is_told(phases, audit) -> None:
    (phases.root / "reports/phase-3.json").write_text("{}")
    done = audit(phases.root, "diff", "1", "3")
    assert done.returncode == 2
    assert "reports/phase-3.json holds no verification" in done.stderr
